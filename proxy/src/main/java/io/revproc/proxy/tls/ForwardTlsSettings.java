package io.revproc.proxy.tls;

import org.jspecify.annotations.Nullable;

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
public record ForwardTlsSettings(@Nullable String bundle, boolean verifyAddress,
        boolean allowTls12, TlsEngine engine) {
    public ForwardTlsSettings {
        if (bundle != null && bundle.isBlank()) {
            bundle = null;
        }
    }
}
