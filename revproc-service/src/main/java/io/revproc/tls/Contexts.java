package io.revproc.tls;

import java.util.List;
import java.util.Set;

import javax.net.ssl.SSLException;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;

/** Netty's contexts, made of a bundle: TLS 1.3, or 1.2 with forward secrecy and authenticated encryption; nothing older. */
final class Contexts {
    private static final List<String> CIPHERS = List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private Contexts() {}

    /** For connections that are accepted. */
    static SslContext accepting(SslBundle bundle, ListenerTlsProperties properties) throws SSLException {
        if (bundle.getStores().getKeyStore() == null) {
            throw new SSLException("it has no key store, the proxy's certificate and key");
        }
        ClientAuth clientAuth = switch (properties.clientAuth()) {
            case NONE -> ClientAuth.NONE;
            case WANT -> ClientAuth.OPTIONAL;
            case NEED -> ClientAuth.REQUIRE;
        };
        if (clientAuth != ClientAuth.NONE && bundle.getStores().getTrustStore() == null) {
            // The JDK would trust all authorities that browsers trust: anybody can have a certificate of these.
            throw new SSLException("it has no trust store, the authorities of clients, which client-auth needs");
        }
        SslContextBuilder builder = SslContextBuilder.forServer(bundle.getManagers().getKeyManagerFactory())
                .clientAuth(clientAuth);
        if (clientAuth != ClientAuth.NONE) {
            builder.trustManager(bundle.getManagers().getTrustManagerFactory());
        }
        return restrict(builder, bundle, properties.allowTls12(), properties.engine()).build();
    }

    /** For connections to servers. */
    static ForwardTls.Connecting connecting(SslBundle bundle, ForwardTlsProperties properties) throws SSLException {
        if (bundle.getStores().getTrustStore() == null) {
            throw new SSLException("it has no trust store, the authorities of servers");
        }
        SslContext byAnything = connecting(bundle, properties, null);
        return new ForwardTls.Connecting(
                properties.verifyAddress() ? connecting(bundle, properties, "HTTPS") : byAnything, byAnything);
    }

    private static SslContext connecting(SslBundle bundle, ForwardTlsProperties properties,
            @Nullable String identification) throws SSLException {
        SslContextBuilder builder = SslContextBuilder.forClient()
                .trustManager(bundle.getManagers().getTrustManagerFactory())
                .endpointIdentificationAlgorithm(identification);
        if (bundle.getStores().getKeyStore() != null) {
            builder.keyManager(bundle.getManagers().getKeyManagerFactory());
        }
        return restrict(builder, bundle, properties.allowTls12(), properties.engine()).build();
    }

    private static SslContextBuilder restrict(SslContextBuilder builder, SslBundle bundle, boolean allowTls12,
            TlsEngine engine) {
        String @Nullable [] ciphers = bundle.getOptions().getCiphers();
        return builder.sslProvider(engine.provider())
                .protocols(allowTls12 ? Set.of("TLSv1.3", "TLSv1.2") : Set.of("TLSv1.3"))
                .ciphers(ciphers == null ? CIPHERS : List.of(ciphers), SupportedCipherSuiteFilter.INSTANCE);
    }
}
