package io.revproc.proxy.events;

import java.time.Instant;

import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;

/**
 * Which events are wanted. Immutable, thread-safe.
 *
 * @param after  only events whose id is greater
 * @param since  only events that happened then or later
 * @param policy only events about this policy or a server of it; null for all
 * @param server only events about this server, as {@code POLICY/ID}; null for all
 */
public record EventQuery(long after, Instant since, @Nullable String policy, @Nullable String server) {
    /** All of them. */
    public static final EventQuery ALL = new EventQuery(0, Instant.EPOCH, null, null);

    /** Names are compared as events hold them: made safe. */
    public EventQuery {
        policy = policy == null ? null : safe(policy);
        server = server == null ? null : safe(server);
    }

    /** Returns the same of later events alone. */
    public EventQuery after(long id) {
        return new EventQuery(id, since, policy, server);
    }

    /** Returns whether the event is one of those. */
    public boolean matches(Event event) {
        return event.id() > after && !event.at().isBefore(since)
                && (policy == null || policy.equals(event.policy()) || isOf(event.server())
                        || isOf(event.fields().get("by")))
                && (server == null || server.equals(event.server()) || server.equals(event.fields().get("by")));
    }

    /** Returns whether a server, or the one that took its place, is one of the policy. */
    private boolean isOf(@Nullable String name) {
        return name != null && name.startsWith(policy + "/");
    }

    private static String safe(String name) {
        String safe = LogValue.of(name);
        return safe.length() > 1 && safe.charAt(0) == '"' ? safe.substring(1, safe.length() - 1) : safe;
    }
}
