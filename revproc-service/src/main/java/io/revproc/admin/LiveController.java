package io.revproc.admin;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Serves the dashboard's data. */
@RestController
@Tag(name = "Dashboard", description = "The data of the dashboard at /; it may change with the dashboard")
final class LiveController {
    private final LiveStream stream;
    private final Accounts accounts;

    LiveController(LiveStream stream, Accounts accounts) {
        this.stream = stream;
        this.accounts = accounts;
    }

    @GetMapping(path = "/admin/live", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    @Operation(summary = "Table, figures and a sample of deliveries as server-sent events", description = "First 'you', 'about', 'events', 'proxies' and 'table', then 'events', 'changes' and 'unserved' as they "
            + "come, 'proxies' every few seconds where the table is shared, and each second 'figures' and 'deliveries', which carry no payloads. A client that reads too slowly is disconnected and may connect again.")
    @ApiResponse(responseCode = "200", content = @Content(mediaType = MediaType.TEXT_EVENT_STREAM_VALUE, schema = @Schema(anyOf = {
            LiveStream.You.class, LiveStream.About.class, EventView[].class, ProxiesView.class, LiveStream.Table.class,
            LiveStream.Row[].class, LiveStream.Unserved[].class,
            LiveFigures.Figures.class,
            LiveStream.Delivery[].class})))
    @ApiResponse(responseCode = "429", description = "Too many of this account or address watch already", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    @ApiResponse(responseCode = "503", description = "Too many clients watch already", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    SseEmitter live(HttpServletRequest request) {
        return stream.subscribe(Subscribers.peer(request),
                new LiveStream.You(request.isUserInRole(AdminProperties.Role.OPERATOR.name()),
                        accounts.anyOperator()));
    }

    /** The head of the stream alone; GET's would follow the events and never end. */
    @RequestMapping(path = "/admin/live", method = RequestMethod.HEAD, produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    @Operation(hidden = true)
    void headOfLive(HttpServletResponse response) {
        response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
    }
}
