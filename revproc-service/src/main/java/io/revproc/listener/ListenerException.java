package io.revproc.listener;

import java.net.InetAddress;
import java.nio.file.Path;

/** The listener can't listen. The message is one sentence for a person. */
public final class ListenerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ListenerException(Path file, String why) {
        super("The proxy cannot listen on " + file + " (" + why
                + "); choose another file with revproc.listener.unix-socket");
    }

    ListenerException(InetAddress address, int port, Throwable cause) {
        super("The proxy cannot listen on " + address.getHostAddress() + ":" + port + " (" + cause.getMessage()
                + "); free the port, or choose another one with revproc.listener.port", cause);
    }
}
