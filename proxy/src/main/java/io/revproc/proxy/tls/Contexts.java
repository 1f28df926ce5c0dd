package io.revproc.proxy.tls;

import java.util.List;
import java.util.Set;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import org.jspecify.annotations.Nullable;

/** Netty's contexts, made of a bundle: TLS 1.3, or 1.2 with forward secrecy and authenticated encryption; nothing older. */
final class Contexts {
    private static final List<String> CIPHERS = List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private Contexts() {}

    /** Makes the context for connections that are accepted. */
    static SslContext accepting(TlsMaterial bundle, ListenerTlsSettings properties) throws SSLException {
        KeyManagerFactory key = bundle.key();
        if (key == null) {
            throw new SSLException("it has no key store, the proxy's certificate and key");
        }
        ClientAuth clientAuth = switch (properties.clientAuth()) {
            case NONE -> ClientAuth.NONE;
            case WANT -> ClientAuth.OPTIONAL;
            case NEED -> ClientAuth.REQUIRE;
        };
        TrustManagerFactory trust = clientAuth == ClientAuth.NONE ? null : bundle.trust();
        if (clientAuth != ClientAuth.NONE && trust == null) {
            // The JDK would trust all authorities that browsers trust: anybody can have a certificate of these.
            throw new SSLException("it has no trust store, the authorities of clients, which client-auth needs");
        }
        SslContextBuilder builder = SslContextBuilder.forServer(key).clientAuth(clientAuth);
        if (trust != null) {
            builder.trustManager(trust);
        }
        return restrict(builder, bundle, properties.allowTls12(), properties.engine()).build();
    }

    /** Makes the context for connections to servers. */
    static ForwardTls.Connecting connecting(TlsMaterial bundle, ForwardTlsSettings properties) throws SSLException {
        TrustManagerFactory trust = bundle.trust();
        if (trust == null) {
            throw new SSLException("it has no trust store, the authorities of servers");
        }
        SslContext byAnything = connecting(bundle, trust, properties, null);
        return new ForwardTls.Connecting(
                properties.verifyAddress() ? connecting(bundle, trust, properties, "HTTPS") : byAnything, byAnything);
    }

    private static SslContext connecting(TlsMaterial bundle, TrustManagerFactory trust, ForwardTlsSettings properties,
            @Nullable String identification) throws SSLException {
        SslContextBuilder builder = SslContextBuilder.forClient()
                .trustManager(trust)
                .endpointIdentificationAlgorithm(identification);
        KeyManagerFactory key = bundle.key();
        if (key != null) {
            builder.keyManager(key);
        }
        return restrict(builder, bundle, properties.allowTls12(), properties.engine()).build();
    }

    private static SslContextBuilder restrict(SslContextBuilder builder, TlsMaterial bundle, boolean allowTls12,
            TlsEngine engine) {
        List<String> ciphers = bundle.ciphers();
        return builder.sslProvider(engine.provider())
                .protocols(allowTls12 ? Set.of("TLSv1.3", "TLSv1.2") : Set.of("TLSv1.3"))
                .ciphers(ciphers.isEmpty() ? CIPHERS : ciphers, SupportedCipherSuiteFilter.INSTANCE);
    }
}
