package io.revproc.admin;

import java.time.Instant;
import java.util.Map;

import io.revproc.proxy.events.Event;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/** One event, as JSON. */
@Schema(name = "Event")
record EventView(
        @Schema(description = "Grows with every event, over restarts too", example = "1764446400000017") long id,
        @Schema(description = "The time of the last occurrence") Instant at,
        @Schema(description = "The time of the first occurrence; the same as at if it happened once") Instant first,
        @Schema(description = "How often the event happened in a row", example = "1") long count,
        @Schema(description = "The level of its line in the log", example = "WARN", allowableValues = {
                "INFO", "WARN",
                "ERROR"}) Level level,
        @Schema(description = "The event's name; docs/events.md explains it", example = "ejected") String event,
        @Schema(description = "The policy that it is about, if it is about one", example = "PP_1") @Nullable String policy,
        @Schema(description = "The server that it is about, if it is about one", example = "PP_1/2") @Nullable String server,
        @Schema(description = "The key=value pairs of its log line, as text") Map<String, String> fields) {

    static EventView of(Event event) {
        return new EventView(event.id(), event.at(), event.first(), event.count(), event.level(), event.name(),
                event.policy(), event.server(), event.fields());
    }
}
