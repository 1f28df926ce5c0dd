package io.revproc.cli;

import java.net.URI;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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

    @Spec(Spec.Target.MIXEE)
    @Nullable
    private CommandSpec spec;

    AdminClient client() {
        return new AdminClient(address(), secret("token", token, address()), secret("user", user, address()));
    }

    /** Returns the token for a log, which may be anybody's; null unless that is at the admin address, or --token was typed. */
    @Nullable
    String tokenFor(String url) {
        try {
            URI at = URI.create(url);
            return isTyped("token") || Settings.isSameServer(at, address()) ? secret("token", token, at) : null;
        } catch (IllegalArgumentException e) {
            throw CliException.usage("'" + Style.safe(url) + "' is not an address");
        }
    }

    private URI address() {
        if (admin == null) {
            return URI.create(DEFAULT);
        }
        if (!("http".equals(admin.getScheme()) || "https".equals(admin.getScheme())) || admin.getHost() == null) {
            throw CliException.usage("'" + Style.safe(admin.toString())
                    + "' is not an admin address; write http://HOST:PORT or https://HOST:PORT");
        }
        return admin;
    }

    /** A secret of a file or a context goes only to the admin address that stands beside it. */
    private @Nullable String secret(String key, @Nullable String value, URI at) {
        boolean meant = isTyped(key) || spec == null
                || !(spec.defaultValueProvider() instanceof Settings settings) || settings.isFor(key, at);
        if (meant && key.equals("token") && value != null && !value.matches("[!-~]+")) {
            throw CliException.usage(
                    "the token is not one: a token is one line of ASCII without spaces; 'bin/revproc admin new' prints"
                            + " settings below it");
        }
        return meant ? value : null;
    }

    private boolean isTyped(String key) {
        return spec != null && spec.commandLine().getParseResult().hasMatchedOption("--" + key);
    }
}
