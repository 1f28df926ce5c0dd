package io.revproc;

import java.util.List;

import io.revproc.proxy.balance.ZoneFirst;
import io.revproc.proxy.policy.DeclaredPolicy;
import io.revproc.proxy.route.Disclosure;
import io.revproc.proxy.route.LoadBalancer;
import io.revproc.settings.ClientRuleProperties;
import io.revproc.start.Bounds;
import io.revproc.start.CheckedSettings;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * One policy's settings, {@code revproc.policies.<name>.*}.
 *
 * @param balance     how the policy's servers share its messages: round-robin (in turn), least-loaded (the less loaded of
 *                    two random servers) or sticky (the same server for the same client, unless it is overloaded)
 * @param zone        the zone whose servers get the messages first. Other servers get them only while this zone has no
 *                    server. Default: zones do not matter
 * @param maxInFlight the most messages in flight at all servers of the policy. It keeps a policy with stuck servers from
 *                    taking the memory of the others
 * @param queueLimit  the most messages that wait while every server of the policy is at its limit. Further ones are
 *                    refused with OVERLOADED at once. 0: none waits
 * @param clients     who may send this policy's messages: allowed-cidrs, certificates (DNS names or URIs in them), rate and burst
 *                    (messages a second, and at once, per address), evidence, claims and policies-claim (what a client's token has
 *                    to say). Default: whoever reaches the listener, at any rate
 * @param recordIn    where the deliveries of the policy's messages are recorded: local (in this proxy's delivery record) or none
 *                    (nowhere; its clients get no receipts)
 * @param accessLog   whether the access log, the dashboard's sample of deliveries and the log's lines on refused clients may show
 *                    who sends this policy's messages
 * @param trace       whether this policy's messages may be traced
 * @param description what the policy is about, for people
 * @param purpose     the purpose for which the policy's messages may be processed. Its servers have to state it in their
 *                    setups. Default: none is asked for
 * @param regions     where the policy's messages may be processed: ISO 3166 codes (DE) or other labels. Its servers have
 *                    to state one of them. Default: anywhere
 * @param owner       who is responsible for the policy, for people
 * @param contact     whom to ask about the policy, for people
 * @param mayBeServedBy narrower policies whose servers may get this policy's messages too where none of its own takes one: exact
 *                    names of declared policies. Never the other way round, and nothing follows from it for a third policy
 */
public record PolicyProperties(@DefaultValue("round-robin") Balance balance, @Nullable String zone,
        @DefaultValue("10000") int maxInFlight,
        @DefaultValue("1000") int queueLimit,
        @DefaultValue ClientRuleProperties clients, @Nullable String description, @Nullable String purpose,
        @DefaultValue List<String> regions, @Nullable String owner, @Nullable String contact,
        @DefaultValue List<String> mayBeServedBy, @DefaultValue("local") RecordIn recordIn,
        @DefaultValue("true") boolean accessLog, @DefaultValue("true") boolean trace) implements CheckedSettings {
    static final PolicyProperties DEFAULTS = new PolicyProperties(Balance.ROUND_ROBIN, null, 10_000, 1_000,
            ClientRuleProperties.ANYBODY, null, null, List.of(), null, null, List.of(), RecordIn.LOCAL, true,
            true);

    /** @throws IllegalArgumentException if the values do not go together */
    public PolicyProperties {
        new DeclaredPolicy("NAME", description, purpose, regions, owner, contact, List.of());
    }

    @Override
    public void check(Bounds bounds) {
        bounds.range("max-in-flight", maxInFlight, 1, 1_000_000)
                .range("queue-limit", queueLimit, 0, 1_000_000)
                .nested("clients", clients);
    }

    /** Returns the declaration, as the proxy takes it. */
    DeclaredPolicy declared(String name) {
        return new DeclaredPolicy(name, description, purpose, regions, owner, contact, mayBeServedBy);
    }

    /** Returns what is taken down of its messages, as the proxy takes it. */
    Disclosure disclosure() {
        return new Disclosure(recordIn == RecordIn.LOCAL, accessLog, trace);
    }

    /** A new one, for one policy. */
    LoadBalancer balancer() {
        LoadBalancer balancer = balance.balancer();
        return zone == null || zone.isBlank() ? balancer : new ZoneFirst(zone, balancer);
    }
}
