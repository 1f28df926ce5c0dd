package io.revproc.settings;

import java.util.List;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.access.SanPattern;
import io.revproc.proxy.listener.ClientRuleSettings;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The rule on who may send a policy's messages, {@code revproc.policies.<name>.clients.*}.
 *
 * @param allowedCidrs the networks from which clients may send; none: all
 * @param certificates DNS names or URIs, one of which the client's certificate must have; none: no certificate is needed.
 *                     Needs TLS with client certificates
 * @param rate         the most messages per second from one address (of IPv6: one /64); 0: no limit
 * @param burst        how many of these messages may come at once; 0: as many as one second allows
 */
public record ClientRuleProperties(@DefaultValue List<Cidr> allowedCidrs, @DefaultValue List<SanPattern> certificates,
        @DefaultValue("0") @Min(0) @Max(10_000_000) int rate,
        @DefaultValue("0") @Min(0) @Max(10_000_000) int burst) {
    /** @throws IllegalArgumentException if the values do not go together */
    public ClientRuleProperties {
        new ClientRuleSettings(allowedCidrs, certificates, rate, burst);
    }

    /** Returns them as the proxy takes them. */
    public ClientRuleSettings settings() {
        return new ClientRuleSettings(allowedCidrs, certificates, rate, burst);
    }
}
