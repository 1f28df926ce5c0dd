package io.revproc.proxy.registration;

import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;

import io.revproc.proxy.access.Fingerprint;
import io.revproc.proxy.access.TokenHash;
import io.revproc.proxy.policy.Applicant;
import io.revproc.proxy.route.Processing;
import io.revproc.wire.Message;
import org.jspecify.annotations.Nullable;

/**
 * The peer of a registration connection, as the transport knows it, without anything that a message says.
 *
 * @param address      where the connection came from
 * @param certificates the chain that the peer proved to hold, its own first; empty without mutual TLS
 */
public record Peer(InetAddress address, List<X509Certificate> certificates) {
    public Peer {
        certificates = List.copyOf(certificates);
    }

    /** SHA-256 of the peer's own certificate, in hexadecimal; null if it showed none. */
    @Nullable
    String fingerprint() {
        return certificates.isEmpty() ? null : Fingerprint.text(certificates.getFirst());
    }

    /** Returns what the rules want to know of this peer and its setup. */
    Applicant applying(Message.Setup setup) {
        return new Applicant(setup.policy().text(), setup.id().text(), address, certificates,
                setup.token() == null ? null : TokenHash.ofToken(setup.token()), setup.tls(), processing(setup),
                setup.proto() == 2, null);
    }

    static Processing processing(Message.Setup setup) {
        return new Processing(setup.statement().region(), setup.statement().purposes());
    }
}
