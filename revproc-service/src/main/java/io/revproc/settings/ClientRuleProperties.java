package io.revproc.settings;

import java.util.List;
import java.util.Map;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.access.NamePattern;
import io.revproc.proxy.access.SanPattern;
import io.revproc.proxy.listener.ClientRuleSettings;
import io.revproc.proxy.policy.PolicyDocument;
import io.revproc.start.Bounds;
import io.revproc.start.CheckedSettings;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The rule on who may send a policy's messages, {@code revproc.policies.<name>.clients.*}.
 *
 * @param allowedCidrs the networks from which clients may send; none: all
 * @param certificates DNS names or URIs, one of which the client's certificate must have; none: no certificate is needed.
 *                     Needs TLS with client certificates
 * @param rate         the most messages per second from one address (of IPv6: one /64); 0: no limit
 * @param burst        how many of these messages may come at once; 0: as many as one second allows
 * @param evidence     the entry of revproc.evidence whose signed token (JWT) the client's connection must show; none: no token is needed
 * @param claims       what claims of that token must be, by their names or by a JSON pointer such as /kubernetes.io/namespace: an
 *                     exact value, or a beginning with a star
 * @param policiesClaim the claim that names the policies whose messages the client may send; none: this policy's rule decides alone
 */
public record ClientRuleProperties(@DefaultValue List<Cidr> allowedCidrs, @DefaultValue List<SanPattern> certificates,
        @DefaultValue("0") int rate,
        @DefaultValue("0") int burst, @Nullable String evidence,
        @DefaultValue Map<String, NamePattern> claims, @Nullable String policiesClaim) implements CheckedSettings {
    /** Whoever reaches the listener, at any rate. */
    public static final ClientRuleProperties ANYBODY = new ClientRuleProperties(List.of(), List.of(), 0, 0, null,
            Map.of(), null);

    /** @throws IllegalArgumentException if the values do not go together */
    public ClientRuleProperties {
        make(allowedCidrs, certificates, rate, burst, evidence, claims, policiesClaim);
    }

    @Override
    public void check(Bounds bounds) {
        bounds.range("rate", rate, 0, 10_000_000)
                .range("burst", burst, 0, 10_000_000);
    }

    /** Returns them as the proxy takes them. */
    public ClientRuleSettings settings() {
        return make(allowedCidrs, certificates, rate, burst, evidence, claims, policiesClaim);
    }

    private static ClientRuleSettings make(List<Cidr> allowedCidrs, List<SanPattern> certificates, int rate, int burst,
            @Nullable String evidence, Map<String, NamePattern> claims, @Nullable String policiesClaim) {
        return new ClientRuleSettings(allowedCidrs, certificates, rate, burst,
                PolicyDocument.demand(evidence, claims, policiesClaim, null, null, null));
    }
}
