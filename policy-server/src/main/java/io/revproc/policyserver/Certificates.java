package io.revproc.policyserver;

import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.net.ssl.SSLException;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/** The bundle of {@code policy-server.tls.bundle} as it is now. Thread-safe. */
final class Certificates {
    private static final Logger log = LoggerFactory.getLogger(Certificates.class);

    private final TlsProperties properties;
    private final CopyOnWriteArrayList<Runnable> observers = new CopyOnWriteArrayList<>();
    private volatile Contexts current;

    /** The TLS contexts of one certificate. */
    private record Contexts(SslContext client, SslContext server) {}

    private Certificates(TlsProperties properties, String name, SslBundles bundles) {
        this.properties = properties;
        try {
            current = contexts(bundles.getBundle(name));
        } catch (NoSuchSslBundleException e) {
            throw new WrongSettingException("the setting 'policy-server.tls.bundle' names the bundle '" + name
                    + "', which spring.ssl.bundle.pem." + name + " or .jks has to define", e);
        } catch (SSLException | RuntimeException e) {
            throw new WrongSettingException(
                    "the setting 'policy-server.tls.bundle': the bundle '" + name + "' can't be used (" + reason(e)
                            + ")",
                    e);
        }
        bundles.addBundleUpdateHandler(name, changed -> update(name, changed));
    }

    /**
     * As the settings say; null if connections are plain text.
     *
     * @throws WrongSettingException with a sentence for a person
     */
    static @Nullable Certificates of(TlsProperties properties, SslBundles bundles) {
        String bundle = properties.bundle();
        return bundle == null ? null : new Certificates(properties, bundle, bundles);
    }

    /** For connections to proxies. */
    SslContext client() {
        return current.client();
    }

    /** For the data port. */
    SslContext server() {
        return current.server();
    }

    /** Called after each change, on a thread of its own. */
    void onChange(Runnable observer) {
        observers.add(observer);
    }

    private void update(String name, SslBundle changed) {
        try {
            current = contexts(changed);
        } catch (SSLException | RuntimeException e) {
            log.error("event=certificates_not_reloaded bundle={} reason=\"{}\"", name, reason(e));
            return;
        }
        log.info("event=certificates_reloaded bundle={}", name);
        observers.forEach(Runnable::run);
    }

    private Contexts contexts(SslBundle bundle) throws SSLException {
        if (bundle.getStores().getKeyStore() == null || bundle.getStores().getTrustStore() == null) {
            throw new SSLException(
                    "it needs a key store, this server's certificate, and a trust store, the proxy's authority");
        }
        ClientAuth clientAuth = switch (properties.clientAuth()) {
            case NONE -> ClientAuth.NONE;
            case WANT -> ClientAuth.OPTIONAL;
            case NEED -> ClientAuth.REQUIRE;
        };
        return new Contexts(
                common(SslContextBuilder.forClient().keyManager(bundle.getManagers().getKeyManagerFactory())
                        .endpointIdentificationAlgorithm(properties.verifyHost() ? "HTTPS" : null), bundle).build(),
                common(SslContextBuilder.forServer(bundle.getManagers().getKeyManagerFactory()).clientAuth(clientAuth),
                        bundle).build());
    }

    private SslContextBuilder common(SslContextBuilder builder, SslBundle bundle) {
        return builder.sslProvider(SslProvider.JDK).trustManager(bundle.getManagers().getTrustManagerFactory())
                .protocols(properties.allowTls12() ? Set.of("TLSv1.3", "TLSv1.2") : Set.of("TLSv1.3"));
    }

    private static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
