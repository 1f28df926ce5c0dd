package io.revproc.proxy.listener;

import java.net.InetAddress;
import java.nio.file.Path;

import io.revproc.wire.HostPort;

/** The listener can't listen. The message is one sentence for a person. */
public final class ListenerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ListenerException(Path file, String why) {
        super("The proxy cannot listen on " + file + " (" + why
                + "); choose another file with revproc.listener.unix-socket");
    }

    ListenerException(InetAddress address, int port, Throwable cause) {
        super("The proxy cannot listen on " + HostPort.text(address, port) + " "
                + advice(String.valueOf(cause.getMessage())), cause);
    }

    private static String advice(String reason) {
        if (reason.contains("assign requested address") || reason.contains("Address family not supported")) {
            return "(no interface of this machine has this address); choose another one with revproc.listener.address";
        }
        if (reason.contains("Permission denied")) {
            return "(permission denied; a port below 1024 takes more rights); choose another one with revproc.listener.port";
        }
        return "(" + reason + "); free the port, or choose another one with revproc.listener.port";
    }
}
