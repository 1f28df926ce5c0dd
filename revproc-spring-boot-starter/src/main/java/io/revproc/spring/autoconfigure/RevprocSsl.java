package io.revproc.spring.autoconfigure;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

import javax.net.ssl.SSLException;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/** TLS contexts of a bundle, made anew when the bundle changes. Thread-safe. */
final class RevprocSsl {
    private static final Logger log = LoggerFactory.getLogger(RevprocSsl.class);

    private final Maker maker;
    private volatile Contexts current;
    /** Runs after each change. */
    private volatile Runnable changed = () -> {};

    /** @param server null for a client alone */
    private record Contexts(SslContext client, @Nullable SslContext server) {}

    private interface Maker {
        Contexts of(SslBundle bundle) throws SSLException;
    }

    private RevprocSsl(String setting, SslBundle bundle, Maker maker) {
        this.maker = maker;
        try {
            current = maker.of(bundle);
        } catch (SSLException | RuntimeException e) {
            throw new WrongRevprocSettingException(setting, reason(e), e);
        }
    }

    /** Returns the contexts for connections to proxies alone; null: plain text. */
    static @Nullable RevprocSsl client(@Nullable SslBundle given, RevprocClientProperties.Ssl properties,
            ObjectProvider<SslBundles> bundles) {
        return of("revproc.client.ssl", given, properties.bundle(), bundles,
                from -> new Contexts(connecting(from, properties.verifyHost()), null));
    }

    /** Returns the contexts for connections to proxies and for the data port, with one certificate; null: plain text. */
    static @Nullable RevprocSsl server(@Nullable SslBundle given, RevprocServerProperties.Ssl properties,
            ObjectProvider<SslBundles> bundles) {
        return of("revproc.server.ssl", given, properties.bundle(), bundles, from -> {
            if (from.getStores().getKeyStore() == null || from.getStores().getTrustStore() == null) {
                throw new SSLException(
                        "it needs a key store, this server's certificate, and a trust store, the proxy's "
                                + "authority");
            }
            return new Contexts(connecting(from, properties.verifyHost()),
                    common(SslContextBuilder.forServer(from.getManagers().getKeyManagerFactory())
                            .clientAuth(properties.clientAuth() ? ClientAuth.REQUIRE : ClientAuth.NONE), from).build());
        });
    }

    /**
     * @param given the bundle of whoever says where the proxies are; null: the one of the settings
     * @param name  the bundle of the settings, which is followed when it changes; null or blank: none
     */
    private static @Nullable RevprocSsl of(String setting, @Nullable SslBundle given, @Nullable String name,
            ObjectProvider<SslBundles> bundles, Maker maker) {
        if (given != null) {
            return new RevprocSsl(setting, given, maker);
        }
        if (name == null || name.isBlank()) {
            return null;
        }
        SslBundles registry = bundles.getObject();
        RevprocSsl ssl = new RevprocSsl(setting + ".bundle", registry.getBundle(name), maker);
        registry.addBundleUpdateHandler(name, ssl::update);
        return ssl;
    }

    /** Sets what runs after each change; once. */
    void onChange(Runnable changed) {
        this.changed = changed;
    }

    private static SslContext connecting(SslBundle bundle, boolean verifyHost) throws SSLException {
        SslContextBuilder builder = SslContextBuilder.forClient()
                .endpointIdentificationAlgorithm(verifyHost ? "HTTPS" : null);
        if (bundle.getStores().getKeyStore() != null) {
            builder.keyManager(bundle.getManagers().getKeyManagerFactory());
        }
        return common(builder, bundle).build();
    }

    /** TLS 1.3 alone, unless the bundle's options say otherwise. */
    private static SslContextBuilder common(SslContextBuilder builder, SslBundle bundle) {
        String @Nullable [] protocols = bundle.getOptions().getEnabledProtocols();
        String @Nullable [] ciphers = bundle.getOptions().getCiphers();
        if (ciphers != null) {
            builder.ciphers(List.of(ciphers));
        }
        return builder.sslProvider(SslProvider.JDK).trustManager(bundle.getManagers().getTrustManagerFactory())
                .protocols(protocols == null ? List.of("TLSv1.3") : List.of(protocols));
    }

    /** Takes what has changed; what can't be used is said in the log, and the old certificate stays. */
    private void update(SslBundle bundle) {
        try {
            current = maker.of(bundle);
        } catch (SSLException | RuntimeException e) {
            log.error("event=certificates_not_reloaded reason=\"{}\"", reason(e));
            return;
        }
        log.info("event=certificates_reloaded");
        changed.run();
    }

    Supplier<SslContext> client() {
        return () -> current.client();
    }

    Supplier<SslContext> server() {
        return () -> Objects.requireNonNull(current.server());
    }

    private static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
