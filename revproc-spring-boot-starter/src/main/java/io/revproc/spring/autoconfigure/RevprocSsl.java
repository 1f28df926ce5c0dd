package io.revproc.spring.autoconfigure;

import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

import javax.net.ssl.SSLException;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.SslBundle;

/** TLS contexts of a bundle, made anew when the bundle changes. Thread-safe. */
final class RevprocSsl {
    private static final Logger log = LoggerFactory.getLogger(RevprocSsl.class);

    private final Maker maker;
    private volatile Contexts current;

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

    /** For connections to proxies alone. */
    static RevprocSsl client(String setting, SslBundle bundle, boolean verifyHost) {
        return new RevprocSsl(setting, bundle, from -> new Contexts(connecting(from, verifyHost), null));
    }

    /** For connections to proxies and for the data port, with one certificate. */
    static RevprocSsl server(String setting, SslBundle bundle, boolean verifyHost, boolean clientAuth) {
        return new RevprocSsl(setting, bundle, from -> {
            if (from.getStores().getKeyStore() == null || from.getStores().getTrustStore() == null) {
                throw new SSLException(
                        "it needs a key store, this server's certificate, and a trust store, the proxy's "
                                + "authority");
            }
            return new Contexts(connecting(from, verifyHost),
                    common(SslContextBuilder.forServer(from.getManagers().getKeyManagerFactory())
                            .clientAuth(clientAuth ? ClientAuth.REQUIRE : ClientAuth.NONE), from).build());
        });
    }

    private static SslContext connecting(SslBundle bundle, boolean verifyHost) throws SSLException {
        SslContextBuilder builder = SslContextBuilder.forClient()
                .endpointIdentificationAlgorithm(verifyHost ? "HTTPS" : null);
        if (bundle.getStores().getKeyStore() != null) {
            builder.keyManager(bundle.getManagers().getKeyManagerFactory());
        }
        return common(builder, bundle).build();
    }

    private static SslContextBuilder common(SslContextBuilder builder, SslBundle bundle) {
        return builder.sslProvider(SslProvider.JDK).trustManager(bundle.getManagers().getTrustManagerFactory())
                .protocols(Set.of("TLSv1.3", "TLSv1.2"));
    }

    /** Takes what has changed; what can't be used is said in the log, and the old certificate stays. */
    boolean update(SslBundle changed) {
        try {
            current = maker.of(changed);
            log.info("event=certificates_reloaded");
            return true;
        } catch (SSLException | RuntimeException e) {
            log.error("event=certificates_not_reloaded reason=\"{}\"", reason(e));
            return false;
        }
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
