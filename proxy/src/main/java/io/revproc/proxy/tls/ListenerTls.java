package io.revproc.proxy.tls;

import java.util.concurrent.atomic.AtomicLongArray;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.revproc.proxy.access.LineLimit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** TLS for connections that are accepted, and the count of those whose handshake failed. Thread-safe. */
public final class ListenerTls {
    private static final Logger log = LoggerFactory.getLogger(ListenerTls.class);

    private final LiveContext<SslContext> context;
    private final long timeoutMillis;
    private final AtomicLongArray failures = new AtomicLongArray(HandshakeFailure.values().length);
    private final LineLimit lines = new LineLimit(System::nanoTime);

    private ListenerTls(ListenerTlsSettings properties, String bundle, TlsMaterials bundles) {
        this.context = new LiveContext<>("revproc.listener.tls.bundle", bundle, bundles,
                newest -> Contexts.accepting(newest, properties));
        this.timeoutMillis = properties.handshakeTimeout().toMillis();
    }

    /**
     * Returns what the settings say; null if connections are plain text.
     *
     * @throws TlsException if it can't be set up; its message is one sentence for a person
     */
    public static @Nullable ListenerTls of(ListenerTlsSettings properties, TlsMaterials bundles) {
        String bundle = properties.bundle();
        return bundle == null ? null : new ListenerTls(properties, bundle, bundles);
    }

    /** Makes the handler of one connection, with the certificates of this moment. */
    public SslHandler newHandler(ByteBufAllocator allocator) {
        SslHandler handler = context.now().newHandler(allocator);
        handler.setHandshakeTimeoutMillis(timeoutMillis);
        return handler;
    }

    /** Counts a handshake that failed, and says so in the log, up to a rate. */
    public void failed(String peer, HandshakeFailure failure) {
        failures.getAndIncrement(failure.ordinal());
        // Whoever only looks whether the port is open does that every few seconds.
        long others = failure == HandshakeFailure.CLOSED ? -1 : lines.next();
        if (others >= 0) {
            log.warn("event=tls_handshake_failed peer={} reason={} unlogged={}", peer, failure.label(), others);
        }
    }

    /** Handshakes that failed so, since the start. */
    public long failures(HandshakeFailure failure) {
        return failures.get(failure.ordinal());
    }
}
