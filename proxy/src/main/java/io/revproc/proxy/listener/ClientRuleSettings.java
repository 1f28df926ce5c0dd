package io.revproc.proxy.listener;

import java.util.List;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.access.SanPattern;
import io.revproc.proxy.policy.EvidenceDemand;
import org.jspecify.annotations.Nullable;

/**
 * The rule on who may send a policy's messages, {@code revproc.policies.<name>.clients.*}.
 *
 * @param allowedCidrs the networks from which clients may send; none: all
 * @param certificates DNS names or URIs, one of which the client's certificate must have; none: no certificate is needed.
 *                     Needs TLS with client certificates
 * @param rate         the most messages per second from one address (of IPv6: one /64); 0: no limit
 * @param burst        how many of these messages may come at once; 0: as many as one second allows
 * @param evidence     what the token has to say that the client's connection shows; null: none is needed
 */
public record ClientRuleSettings(List<Cidr> allowedCidrs, List<SanPattern> certificates,
        int rate,
        int burst, @Nullable EvidenceDemand evidence) {
    /** Everybody may send everything. */
    public static final ClientRuleSettings ANYBODY = new ClientRuleSettings(List.of(), List.of(), 0, 0, null);

    public ClientRuleSettings {
        allowedCidrs = List.copyOf(allowedCidrs);
        certificates = List.copyOf(certificates);
        if (rate == 0 && burst > 0) {
            throw new IllegalArgumentException("a policy's clients.burst is of no use without clients.rate");
        }
    }

    int atOnce() {
        return burst == 0 ? rate : burst;
    }
}
