package io.revproc.cli;

import java.nio.file.Path;
import java.time.Duration;

import io.revproc.cli.tls.PemFiles;
import io.revproc.cli.tls.TlsSockets;
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

    @Option(names = "--tls", description = "Use TLS; the proxy's certificate must name its host.")
    boolean tls;

    @Option(names = "--cacert", paramLabel = "FILE", descriptionKey = "cacert", description = "Use TLS, and trust the authorities in this PEM file (default: those that the JDK trusts).")
    @Nullable
    Path cacert;

    @Option(names = "--cert", paramLabel = "FILE", descriptionKey = "cert", description = "Use TLS, and show the certificate in this PEM file.")
    @Nullable
    Path cert;

    @Option(names = "--key", paramLabel = "FILE", descriptionKey = "key", description = "The certificate's key, a PEM file without a password.")
    @Nullable
    Path key;

    /**
     * How to speak TLS; null: in plain text.
     *
     * @param directory where relative files are looked for
     */
    @Nullable
    TlsSockets sockets(Path directory) {
        if ((cert == null) != (key == null)) {
            throw CliException.usage("--cert and --key belong together");
        }
        if (!tls && cacert == null && cert == null) {
            return null;
        }
        try {
            return new TlsSockets(PemFiles.context(in(directory, cacert), in(directory, cert), in(directory, key)),
                    cert != null);
        } catch (PemFiles.UnusableException e) {
            throw CliException.usage(String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable Path in(Path directory, @Nullable Path file) {
        return file == null ? null : directory.resolve(file);
    }

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
