package io.revproc.proxy.registration;

import java.util.List;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.access.TokenHash;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.wire.Message;
import org.jspecify.annotations.Nullable;

/** Admits whom a grant covers, from the networks that servers may come from. One digest and one look at each grant per setup. */
final class Grants implements Admission {
    private final List<Cidr> networks;
    private final List<Grant> grants;

    Grants(List<Cidr> networks, List<Grant> grants) {
        this.networks = List.copyOf(networks);
        this.grants = List.copyOf(grants);
    }

    @Override
    public Decision admit(Peer peer, Message.Setup setup) {
        if (networks.stream().noneMatch(network -> network.contains(peer.address()))) {
            return new Decision.Refused("address-not-in-allowed-cidrs");
        }
        TokenHash shown = hash(setup.token());
        boolean known = false;
        Grant first = null;
        for (Grant grant : grants) {
            // No early end: how long it takes must not say how near a guess is.
            boolean knows = grant.knows(peer, shown);
            known |= knows;
            if (knows && first == null && grant.covers(setup)) {
                first = grant;
            }
        }
        if (first != null && first.certificate() != null && !setup.tls()) {
            // Whoever takes over its address would get its messages.
            return new Decision.Refused("certificate-but-data-port-without-tls");
        }
        if (first != null) {
            return new Decision.Allowed(first.owner());
        }
        return new Decision.Refused(known
                ? "policy-or-id-not-granted"
                : setup.token() == null && peer.certificates().isEmpty() ? "no-credentials" : "credentials-unknown");
    }

    @Override
    public boolean stillAdmits(EndpointSpec spec) {
        String policy = spec.policy().text();
        String id = spec.id().text();
        return networks.stream().anyMatch(network -> network.contains(spec.address()))
                && grants.stream().anyMatch(
                        grant -> grant.owner().equals(spec.owner()) && grant.covers(policy, id)
                                && (grant.certificate() == null || spec.certificate() != null));
    }

    private static @Nullable TokenHash hash(@Nullable String token) {
        return token == null ? null : TokenHash.ofToken(token);
    }
}
