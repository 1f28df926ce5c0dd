package io.revproc.proxy.registration;

import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;

import io.revproc.proxy.access.Fingerprint;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a registration connection, as the transport knows it: nothing that a message says.
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
}
