package io.revproc;

import io.revproc.start.FrameworkFailures;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.PortInUseException;

/** What stops the proxy's start. */
final class StartFailures extends io.revproc.start.StartFailures {
    StartFailures() {
        super("revproc", "revproc");
    }

    @Override
    protected @Nullable String own(Throwable cause) {
        return cause instanceof PortInUseException taken ? FrameworkFailures.portTaken(taken.getPort()) : null;
    }
}
