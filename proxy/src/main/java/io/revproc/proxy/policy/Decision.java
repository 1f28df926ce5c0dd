package io.revproc.proxy.policy;

import org.jspecify.annotations.Nullable;

/** Whether a server may serve a policy. */
public sealed interface Decision {
    /**
     * It may.
     *
     * @param grant      the grant that lets it in; null where none is needed
     * @param maxServers the most entries by that grant; 0: no limit
     */
    record Allowed(@Nullable String grant, int maxServers) implements Decision {}

    /**
     * It may not.
     *
     * @param reason   for the proxy's log
     * @param unknown  whether that is since the policy is not declared
     * @param sentence for the server, where it has shown who it is; null: it hears nothing of why
     */
    record Refused(String reason, boolean unknown, @Nullable String sentence) implements Decision {}
}
