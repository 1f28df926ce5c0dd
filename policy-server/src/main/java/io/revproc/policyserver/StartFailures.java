package io.revproc.policyserver;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.PortInUseException;

/** What stops the server's start. */
final class StartFailures extends io.revproc.start.StartFailures {
    StartFailures() {
        super("policy-server", "policy-server.");
    }

    @Override
    protected @Nullable String own(Throwable cause) {
        return cause instanceof PortInUseException taken
                ? "the HTTP port " + taken.getPort()
                        + " can't be opened (it is in use by another program); choose another with server.port"
                : null;
    }
}
