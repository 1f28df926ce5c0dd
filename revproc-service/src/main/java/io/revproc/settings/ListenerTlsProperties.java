package io.revproc.settings;

import java.time.Duration;

import io.revproc.proxy.tls.ListenerTlsSettings;
import io.revproc.proxy.tls.TlsEngine;
import jakarta.validation.constraints.NotNull;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

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
public record ListenerTlsProperties(@Nullable String bundle,
        @DefaultValue("none") ListenerTlsSettings.@NotNull ClientAuthentication clientAuth,
        @DefaultValue("false") boolean allowTls12, @DefaultValue("auto") @NotNull TlsEngine engine,
        @DefaultValue("5s") @NotNull @DurationMin(millis = 100) @DurationMax(minutes = 5) Duration handshakeTimeout) {
    /** @throws IllegalArgumentException if the values do not go together */
    public ListenerTlsProperties {
        new ListenerTlsSettings(bundle, clientAuth, allowTls12, engine, handshakeTimeout);
    }

    /** Returns them as the proxy takes them. */
    public ListenerTlsSettings settings() {
        return new ListenerTlsSettings(bundle, clientAuth, allowTls12, engine, handshakeTimeout);
    }
}
