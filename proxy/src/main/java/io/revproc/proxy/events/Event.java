package io.revproc.proxy.events;

import java.time.Instant;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * Something that happened, once or several times in a row. Immutable, thread-safe.
 *
 * @param id     grows with every event, over restarts too
 * @param first  when it happened first
 * @param at     when it happened last
 * @param count  how often, those included that the log left out; at least 1
 * @param level  the level of its line in the log
 * @param name   as in docs/events.md
 * @param fields what the line says beside the name, made safe as in the log
 */
public record Event(long id, Instant first, Instant at, long count, Level level, String name,
        Map<String, String> fields) {

    /** Returns the server that it is about, as {@code POLICY/ID}; null if it is about none. */
    public @Nullable String server() {
        String server = fields.get("server");
        return server == null || server.equals("none") ? null : server;
    }

    /** Returns the policy that it is about; null if it is about none. */
    public @Nullable String policy() {
        String policy = fields.get("policy");
        String server = server();
        if (policy != null || server == null) {
            return policy;
        }
        int slash = server.lastIndexOf('/');
        return slash < 0 ? server : server.substring(0, slash);
    }

    /** Returns the characters that it takes, more or less. */
    int size() {
        int size = 64 + name.length();
        for (Map.Entry<String, String> field : fields.entrySet()) {
            size += 32 + field.getKey().length() + field.getValue().length();
        }
        return size;
    }
}
