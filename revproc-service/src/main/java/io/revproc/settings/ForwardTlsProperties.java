package io.revproc.settings;

import io.revproc.proxy.tls.ForwardTlsSettings;
import io.revproc.proxy.tls.TlsEngine;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * TLS towards servers whose setup said that their data port speaks it, {@code revproc.forward.tls.*}.
 *
 * @param bundle        the name of an SSL bundle, spring.ssl.bundle.pem.NAME. Its trust store has the authorities of
 *                      servers; its key store, if it has one, has the certificate that the proxy shows to servers.
 *                      Default: the listener's bundle
 * @param verifyAddress whether the certificate of a server must name the address that the proxy connects to. A server
 *                      that showed a certificate at its registration must show the same one, whatever this setting says
 * @param allowTls12    whether TLS 1.2 is allowed besides TLS 1.3
 * @param engine        the TLS library: openssl (BoringSSL) or jdk; auto takes openssl if it works here
 */
public record ForwardTlsProperties(@Nullable String bundle, @DefaultValue("true") boolean verifyAddress,
        @DefaultValue("false") boolean allowTls12, @DefaultValue("auto") TlsEngine engine) {
    /** @throws IllegalArgumentException if the values do not go together */
    public ForwardTlsProperties {
        new ForwardTlsSettings(bundle, verifyAddress, allowTls12, engine);
    }

    /** Returns them as the proxy takes them. */
    public ForwardTlsSettings settings() {
        return new ForwardTlsSettings(bundle, verifyAddress, allowTls12, engine);
    }
}
