package io.revproc.server.secure;

import java.nio.channels.ClosedChannelException;
import java.util.function.Supplier;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;

/**
 * TLS with the certificates of the moment. Thread-safe.
 *
 * @param contexts asked for each connection
 */
public record Tls(Supplier<Contexts> contexts) {
    private static final long HANDSHAKE_MILLIS = 5_000;

    /**
     * What is made of one certificate.
     *
     * @param registering for connections to the proxy
     * @param serving     for connections to the data port
     */
    public record Contexts(SslContext registering, SslContext serving) {}

    /** For a connection to the proxy. @param host what its certificate has to name */
    public SslHandler registering(ByteBufAllocator allocator, String host, int port, long timeoutMillis) {
        return in(contexts.get().registering().newHandler(allocator, host, port), timeoutMillis);
    }

    /** For a connection to the data port. */
    public SslHandler serving(ByteBufAllocator allocator) {
        return in(contexts.get().serving().newHandler(allocator), HANDSHAKE_MILLIS);
    }

    private static SslHandler in(SslHandler handler, long millis) {
        handler.setHandshakeTimeoutMillis(millis);
        return handler;
    }

    /** What a handshake failed of, in words for a person; nothing of what was received. */
    public static String reason(Throwable failure) {
        Throwable root = failure;
        for (int depth = 0; root.getCause() != null && depth < 16; depth++) {
            root = root.getCause();
        }
        return switch (root) {
            case NotSslRecordException other -> "the other end speaks no TLS";
            case ClosedChannelException gone -> "the other end closed the connection";
            default -> String.valueOf(root.getMessage());
        };
    }
}
