package io.revproc.settings;

import io.revproc.proxy.tls.ForwardTlsSettings;
import io.revproc.proxy.tls.TlsEngine;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * TLS towards servers whose setup said that their data port speaks it, {@code revproc.forward.tls.*}.
 *
 * @param bundle        the name of a bundle, spring.ssl.bundle.pem.NAME: its trust store has the authorities of servers, its key
 *                      store, if it has one, what the proxy shows to servers that ask. Default: the listener's bundle
 * @param verifyAddress whether the certificate of a server that showed none at its registration must name the address that it is
 *                      connected to; of one that did it must be the same certificate, whatever this says
 * @param allowTls12    whether TLS 1.2 is spoken as well; else TLS 1.3 alone
 * @param engine        who does the cryptography: openssl (BoringSSL), jdk; auto takes openssl where it works
 */
public record ForwardTlsProperties(@Nullable String bundle, @DefaultValue("true") boolean verifyAddress,
        @DefaultValue("false") boolean allowTls12, @DefaultValue("auto") @NotNull TlsEngine engine) {
    /** @throws IllegalArgumentException if the values do not go together */
    public ForwardTlsProperties {
        new ForwardTlsSettings(bundle, verifyAddress, allowTls12, engine);
    }

    /** Returns them as the proxy takes them. */
    public ForwardTlsSettings settings() {
        return new ForwardTlsSettings(bundle, verifyAddress, allowTls12, engine);
    }
}
