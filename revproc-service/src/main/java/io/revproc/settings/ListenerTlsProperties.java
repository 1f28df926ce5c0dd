package io.revproc.settings;

import java.time.Duration;

import io.revproc.proxy.tls.ListenerTlsSettings;
import io.revproc.proxy.tls.TlsEngine;
import io.revproc.start.Bounds;
import io.revproc.start.CheckedSettings;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

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
public record ListenerTlsProperties(@Nullable String bundle,
        @DefaultValue("none") ListenerTlsSettings.ClientAuthentication clientAuth,
        @DefaultValue("false") boolean allowTls12, @DefaultValue("auto") TlsEngine engine,
        @DefaultValue("5s") Duration handshakeTimeout) implements CheckedSettings {
    /** @throws IllegalArgumentException if the values do not go together */
    public ListenerTlsProperties {
        new ListenerTlsSettings(bundle, clientAuth, allowTls12, engine, handshakeTimeout);
    }

    @Override
    public void check(Bounds bounds) {
        bounds.range("handshake-timeout", handshakeTimeout, Duration.ofMillis(100), Duration.ofMinutes(5));
    }

    /** Returns them as the proxy takes them. */
    public ListenerTlsSettings settings() {
        return new ListenerTlsSettings(bundle, clientAuth, allowTls12, engine, handshakeTimeout);
    }
}
