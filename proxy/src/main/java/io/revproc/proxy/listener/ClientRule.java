package io.revproc.proxy.listener;

import java.util.function.LongSupplier;

import io.revproc.proxy.access.AddressRates;
import io.revproc.proxy.policy.EvidenceDemand;
import io.revproc.proxy.policy.RulesInForce;
import org.jspecify.annotations.Nullable;

/** One policy's rule on who may send its messages, and how many of them. Thread-safe. */
final class ClientRule {
    /** How many addresses are told apart per policy, about 6 MB; those beyond share one bucket. */
    private static final int ADDRESSES = 65_536;

    private final String policy;
    private final ClientRuleSettings properties;
    private final RulesInForce issuers;
    private final @Nullable AddressRates rates;

    ClientRule(String policy, ClientRuleSettings properties, RulesInForce issuers, LongSupplier nanoClock) {
        this.policy = policy;
        this.properties = properties;
        this.issuers = issuers;
        this.rates = properties.rate() == 0
                ? null
                : new AddressRates(properties.rate(), properties.atOnce(), ADDRESSES, nanoClock);
    }

    /** Returns whether the client may send such messages by its address and certificate; the same at every time of its connection. */
    boolean admits(ClientIdentity client) {
        return (properties.allowedCidrs().isEmpty()
                || properties.allowedCidrs().stream().anyMatch(network -> network.contains(client.address())))
                && (properties.certificates().isEmpty() || client.certificates().stream().limit(1)
                        .anyMatch(own -> properties.certificates().stream().anyMatch(name -> name.matches(own))));
    }

    /** Returns whether the token says what the rule asks for; the same as long as it is shown. */
    boolean isProvedBy(ShownToken token) {
        EvidenceDemand demand = properties.evidence();
        return demand == null || demand.knows(token.evidence()) && demand.covers(token.evidence(), policy);
    }

    /**
     * Returns why this message of the client's is refused; null if it is not.
     *
     * @param now as {@link System#nanoTime()}
     */
    @Nullable
    ClientRefusal refusal(ClientIdentity client, long now) {
        ClientRefusal refusal = client.mayUse(this) ? untrusted(client, now, true) : ClientRefusal.NOT_ALLOWED;
        if (refusal != null) {
            return refusal;
        }
        return rates != null && !rates.take(client.key()) ? ClientRefusal.RATE_LIMITED : null;
    }

    /** Returns the same for a rule that is not kept, and so counts nothing. */
    @Nullable
    ClientRefusal refusalOnce(ClientIdentity client, long now) {
        return admits(client) ? untrusted(client, now, false) : ClientRefusal.NOT_ALLOWED;
    }

    private @Nullable ClientRefusal untrusted(ClientIdentity client, long now, boolean kept) {
        if (properties.evidence() == null) {
            return null;
        }
        ShownToken token = client.shown(issuers.rules());
        if (token == null) {
            return ClientRefusal.NO_TOKEN;
        }
        if (client.hasEnded(token, now)) {
            return ClientRefusal.TOKEN_ENDED;
        }
        return (kept ? client.proves(this, token) : isProvedBy(token)) ? null : ClientRefusal.TOKEN_OF_OTHERS;
    }
}
