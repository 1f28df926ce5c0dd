package io.revproc.proxy.forward;

import java.net.BindException;
import java.net.ConnectException;

import io.netty.channel.ChannelException;
import org.jspecify.annotations.Nullable;

/** Tells whether the server or the proxy is to blame for a failed connect. */
enum ConnectFailure {
    /** No program listens there; a starting server may do so in a moment. */
    REFUSED,
    /** The server, or the way to it. */
    UNREACHABLE,
    /** This process or machine has no descriptor or port left for a connection; the server is not to blame. */
    OURS;

    /** EADDRNOTAVAIL, as Netty's native transports write it; they have the number in the text alone. */
    private static final String NO_PORT = "error(-99)";

    /** @param cause why the connect failed */
    static ConnectFailure of(@Nullable Throwable cause) {
        if (cause instanceof ChannelException || cause instanceof BindException
                || cause != null && cause.getCause() instanceof BindException) {
            // the socket could not even be made, or got no port
            return OURS;
        }
        if (cause instanceof ConnectException) {
            String text = cause.getMessage();
            return text != null && text.contains(NO_PORT) ? OURS : REFUSED;
        }
        return UNREACHABLE;
    }
}
