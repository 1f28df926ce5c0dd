package io.revproc.admin;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.revproc.proxy.policy.DeclaredPolicy;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.PolicySums;
import io.revproc.wire.ErrorCode;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A policy as JSON. */
@Schema(name = "Policy", description = "A policy that has or had a server, and what was counted of its messages")
record PolicyView(@Schema(example = "PP_1") String policy,
        @Schema(description = "The policy's entries in the switch table") int servers,
        @Schema(description = "Servers that take messages") int inRotation,
        @Schema(description = "The time since which it has had no server; null if it has one") @Nullable Instant noServerSince,
        @Schema(description = "Messages at its servers") int inFlight,
        @Schema(description = "Messages that wait for a place at a server") int waiting,
        @Schema(description = "Messages answered since this proxy knows the policy") long answered,
        @Schema(description = "Messages refused before a server had them, by code; codes that did not occur are left out") Map<String, Long> refused,
        @Schema(description = "Whether it is declared, in the settings or the policy file") boolean declared,
        @Schema(description = "What the policy is about") @Nullable String description,
        @Schema(description = "The purpose for which its messages may be processed; its servers have to state it") @Nullable String purpose,
        @Schema(description = "The regions in which its messages may be processed; its servers have to state one of them. Empty: anywhere") List<String> regions,
        @Schema(description = "Who decided on it") @Nullable String owner,
        @Schema(description = "Whom to ask") @Nullable String contact,
        @Schema(description = "Narrower policies whose servers may get its messages if no server of its own takes them") List<String> mayBeServedBy,
        @Schema(description = "Messages that went to servers of narrower policies, by these") Map<String, Long> widened,
        @Schema(description = "Those of these policies that have a server which may get its messages now") List<String> servedBy,
        @Schema(description = "Servers of those policies that take messages") int servedByInRotation) {

    /**
     * A policy that has, or had, a server.
     *
     * @param declared null if it is not
     */
    static PolicyView of(PolicyRoutes routes, @Nullable DeclaredPolicy declared) {
        PolicySums sums = new PolicySums().add(routes.load());
        Map<String, Long> refused = new LinkedHashMap<>();
        for (ErrorCode code : ErrorCode.values()) {
            if (sums.refused(code) > 0) {
                refused.put(code.name(), sums.refused(code));
            }
        }
        PolicyRoutes.Narrower narrower = routes.narrower();
        Map<String, Long> widened = new LinkedHashMap<>();
        routes.load().widened().forEach((served, count) -> widened.put(served.text(), count));
        return new PolicyView(routes.policy().text(), routes.size(), routes.selectable().length,
                routes.noServerSince(), routes.load().inFlight(), routes.load().waiting(), sums.durations().count(),
                refused, declared != null, declared == null ? null : declared.description(),
                declared == null ? null : declared.purpose(), declared == null ? List.of() : declared.regions(),
                declared == null ? null : declared.owner(), declared == null ? null : declared.contact(),
                declared == null ? List.of() : declared.mayBeServedBy(), widened, routes.servedBy(),
                narrower == null ? 0 : narrower.selectable().length);
    }

    /** A policy that is declared and has had no server. */
    static PolicyView of(DeclaredPolicy policy) {
        return new PolicyView(policy.name(), 0, 0, null, 0, 0, 0, Map.of(), true, policy.description(),
                policy.purpose(), policy.regions(), policy.owner(), policy.contact(), policy.mayBeServedBy(), Map.of(),
                List.of(), 0);
    }
}
