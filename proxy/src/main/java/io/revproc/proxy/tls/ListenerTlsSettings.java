package io.revproc.proxy.tls;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * TLS for clients and for servers that register, {@code revproc.listener.tls.*}.
 *
 * @param bundle           the name of an SSL bundle, spring.ssl.bundle.pem.NAME. Its key store has the proxy's
 *                         certificate and key, its trust store the authorities of clients and servers. Default: none, and
 *                         connections are plain text
 * @param clientAuth       whether clients and servers show a certificate. none: no; want: it is checked if they do; need:
 *                         they must
 * @param allowTls12       whether TLS 1.2 is allowed besides TLS 1.3
 * @param engine           the TLS library: openssl (BoringSSL) or jdk; auto takes openssl if it works here
 * @param handshakeTimeout the time after which a TLS handshake that is not done fails
 */
public record ListenerTlsSettings(@Nullable String bundle,
        ClientAuthentication clientAuth,
        boolean allowTls12, TlsEngine engine,
        Duration handshakeTimeout) {
    /** The rule whether the peer shows a certificate. */
    public enum ClientAuthentication {
        /** The peer is not asked for a certificate. */
        NONE,
        /** The peer may show a certificate. */
        WANT,
        /** The peer must show a certificate. */
        NEED
    }

    /** @throws IllegalArgumentException if certificates are asked for and TLS is off */
    public ListenerTlsSettings {
        if (bundle != null && bundle.isBlank()) {
            bundle = null;
        }
        if (bundle == null && clientAuth != ClientAuthentication.NONE) {
            throw new IllegalArgumentException(
                    "revproc.listener.tls.client-auth is of no use without revproc.listener.tls.bundle");
        }
    }

    /** Returns whether connections speak TLS. */
    public boolean enabled() {
        return bundle != null;
    }

    /**
     * Refuses a rule about certificates that nobody can meet.
     *
     * @throws TlsException if nobody is asked for one
     */
    public void requireCertificates(String rule) {
        if (clientAuth == ClientAuthentication.NONE) {
            throw new TlsException(
                    rule + " needs certificates of clients and servers: set revproc.listener.tls.bundle and "
                            + "revproc.listener.tls.client-auth=want or need");
        }
    }
}
