package io.revproc;

import java.util.List;

import io.revproc.proxy.balance.ZoneFirst;
import io.revproc.proxy.policy.DeclaredPolicy;
import io.revproc.proxy.route.LoadBalancer;
import io.revproc.settings.ClientRuleProperties;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * One policy's settings, {@code revproc.policies.<name>.*}.
 *
 * @param balance     how the policy's servers share its messages: round-robin (in turn), least-loaded (the less loaded of two
 *                    random ones) or sticky (the same server for the same client, while that is not overloaded)
 * @param zone        servers of this zone come first; the others only while it has none. Default: zones do not matter
 * @param maxInFlight the most messages at the policy's servers at once. It keeps a policy whose servers are stuck from taking
 *                    the memory of the others
 * @param queueLimit  the most messages that wait while every server is at its limit; over it a client hears OVERLOADED at once.
 *                    0: nothing waits
 * @param clients     who may send this policy's messages: allowed-cidrs, certificates (DNS names or URIs in them), rate and burst
 *                    (messages a second, and at once, per address). Default: whoever reaches the listener, at any rate
 * @param description what the policy is, for people
 * @param purpose     what its messages may be processed for: its servers have to state it in their setups. Default: nothing is asked
 * @param regions     where its messages may be processed, ISO 3166 codes (DE) or other labels: its servers have to state one of them.
 *                    Default: anywhere
 * @param owner       who decided on it, for people
 * @param contact     whom to ask, for people
 */
public record PolicyProperties(@DefaultValue("round-robin") Balance balance, @Nullable String zone,
        @DefaultValue("10000") @Min(1) @Max(1_000_000) int maxInFlight,
        @DefaultValue("1000") @Min(0) @Max(1_000_000) int queueLimit,
        @DefaultValue @Valid ClientRuleProperties clients, @Nullable String description, @Nullable String purpose,
        @DefaultValue List<String> regions, @Nullable String owner, @Nullable String contact) {
    static final PolicyProperties DEFAULTS = new PolicyProperties(Balance.ROUND_ROBIN, null, 10_000, 1_000,
            new ClientRuleProperties(List.of(), List.of(), 0, 0), null, null, List.of(), null, null);

    /** @throws IllegalArgumentException if the values do not go together */
    public PolicyProperties {
        new DeclaredPolicy("NAME", description, purpose, regions, owner, contact);
    }

    /** Returns the declaration, as the proxy takes it. */
    DeclaredPolicy declared(String name) {
        return new DeclaredPolicy(name, description, purpose, regions, owner, contact);
    }

    /** A new one, for one policy. */
    LoadBalancer balancer() {
        LoadBalancer balancer = balance.balancer();
        return zone == null || zone.isBlank() ? balancer : new ZoneFirst(zone, balancer);
    }
}
