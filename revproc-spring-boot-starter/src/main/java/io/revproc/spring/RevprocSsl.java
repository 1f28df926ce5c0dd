package io.revproc.spring;

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
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/** Netty's TLS contexts of a bundle, made anew when the bundle changes. Thread-safe. */
public final class RevprocSsl {
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

    /**
     * Returns the contexts for connections to proxies alone; null: plain text.
     *
     * @param given      the bundle of whoever says where the proxies are; null: the one of the settings
     * @param name       the bundle of the settings; null or blank: none
     * @param verifyHost whether a proxy's certificate must name its host
     * @throws WrongRevprocSettingException if the bundle can't be used
     */
    public static @Nullable RevprocSsl client(@Nullable SslBundle given, @Nullable String name, boolean verifyHost,
            ObjectProvider<SslBundles> bundles) {
        return of("revproc.client.ssl", given, name, bundles,
                from -> new Contexts(connecting(from, verifyHost, null), null));
    }

    /**
     * Returns the contexts for connections to proxies and for the data port, with one certificate; null: plain text.
     *
     * @param setting    what the settings of the bundle begin with, for sentences about it
     * @param given      the bundle of whoever says where the proxies are; null: the one of the settings
     * @param name       the bundle of the settings; null or blank: none
     * @param verifyHost whether a proxy's certificate must name its host
     * @param clientAuth whether peers of the data port have to show a certificate
     * @param protocols  the versions of TLS; null: those of the bundle's options, or TLS 1.3 alone
     * @throws WrongRevprocSettingException if the bundle can't be used
     */
    public static @Nullable RevprocSsl server(String setting, @Nullable SslBundle given, @Nullable String name,
            boolean verifyHost, ClientAuth clientAuth, @Nullable List<String> protocols,
            ObjectProvider<SslBundles> bundles) {
        return of(setting, given, name, bundles, from -> {
            if (from.getStores().getKeyStore() == null || from.getStores().getTrustStore() == null) {
                throw new SSLException(
                        "it needs a key store, this server's certificate, and a trust store, the proxy's "
                                + "authority");
            }
            return new Contexts(connecting(from, verifyHost, protocols),
                    common(SslContextBuilder.forServer(from.getManagers().getKeyManagerFactory())
                            .clientAuth(clientAuth), from, protocols).build());
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
        RevprocSsl ssl = new RevprocSsl(setting + ".bundle", bundle(setting + ".bundle", name, registry), maker);
        registry.addBundleUpdateHandler(name, changed -> ssl.update(name, changed));
        return ssl;
    }

    private static SslBundle bundle(String setting, String name, SslBundles registry) {
        try {
            return registry.getBundle(name);
        } catch (NoSuchSslBundleException e) {
            throw new WrongRevprocSettingException(setting, "it names the bundle '" + name
                    + "', which spring.ssl.bundle.pem." + name + " or .jks has to define", e);
        }
    }

    /** Sets what runs after each change, on the thread that has noticed it; once. */
    public void onChange(Runnable changed) {
        this.changed = changed;
    }

    private static SslContext connecting(SslBundle bundle, boolean verifyHost,
            @Nullable List<String> protocols) throws SSLException {
        SslContextBuilder builder = SslContextBuilder.forClient()
                .endpointIdentificationAlgorithm(verifyHost ? "HTTPS" : null);
        if (bundle.getStores().getKeyStore() != null) {
            builder.keyManager(bundle.getManagers().getKeyManagerFactory());
        }
        return common(builder, bundle, protocols).build();
    }

    /** TLS 1.3 alone, unless somebody says otherwise. */
    private static SslContextBuilder common(SslContextBuilder builder, SslBundle bundle,
            @Nullable List<String> wanted) {
        String @Nullable [] protocols = wanted != null
                ? wanted.toArray(String[]::new)
                : bundle.getOptions().getEnabledProtocols();
        String @Nullable [] ciphers = bundle.getOptions().getCiphers();
        if (ciphers != null) {
            builder.ciphers(List.of(ciphers));
        }
        return builder.sslProvider(SslProvider.JDK).trustManager(bundle.getManagers().getTrustManagerFactory())
                .protocols(protocols == null ? List.of("TLSv1.3") : List.of(protocols));
    }

    /** Takes what has changed; what can't be used is said in the log, and the old certificate stays. */
    private void update(String name, SslBundle bundle) {
        try {
            current = maker.of(bundle);
        } catch (SSLException | RuntimeException e) {
            log.error("event=certificates_not_reloaded reason=\"{}\" bundle={}", reason(e), name);
            return;
        }
        log.info("event=certificates_reloaded bundle={}", name);
        changed.run();
    }

    /** Returns the context for connections to proxies, as it is at the moment. */
    public Supplier<SslContext> client() {
        return () -> current.client();
    }

    /** Returns the context for the data port, as it is at the moment. */
    public Supplier<SslContext> server() {
        return () -> Objects.requireNonNull(current.server());
    }

    private static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
