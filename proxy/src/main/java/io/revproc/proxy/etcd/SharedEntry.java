package io.revproc.proxy.etcd;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.proxy.route.Processing;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/**
 * A server's entry as etcd has it. Its parts are what Jackson writes, and so a contract with the other proxies of the group.
 *
 * @param token the registration: the session's lease, by which a data connection proves itself; of a Part 1 server any text that
 *              is new with each setup
 * @param lost  whether the session has ended and the entry waits for its server to come back
 * @param proxy the proxy that the server registered with
 * @param site  where the address means something, for addresses that do not mean the same everywhere (loopback)
 * @param processing what the server stated of its processing; null: nothing
 * @param alsoServes the wider policies that the server was told, and takes messages of; null: none
 * @param revoked why the server may not serve by this registration any more; null: it may. The entry goes next
 */
record SharedEntry(String policy, boolean policyQuoted, String id, boolean idQuoted, String address, int port,
        int proto, boolean mux, int weight, @Nullable String zone, int maxInFlight, boolean tls, @Nullable String owner,
        @Nullable String certificate,
        Instant registeredAt, String token, boolean lost, String proxy, @Nullable String site,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Processing processing,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<String> alsoServes,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String revoked) {

    SharedEntry {
        Objects.requireNonNull(policy);
        Objects.requireNonNull(id);
        Objects.requireNonNull(address);
        Objects.requireNonNull(registeredAt);
        Objects.requireNonNull(token);
        Objects.requireNonNull(proxy);
    }

    static SharedEntry of(EndpointSpec spec, Instant registeredAt, String token, boolean lost, String proxy,
            @Nullable String site) {
        return new SharedEntry(spec.policy().text(), spec.policy().quoted(), spec.id().text(), spec.id().quoted(),
                spec.host(), spec.port(), spec.proto(), spec.mux(), spec.weight(), spec.zone(), spec.maxInFlight(),
                spec.tls(), spec.owner(), spec.certificate(), registeredAt, token, lost, proxy, site,
                spec.processing().equals(Processing.UNSTATED) ? null : spec.processing(),
                spec.alsoServes().isEmpty() ? null : spec.alsoServes(), null);
    }

    SharedEntry withLost(boolean now) {
        return new SharedEntry(policy, policyQuoted, id, idQuoted, address, port, proto, mux, weight, zone, maxInFlight,
                tls, owner, certificate, registeredAt, token, now, proxy, site, processing, alsoServes, revoked);
    }

    SharedEntry withRevoked(String why) {
        return new SharedEntry(policy, policyQuoted, id, idQuoted, address, port, proto, mux, weight, zone, maxInFlight,
                tls, owner, certificate, registeredAt, token, lost, proxy, site, processing, alsoServes, why);
    }

    /**
     * Returns what the server said of itself.
     *
     * @throws IllegalArgumentException if it is not an entry of this key, or nothing that a proxy would write
     */
    EndpointSpec spec(EntryKey key) {
        EndpointSpec spec = new EndpointSpec(new Ident(policy, policyQuoted), new Ident(id, idQuoted),
                InetAddress.ofLiteral(address), port, proto, mux, weight, zone, maxInFlight, tls, owner, certificate,
                processing == null ? Processing.UNSTATED : processing,
                alsoServes == null ? List.of() : alsoServes);
        // The key decides which policy gets the messages: an entry that says another one is not believed.
        if (!spec.policy().equals(key.policy()) || !spec.id().equals(key.id())) {
            throw new IllegalArgumentException("the entry is of another server than its key says");
        }
        if (port < 1 || port > 65_535 || maxInFlight < 1 || weight < 1 || weight > 1000 || proto != 1 && proto != 2) {
            throw new IllegalArgumentException("the entry holds a number out of range");
        }
        return spec;
    }

    EntryKey key() {
        return new EntryKey(new Ident(policy, policyQuoted), new Ident(id, idQuoted));
    }

    /** Returns where the server listens. */
    String place() {
        return address + " " + port + (site == null ? "" : " " + site);
    }

    /** Without the token, which is a secret between the server and its proxies. */
    @Override
    public String toString() {
        return "SharedEntry[" + policy + "/" + id + "@" + address + ":" + port + " of " + proxy + "]";
    }

    /**
     * The newest word on what is wanted of a server. Of two words the newer one counts, whoever has which.
     *
     * @param token   the registration that a drain or a removal is for; a maintenance is for all that follow as well
     * @param entry   the entry at that time, so that a server in maintenance stays in the table when it is gone
     * @param at      milliseconds since 1970, and later than any word that its speaker knew; 0: from a proxy that said no times
     * @param by      the proxy where it was said; decides between words of the same time
     * @param removed whether the registration was taken out: an entry of it that somebody still remembers is not written again
     */
    record Wanted(Mode mode, String token, SharedEntry entry, long at, @Nullable String by, boolean removed) {
        Wanted {
            Objects.requireNonNull(mode);
            Objects.requireNonNull(token);
            Objects.requireNonNull(entry);
        }

        boolean newerThan(@Nullable Wanted other) {
            if (other == null) {
                return true;
            }
            int order = Long.compare(at, other.at);
            return order != 0 ? order > 0 : Objects.toString(by, "").compareTo(Objects.toString(other.by, "")) > 0;
        }

        boolean sameAs(@Nullable Wanted other) {
            return other != null && at == other.at && Objects.equals(by, other.by) && mode == other.mode
                    && removed == other.removed && token.equals(other.token);
        }

        /** Returns whether the server takes no messages because of it, which is to be kept for as long as it stands. */
        boolean standing() {
            return mode != Mode.ACTIVE;
        }

        /** Returns whether this removal is of that entry, or of a later one of the same server. */
        boolean removes(SharedEntry known) {
            return removed && (token.equals(known.token()) || known.registeredAt().toEpochMilli() < at);
        }
    }
}
