package io.revproc.cli;

import java.net.URI;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the proxy is steered, and by whom. */
final class AdminOptions {
    static final String DEFAULT = "http://127.0.0.1:8124";

    @Option(names = "--admin", paramLabel = "URL", descriptionKey = "admin", description = "The proxy's admin address (default: "
            + DEFAULT + "; REVPROC_ADMIN).")
    @Nullable
    URI admin;

    @Option(names = "--token", paramLabel = "TOKEN", descriptionKey = "token", description = "The bearer token. Better put it into REVPROC_TOKEN or the configuration file, where ps does not show it.")
    @Nullable
    String token;

    @Option(names = "--user", paramLabel = "NAME:PASSWORD", descriptionKey = "user", description = "Name and password, if the proxy asks for them. Better put them into REVPROC_USER or the configuration file.")
    @Nullable
    String user;

    AdminClient client() {
        return client(URI.create(DEFAULT));
    }

    AdminClient client(URI otherwise) {
        return new AdminClient(admin == null ? otherwise : admin, token, user);
    }
}
