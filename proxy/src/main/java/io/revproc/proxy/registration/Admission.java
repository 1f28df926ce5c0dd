package io.revproc.proxy.registration;

import java.util.List;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.wire.Message;
import org.jspecify.annotations.Nullable;

/** Decides whether a peer may register what its setup says. Called on event loops: answers at once. Thread-safe. */
@FunctionalInterface
public interface Admission {
    /** Yes or no. */
    sealed interface Decision {
        /** @param owner whom the id belongs to from now on: only the same owner may replace it; null: anybody admitted */
        record Allowed(@Nullable String owner) implements Decision {}

        /** @param reason one word for the proxy's log; the peer is never told which part was wrong */
        record Refused(String reason) implements Decision {}
    }

    Decision admit(Peer peer, Message.Setup setup);

    /** Whether an entry that was admitted once, by this proxy or another one, may be in the table under today's rules. */
    default boolean stillAdmits(EndpointSpec spec) {
        return true;
    }

    /** Everybody from these networks, nobody else. */
    static Admission from(List<Cidr> networks) {
        List<Cidr> allowed = List.copyOf(networks);
        return new Admission() {
            @Override
            public Decision admit(Peer peer, Message.Setup setup) {
                return allowed.stream().anyMatch(network -> network.contains(peer.address()))
                        ? new Decision.Allowed(null)
                        : new Decision.Refused("address-not-in-allowed-cidrs");
            }

            @Override
            public boolean stillAdmits(EndpointSpec spec) {
                return allowed.stream().anyMatch(network -> network.contains(spec.address()));
            }
        };
    }

    /** As the settings say: where there are grants, one is needed. */
    static Admission of(RegistrationSettings properties) {
        Admission rule = properties.grants().isEmpty()
                ? from(properties.allowedCidrs())
                : new Grants(properties.allowedCidrs(), properties.grants());
        return properties.mtls() ? mutual(rule) : rule;
    }

    /** Those whom the rule admits, if they have shown a certificate and show it on their data ports as well. */
    private static Admission mutual(Admission rule) {
        return new Admission() {
            @Override
            public Decision admit(Peer peer, Message.Setup setup) {
                if (peer.certificates().isEmpty()) {
                    return new Decision.Refused("no-certificate");
                }
                return setup.tls() ? rule.admit(peer, setup) : new Decision.Refused("data-port-without-tls");
            }

            @Override
            public boolean stillAdmits(EndpointSpec spec) {
                return spec.certificate() != null && rule.stillAdmits(spec);
            }
        };
    }
}
