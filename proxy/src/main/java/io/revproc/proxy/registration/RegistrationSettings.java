package io.revproc.proxy.registration;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.policy.DeclaredPolicy;
import io.revproc.proxy.policy.EvidenceIssuer;
import io.revproc.proxy.policy.Grant;
import io.revproc.proxy.policy.PolicyRules;

/**
 * The settings of registration: who may register, and how long a silent server counts as alive.
 *
 * @param heartbeat             how often a server of Part 2 has to send a heartbeat; 10 ms to 1 min. A shorter time finds
 *                              a frozen server sooner, and costs more messages
 * @param ttl                   the time of silence after which a server is not alive. At least twice the heartbeat, so
 *                              that one late heartbeat takes no server out; at most 10 min
 * @param grace                 how long the entry of a lost server is kept, so that the server can come back to its
 *                              place, its counters and its maintenance; 0 to 1 d
 * @param allowedCidrs          the networks from which servers may register; none: no server may
 * @param maxEndpoints          the most entries in the whole table, about 1 KiB of memory each
 * @param maxEndpointsPerPolicy the most servers of one policy. Each change of one of them copies a list of this length
 * @param grants                who may register for what; where there is one, every server needs one. Each has policies (PP_1 or
 *                              PP_*), one or more of token-sha256 ('bin/revproc grant new' makes token and hash), certificate (a
 *                              DNS name or URI in it; its data port must speak TLS) and cidrs, and optionally a name and ids
 * @param mtls                  whether every server must show a certificate, and the same one on its data port
 * @param part1SeveralPolicies  whether an old server may serve several policies at one address and port under one id. It
 *                              holds no lease. If false, only its newest setup counts, since another program may have its
 *                              address by now
 * @param grantWarning          how long before a grant's end operators are warned; 0 to 365 d
 */
public record RegistrationSettings(Duration heartbeat, Duration ttl,
        Duration grace, List<Cidr> allowedCidrs,
        int maxEndpoints,
        int maxEndpointsPerPolicy,
        List<Grant> grants, boolean mtls,
        boolean part1SeveralPolicies, Duration grantWarning) {
    public RegistrationSettings {
        if (heartbeat.compareTo(Duration.ofMillis(10)) < 0 || heartbeat.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException("revproc.registration.heartbeat must be 10ms to 1m");
        }
        if (ttl.compareTo(heartbeat.multipliedBy(2)) < 0 || ttl.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException(
                    "revproc.registration.ttl must be at least twice revproc.registration.heartbeat, and at most 10m");
        }
        if (grace.isNegative() || grace.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("revproc.registration.grace must be 0s to 1d");
        }
        if (grantWarning.isNegative() || grantWarning.compareTo(Duration.ofDays(365)) > 0) {
            throw new IllegalArgumentException("revproc.registration.grant-warning must be 0s to 365d");
        }
        allowedCidrs = List.copyOf(allowedCidrs);
        grants = List.copyOf(grants);
        PolicyRules.checkGrants(grants);
    }

    /** Returns the rules that follow from these settings and what others say, without evidence; the other method has the parameters. */
    public PolicyRules rules(Collection<DeclaredPolicy> policies, boolean declaredOnly, Collection<Grant> more,
            boolean grantsNeeded) {
        return rules(policies, declaredOnly, more, grantsNeeded, List.of(), Set.of());
    }

    /**
     * Returns the rules that follow from these settings and what others say.
     *
     * @param more         grants beside those of the settings
     * @param grantsNeeded whether a server needs a grant though there is none
     * @param issuers      whose signed tokens grants may ask for
     * @param verifiers    the names of what else they may ask for
     * @throws IllegalArgumentException if they do not go together
     */
    public PolicyRules rules(Collection<DeclaredPolicy> policies, boolean declaredOnly, Collection<Grant> more,
            boolean grantsNeeded, Collection<EvidenceIssuer> issuers, Set<String> verifiers) {
        return new PolicyRules(policies, declaredOnly, new PolicyRules.Gate(allowedCidrs, mtls),
                Stream.concat(grants.stream(), more.stream()).toList(), grantsNeeded, issuers, verifiers);
    }
}
