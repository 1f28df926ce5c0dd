package io.revproc.proxy.listener;

import java.util.function.LongSupplier;

import io.revproc.proxy.access.AddressRates;
import io.revproc.wire.ErrorCode;
import org.jspecify.annotations.Nullable;

/** One policy's rule on who may send its messages, and how many of them. Thread-safe. */
final class ClientRule {
    /** How many addresses are told apart per policy, about 6 MB; those beyond share one bucket. */
    private static final int ADDRESSES = 65_536;

    private final ClientRuleSettings properties;
    private final @Nullable AddressRates rates;

    ClientRule(ClientRuleSettings properties, LongSupplier nanoClock) {
        this.properties = properties;
        this.rates = properties.rate() == 0
                ? null
                : new AddressRates(properties.rate(), properties.atOnce(), ADDRESSES, nanoClock);
    }

    /** Returns whether the client may send such messages at all; the same at every time of its connection. */
    boolean admits(ClientIdentity client) {
        return (properties.allowedCidrs().isEmpty()
                || properties.allowedCidrs().stream().anyMatch(network -> network.contains(client.address())))
                && (properties.certificates().isEmpty() || client.certificates().stream().limit(1)
                        .anyMatch(own -> properties.certificates().stream().anyMatch(name -> name.matches(own))));
    }

    /** Returns why this message of the client's is refused; null if it is not. */
    @Nullable
    ErrorCode refusal(ClientIdentity client) {
        if (!client.mayUse(this)) {
            return ErrorCode.NOT_ALLOWED;
        }
        return rates != null && !rates.take(client.key()) ? ErrorCode.RATE_LIMITED : null;
    }
}
