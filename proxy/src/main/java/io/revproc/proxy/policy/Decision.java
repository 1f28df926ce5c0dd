package io.revproc.proxy.policy;

import java.util.List;

import io.revproc.proxy.route.Processing;
import org.jspecify.annotations.Nullable;

/** The decision whether a server may serve a policy. */
public sealed interface Decision {
    /**
     * It may.
     *
     * @param grant      the grant that lets it in; null where none is needed
     * @param maxServers the most entries by that grant; 0: no limit
     * @param alsoServes the wider policies whose messages it may get too, if it takes them
     * @param processing what counts as stated of its processing: what is proved, where the grant asks for that; null: its statement
     * @param evidence   the evidence that lets it in, by whose end it has to be out; null: none was needed
     */
    record Allowed(@Nullable String grant, int maxServers, List<String> alsoServes, @Nullable Processing processing,
            @Nullable Evidence evidence) implements Decision {
        public Allowed {
            alsoServes = List.copyOf(alsoServes);
        }

        /** Allowed for its own policy only. */
        public Allowed(@Nullable String grant, int maxServers) {
            this(grant, maxServers, List.of(), null, null);
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
