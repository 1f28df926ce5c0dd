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
        @Schema(description = "When it happened last") Instant at,
        @Schema(description = "When it happened first; the same as at if it happened once") Instant first,
        @Schema(description = "How often it happened in a row", example = "1") long count,
        @Schema(description = "The level of its line in the log", example = "WARN", allowableValues = {
                "INFO", "WARN",
                "ERROR"}) Level level,
        @Schema(description = "Its name; docs/events.md says what it means", example = "ejected") String event,
        @Schema(description = "The policy that it is about, if it is about one", example = "PP_1") @Nullable String policy,
        @Schema(description = "The server that it is about, if it is about one", example = "PP_1/2") @Nullable String server,
        @Schema(description = "What its line says beside its name, as text") Map<String, String> fields) {

    static EventView of(Event event) {
        return new EventView(event.id(), event.at(), event.first(), event.count(), event.level(), event.name(),
                event.policy(), event.server(), event.fields());
    }
}
