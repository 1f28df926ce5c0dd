package io.revproc.proxy.tls;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * TLS for clients and for servers that register, {@code revproc.listener.tls.*}.
 *
 * @param bundle           the name of a bundle, spring.ssl.bundle.pem.NAME: its key store has the proxy's certificate and key, its
 *                         trust store the authorities of clients and servers. Default: none, connections are plain text
 * @param clientAuth       whether clients and servers show a certificate: none; want: whoever has one; need: nobody gets in
 *                         without
 * @param allowTls12       whether TLS 1.2 is spoken as well; else TLS 1.3 alone
 * @param engine           who does the cryptography: openssl (BoringSSL), jdk; auto takes openssl where it works
 * @param handshakeTimeout a handshake that is not done after this long has failed
 */
public record ListenerTlsSettings(@Nullable String bundle,
        ClientAuthentication clientAuth,
        boolean allowTls12, TlsEngine engine,
        Duration handshakeTimeout) {
    /** Whether the other end shows a certificate. */
    public enum ClientAuthentication {
        /** It is not asked for one. */
        NONE,
        /** It may. */
        WANT,
        /** It must. */
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
