package io.revproc.registration;

import java.util.List;

import io.revproc.wire.Message;
import org.jspecify.annotations.Nullable;

/** Decides whether a peer may register what its setup says. Called on event loops: answers at once. Thread-safe. */
@FunctionalInterface
public interface Admission {
    /** Yes or no. */
    sealed interface Decision {
        /** @param owner whom the id belongs to from now on: only the same owner may replace it; null: anybody admitted */
        record Allowed(@Nullable String owner) implements Decision {}

        /** @param sentence why, for the person who set the server up; no secrets */
        record Refused(String sentence) implements Decision {}
    }

    Decision admit(Peer peer, Message.Setup setup);

    /** Everybody from these networks, nobody else. */
    static Admission from(List<Cidr> networks) {
        List<Cidr> allowed = List.copyOf(networks);
        return (peer, setup) -> allowed.stream().anyMatch(network -> network.contains(peer.address()))
                ? new Decision.Allowed(null)
                : new Decision.Refused("Servers may not register from " + peer.address().getHostAddress()
                        + "; add its network to revproc.registration.allowed-cidrs");
    }
}
