package io.revproc.policyserver;

import io.revproc.start.FrameworkFailures;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.PortInUseException;

/** What stops the server's start. */
final class StartFailures extends io.revproc.start.StartFailures {
    StartFailures() {
        super("policy-server", "policy-server");
    }

    @Override
    protected @Nullable String own(Throwable cause) {
        return cause instanceof PortInUseException taken ? FrameworkFailures.portTaken(taken.getPort()) : null;
    }
}
