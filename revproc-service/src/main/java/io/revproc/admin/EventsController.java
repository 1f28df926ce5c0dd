package io.revproc.admin;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.List;

import io.revproc.proxy.events.Event;
import io.revproc.proxy.events.EventLog;
import io.revproc.proxy.events.EventQuery;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Serves the events over HTTP. */
@RestController
@Tag(name = "Events", description = "Events: servers that came, left, failed and recovered, changes by operators, and faults of the proxy itself")
final class EventsController {
    static final int MAX_LIMIT = 1000;
    private static final String SINCE = "Only events after this: an event's id, a time such as 2026-11-29T20:00:00Z, or how long ago "
            + "(30s, 10m, 2h, 1d)";

    private final EventLog log;
    private final EventStream stream;
    private final InstantSource clock = InstantSource.system();

    EventsController(EventLog log, EventStream stream) {
        this.log = log;
        this.stream = stream;
    }

    /** Events, oldest first. */
    @Schema(name = "Events")
    record EventsView(List<EventView> events,
            @Schema(description = "Whether older events match as well and were left out") boolean more,
            @Schema(description = "The value for since that returns only later events") long lastId) {}

    @GetMapping("/admin/events")
    @Operation(summary = "What happened", description = "The newest events that match, oldest first. The proxy remembers the last "
            + EventLog.MAX_EVENTS
            + "; what happened again and again is one event with a count. With 'Accept: text/event-stream' they come as they happen")
    @ApiResponse(responseCode = "200", content = @Content(mediaType = MediaType.APPLICATION_JSON_VALUE, schema = @Schema(implementation = EventsView.class)))
    @ApiResponse(responseCode = "400", description = "since or limit is none", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    EventsView events(@Parameter(description = SINCE) @RequestParam(required = false) @Nullable String since,
            @Parameter(description = "Only events about this policy or its servers") @RequestParam(required = false) @Nullable String policy,
            @Parameter(description = "Only events about this server, as PP_1/2") @RequestParam(required = false) @Nullable String server,
            @Parameter(description = "The most events, 1 to 1000") @RequestParam(defaultValue = "200") int limit) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "limit must be 1 to " + MAX_LIMIT);
        }
        EventQuery query = query(since, policy, server);
        long lastId = log.lastId();
        List<Event> found = log.newest(query, limit + 1);
        boolean more = found.size() > limit;
        return new EventsView(found.stream().skip(more ? 1 : 0).map(EventView::of).toList(), more, lastId);
    }

    @GetMapping(path = "/admin/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    @Operation(summary = "New events, as server-sent events", description = "From now on; with since, or the header Last-Event-ID, first what happened after that. "
            + "A client that reads too slowly is disconnected and may connect again.")
    @ApiResponse(responseCode = "200", content = @Content(mediaType = MediaType.TEXT_EVENT_STREAM_VALUE, schema = @Schema(implementation = EventView.class)))
    @ApiResponse(responseCode = "400", description = "since or Last-Event-ID is not valid", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    @ApiResponse(responseCode = "429", description = "Too many of this account or address listen already", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    @ApiResponse(responseCode = "503", description = "Too many clients listen already", content = @Content(mediaType = MediaType.APPLICATION_PROBLEM_JSON_VALUE, schema = @Schema(implementation = ProblemDetail.class)))
    SseEmitter follow(@Parameter(description = SINCE) @RequestParam(required = false) @Nullable String since,
            @Parameter(description = "Only events about this policy or its servers") @RequestParam(required = false) @Nullable String policy,
            @Parameter(description = "Only events about this server, as PP_1/2") @RequestParam(required = false) @Nullable String server,
            @Parameter(description = "The id of the last event that was received; it wins over since") @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEventId,
            HttpServletRequest request) {
        String from = lastEventId == null || lastEventId.isEmpty() ? since : lastEventId;
        return stream.subscribe(Subscribers.peer(request), query(from, policy, server), from != null);
    }

    /** The head of the stream alone; GET's would follow the events and never end. */
    @RequestMapping(path = "/admin/events", method = RequestMethod.HEAD, produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    @Operation(hidden = true)
    void headOfEvents(HttpServletResponse response) {
        response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
    }

    private EventQuery query(@Nullable String since, @Nullable String policy, @Nullable String server) {
        if (since != null && since.matches("\\d{1,18}")) {
            return new EventQuery(Long.parseLong(since), Instant.EPOCH, policy, server);
        }
        return new EventQuery(0, since == null ? Instant.EPOCH : instant(since), policy, server);
    }

    private Instant instant(String since) {
        try {
            return since.contains("T") && since.contains(":")
                    ? Instant.parse(since)
                    : clock.instant().minus(ago(since));
        } catch (DateTimeParseException | IllegalArgumentException | ArithmeticException e) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST,
                    "since must be an event's id, a time such as 2026-11-29T20:00:00Z, or how long ago, such as 30s, 10m, 2h or 1d");
        }
    }

    /** A hundred years are all that there is, and no clock's arithmetic minds them. */
    private static Duration ago(String since) {
        Duration ago = DurationStyle.detectAndParse(since);
        if (ago.isNegative() || ago.toDays() > 36_500) {
            throw new IllegalArgumentException("since");
        }
        return ago;
    }
}
