package io.revproc.admin;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import io.revproc.proxy.stats.History;
import io.revproc.proxy.stats.Points;
import io.revproc.proxy.stats.Span;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The figures of the last day, over HTTP. */
@RestController
@Tag(name = "History", description = "The figures of the last day")
final class HistoryController {
    private final History history;
    private final InstantSource clock = InstantSource.system();

    HistoryController(History history) {
        this.history = history;
    }

    /** Figures over a time. */
    @Schema(name = "History")
    record HistoryView(@Schema(description = "The time at which the first point begins") Instant from,
            @Schema(description = "Seconds between two points", example = "1") int step,
            @Schema(description = "By name: rate and failed (messages per second), p99 (microseconds), inFlight, waiting; of the whole proxy also connections, and "
                    + "refusals per second by code. Oldest first; null where nothing is known") Map<String, @Nullable Float[]> figures,
            @Schema(description = "The same figures of each policy that had messages, if asked for") @Nullable Map<String, Map<String, @Nullable Float[]>> policies) {
        static HistoryView of(Points points, @Nullable Map<String, Points> policies) {
            Map<String, Map<String, @Nullable Float[]>> each = policies == null ? null : new LinkedHashMap<>();
            if (policies != null) {
                policies.forEach((policy, own) -> Objects.requireNonNull(each).put(policy, figures(own)));
            }
            return new HistoryView(Instant.ofEpochSecond(points.from()), points.step(), figures(points), each);
        }

        private static Map<String, @Nullable Float[]> figures(Points points) {
            Map<String, @Nullable Float[]> figures = new LinkedHashMap<>();
            points.figures().forEach((name, values) -> {
                @Nullable
                Float[] known = new Float[values.length];
                for (int i = 0; i < values.length; i++) {
                    known[i] = Float.isNaN(values[i]) ? null : Math.round(values[i] * 100) / 100f;
                }
                figures.put(name, known);
            });
            return figures;
        }
    }

    @GetMapping(path = "/admin/history", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "Figures of the last day", description = "Of the whole proxy, of a policy, or of one of its servers. Up to the second that ended last; read from memory, over "
            + "restarts too")
    @ApiResponse(responseCode = "200")
    @ApiResponse(responseCode = "400", description = "No such span, or an id without a policy", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    HistoryView history(
            @Parameter(description = "5m: a point a second; 1h: a point every 10 seconds; 24h: a point a minute", schema = @Schema(allowableValues = {
                    "5m", "1h", "24h"})) @RequestParam(defaultValue = "5m") String span,
            @Parameter(description = "Only the figures of this policy") @RequestParam(required = false) @Nullable String policy,
            @Parameter(description = "Only the figures of the policy's server with this id") @RequestParam(required = false) @Nullable String id,
            @Parameter(description = "Whether to return each policy's figures as well as the proxy's") @RequestParam(defaultValue = "false") boolean policies) {
        Span wanted = Arrays.stream(Span.values()).filter(each -> each.word().equals(span)).findFirst()
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.BAD_REQUEST, "span must be 5m, 1h or 24h"));
        if (policy == null && id != null) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST,
                    "id names a server of a policy: add the parameter policy");
        }
        Instant second = clock.instant().minus(Duration.ofSeconds(1));
        if (policy != null) {
            return HistoryView.of(id == null
                    ? history.policy(policy, wanted, second)
                    : history.server(policy, id, wanted, second), null);
        }
        return HistoryView.of(history.total(wanted, second), policies ? history.policies(wanted, second) : null);
    }
}
