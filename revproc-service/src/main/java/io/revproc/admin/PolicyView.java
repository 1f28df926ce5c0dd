package io.revproc.admin;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.PolicySums;
import io.revproc.wire.ErrorCode;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A policy as JSON. */
@Schema(name = "Policy", description = "A policy that has or had a server, and what was counted of its messages")
record PolicyView(@Schema(example = "PP_1") String policy,
        @Schema(description = "Its entries in the switch table") int servers,
        @Schema(description = "Those that take messages") int inRotation,
        @Schema(description = "Since when it has had no server; null if it has one", types = {
                "string",
                "null"}) @Nullable Instant noServerSince,
        @Schema(description = "Messages at its servers") int inFlight,
        @Schema(description = "Messages that wait for a place at a server") int waiting,
        @Schema(description = "Messages answered since this proxy knows the policy") long answered,
        @Schema(description = "Messages refused before a server had them, by code; codes that did not occur are left out") Map<String, Long> refused) {

    static PolicyView of(PolicyRoutes routes) {
        PolicySums sums = new PolicySums().add(routes.load());
        Map<String, Long> refused = new LinkedHashMap<>();
        for (ErrorCode code : ErrorCode.values()) {
            if (sums.refused(code) > 0) {
                refused.put(code.name(), sums.refused(code));
            }
        }
        return new PolicyView(routes.policy().text(), routes.size(), routes.selectable().length,
                routes.noServerSince(), routes.load().inFlight(), routes.load().waiting(), sums.durations().count(),
                refused);
    }
}
