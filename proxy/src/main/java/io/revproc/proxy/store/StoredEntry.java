package io.revproc.proxy.store;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState.Liveness;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.proxy.route.Processing;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/**
 * An entry as the snapshot file has it. Public in its parts so that Jackson finds them; the file is the contract.
 *
 * @param processing what the server stated of its processing; null: nothing
 * @param alsoServes the wider policies that it was told; null: none
 * @param lost whether it is there for its maintenance only: nothing goes to its address, which may be another server's. Null: no
 */
record StoredEntry(String policy, boolean policyQuoted, String id, boolean idQuoted, String address, int port,
        int proto,
        boolean mux, int weight, @Nullable String zone, int maxInFlight, boolean tls, @Nullable String owner,
        @Nullable String certificate, Mode mode,
        Instant registeredAt, @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean lost,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Processing processing,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<String> alsoServes) {

    StoredEntry {
        Objects.requireNonNull(policy);
        Objects.requireNonNull(id);
        Objects.requireNonNull(address);
        Objects.requireNonNull(mode);
        Objects.requireNonNull(registeredAt);
    }

    static StoredEntry of(Endpoint endpoint) {
        EndpointSpec spec = endpoint.spec();
        return new StoredEntry(spec.policy().text(), spec.policy().quoted(), spec.id().text(), spec.id().quoted(),
                spec.host(), spec.port(), spec.proto(), spec.mux(), spec.weight(), spec.zone(), spec.maxInFlight(),
                spec.tls(), spec.owner(), spec.certificate(), endpoint.state().mode(), endpoint.registeredAt(),
                endpoint.state().liveness() == Liveness.LOST ? true : null,
                spec.processing().equals(Processing.UNSTATED) ? null : spec.processing(),
                spec.alsoServes().isEmpty() ? null : spec.alsoServes());
    }

    /** Returns whether the server would not tell this again by itself. */
    static boolean worthKeeping(Endpoint endpoint) {
        return endpoint.spec().proto() == 1 || endpoint.state().mode() == Mode.MAINTENANCE;
    }

    /** Returns the entry; empty if it can't be used (any more): its address may name a network interface that is gone. */
    Optional<EndpointSpec> spec() {
        if (port < 1 || port > 65535 || maxInFlight < 1 || weight < 1 || proto != 1 && proto != 2) {
            return Optional.empty();
        }
        try {
            return Optional.of(new EndpointSpec(new Ident(policy, policyQuoted), new Ident(id, idQuoted),
                    InetAddress.ofLiteral(address), port, proto, mux, weight, zone, maxInFlight, tls, owner,
                    certificate, processing == null ? Processing.UNSTATED : processing,
                    alsoServes == null ? List.of() : alsoServes));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
