package io.revproc.proxy.tls;

import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicLongArray;

import javax.net.ssl.SSLPeerUnverifiedException;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.revproc.proxy.access.Fingerprint;
import io.revproc.proxy.access.LineLimit;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** TLS for connections to servers, and the count of those whose handshake failed. Thread-safe. */
public final class ForwardTls {
    private static final Logger log = LoggerFactory.getLogger(ForwardTls.class);

    private final LiveContext<Connecting> contexts;
    private final AtomicLongArray failures = new AtomicLongArray(HandshakeFailure.values().length);
    private final LineLimit lines = new LineLimit(System::nanoTime);

    /**
     * The TLS contexts of one bundle.
     *
     * @param byAddress  for a server whose certificate has to name its address
     * @param byAnything for one whose certificate is known, or has to be of the authority alone
     */
    record Connecting(SslContext byAddress, SslContext byAnything) {}

    private ForwardTls(ForwardTlsSettings properties, String key, String bundle, TlsMaterials bundles) {
        this.contexts = new LiveContext<>(key, bundle, bundles, newest -> Contexts.connecting(newest, properties));
    }

    /**
     * Returns what the settings say; null if no server can be reached by TLS.
     *
     * @throws TlsException if it can't be set up; its message is one sentence for a person
     */
    public static @Nullable ForwardTls of(ForwardTlsSettings properties, ListenerTlsSettings listener,
            TlsMaterials bundles) {
        String own = properties.bundle();
        if (own != null) {
            return new ForwardTls(properties, "revproc.forward.tls.bundle", own, bundles);
        }
        String shared = listener.bundle();
        if (shared == null) {
            return null;
        }
        TlsMaterial both = bundles.find(shared);
        return both == null || both.trust() == null
                ? null
                : new ForwardTls(properties, "revproc.listener.tls.bundle", shared, bundles);
    }

    /**
     * Makes the handler of one connection, with the certificates of this moment.
     *
     * @param certificate the fingerprint that the server's certificate must have; null: any that the authority vouches for. To be
     *                    asked of {@link #isPeer} once the handshake is done, before anything is sent
     */
    public SslHandler newHandler(ByteBufAllocator allocator, InetSocketAddress server, @Nullable String certificate,
            long timeoutMillis) {
        Connecting now = contexts.now();
        SslContext context = certificate == null ? now.byAddress : now.byAnything;
        SslHandler handler = context.newHandler(allocator, server.getAddress().getHostAddress(), server.getPort());
        handler.setHandshakeTimeoutMillis(timeoutMillis);
        return handler;
    }

    /** Returns whether the other end has the certificate of this fingerprint; yes if null is asked for. */
    public static boolean isPeer(SslHandler handshaken, @Nullable String certificate) {
        if (certificate == null) {
            return true;
        }
        try {
            return handshaken.engine().getSession().getPeerCertificates()[0] instanceof X509Certificate own
                    && Fingerprint.text(own).equals(certificate);
        } catch (SSLPeerUnverifiedException e) {
            return false;
        }
    }

    /** Counts a handshake that failed, and says so in the log, up to a rate. */
    public void failed(String server, HandshakeFailure failure) {
        failures.getAndIncrement(failure.ordinal());
        long others = lines.next();
        if (others >= 0) {
            log.warn("event=server_tls_failed server={} reason={} unlogged={}", LogValue.of(server), failure.label(),
                    others);
        }
    }

    /** Handshakes that failed so, since the start. */
    public long failures(HandshakeFailure failure) {
        return failures.get(failure.ordinal());
    }
}
