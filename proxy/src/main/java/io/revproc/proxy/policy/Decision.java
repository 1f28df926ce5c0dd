package io.revproc.proxy.policy;

import java.util.List;

import org.jspecify.annotations.Nullable;

/** The decision whether a server may serve a policy. */
public sealed interface Decision {
    /**
     * It may.
     *
     * @param grant      the grant that lets it in; null where none is needed
     * @param maxServers the most entries by that grant; 0: no limit
     * @param alsoServes the wider policies whose messages it may get too, if it takes them
     */
    record Allowed(@Nullable String grant, int maxServers, List<String> alsoServes) implements Decision {
        public Allowed {
            alsoServes = List.copyOf(alsoServes);
        }

        /** Allowed for its own policy only. */
        public Allowed(@Nullable String grant, int maxServers) {
            this(grant, maxServers, List.of());
        }
    }

    /**
     * It may not.
     *
     * @param reason   for the proxy's log
     * @param unknown  whether that is since the policy is not declared
     * @param sentence for the server, where it has shown who it is; null: it hears nothing of why
     */
    record Refused(String reason, boolean unknown, @Nullable String sentence) implements Decision {}
}
