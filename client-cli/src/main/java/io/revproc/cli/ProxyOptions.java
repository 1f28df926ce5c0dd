package io.revproc.cli;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the proxy takes messages. */
final class ProxyOptions {
    static final int DEFAULT_PORT = 8123;

    @Option(names = {"--host",
            "-H"}, paramLabel = "HOST[:PORT],…", descriptionKey = "host", defaultValue = "127.0.0.1", description = "The proxy's host, or several that are tried in turn (default: ${DEFAULT-VALUE}; REVPROC_HOST).")
    String host = "127.0.0.1";

    @Option(names = {"--port",
            "-p"}, paramLabel = "PORT", descriptionKey = "port", defaultValue = "8123", description = "The proxy's port for messages (default: ${DEFAULT-VALUE}; REVPROC_PORT).")
    int port = DEFAULT_PORT;

    @Option(names = "--timeout", paramLabel = "TIME", descriptionKey = "timeout", description = "How long to wait for an answer, such as 500ms or 30s (default: 10s; REVPROC_TIMEOUT).")
    @Nullable
    Duration timeout;

    Addresses addresses() {
        return Addresses.parse(host, port);
    }

    Duration timeoutOr(Duration otherwise) {
        if (timeout != null && timeout.isZero()) {
            throw CliException.usage("--timeout 0 leaves no time for an answer; write 500ms, 2s or 1m");
        }
        return timeout == null ? otherwise : timeout;
    }
}
