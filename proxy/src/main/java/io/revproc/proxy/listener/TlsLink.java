package io.revproc.proxy.listener;

import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;

import javax.net.ssl.SSLPeerUnverifiedException;

import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.revproc.proxy.access.Fingerprint;
import org.jspecify.annotations.Nullable;

/**
 * The TLS of one connection, after its handshake.
 *
 * @param certificates the chain that the peer proved to hold, its own first; empty if it showed none
 */
record TlsLink(SslHandler ssl, CloseNotifyHold hold, List<X509Certificate> certificates) {
    static TlsLink of(SslHandler ssl, CloseNotifyHold hold) {
        try {
            return new TlsLink(ssl, hold, Arrays.stream(ssl.engine().getSession().getPeerCertificates())
                    .filter(X509Certificate.class::isInstance).map(X509Certificate.class::cast).toList());
        } catch (SSLPeerUnverifiedException e) {
            return new TlsLink(ssl, hold, List.of());
        }
    }

    /** Returns SHA-256 of the peer's certificate; null if it showed none. */
    byte @Nullable [] fingerprint() {
        return certificates.isEmpty() ? null : Fingerprint.of(certificates.getFirst());
    }

    /** Tells the peer that nothing more comes, behind all that was written. */
    Future<?> endOutput() {
        return ssl.closeOutbound();
    }
}
