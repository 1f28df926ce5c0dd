package io.revproc.client.connect;

import java.nio.channels.ClosedChannelException;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;

/** Both ends of a TLS connection. */
public final class Tls {
    private static final long HANDSHAKE_MILLIS = 5_000;

    private Tls() {}

    /**
     * Returns the handler of a connection to a proxy.
     *
     * @param host          what the proxy's certificate has to name
     * @param timeoutMillis how long the handshake may take
     */
    public static SslHandler connecting(SslContext context, ByteBufAllocator allocator, String host, int port,
            long timeoutMillis) {
        return in(context.newHandler(allocator, host, port), timeoutMillis);
    }

    /** Returns the handler of a connection that came to us. */
    public static SslHandler accepting(SslContext context, ByteBufAllocator allocator) {
        return in(context.newHandler(allocator), HANDSHAKE_MILLIS);
    }

    private static SslHandler in(SslHandler handler, long millis) {
        handler.setHandshakeTimeoutMillis(millis);
        return handler;
    }

    /** Returns what a handshake failed of, in words for a person; nothing of what was received. */
    public static String reason(Throwable failure) {
        Throwable root = failure;
        for (int depth = 0; root.getCause() != null && depth < 16; depth++) {
            root = root.getCause();
        }
        return switch (root) {
            case NotSslRecordException other -> "the other end speaks no TLS";
            case ClosedChannelException gone -> "the other end closed the connection";
            default -> Printable.reason(root);
        };
    }
}
