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
        URI at = address();
        String shown = secret("token", token, at);
        String name = secret("user", user, at);
        return new AdminClient(at, shown, name, advice(at, shown != null ? "token" : name != null ? "user" : null));
    }

    /** @param sent the key of what is sent; null if nothing is. @return what a person has to do if that is refused */
    private String advice(URI at, @Nullable String sent) {
        Settings settings = spec != null && spec.defaultValueProvider() instanceof Settings all ? all : Settings.NONE;
        if (sent != null) {
            return "the proxy does not know the " + sent + " of "
                    + (isTyped(sent) ? "--" + sent : settings.source(sent)) + ": "
                    + (sent.equals("token")
                            ? "its SHA-256 has to stand under the proxy's revproc.admin.tokens; 'bin/revproc admin new --name "
                                    + "NAME --role viewer' makes a token and prints what to put there"
                            : "its name and password have to stand under the proxy's revproc.admin.users")
                    + ", and the proxy has to be started anew";
        }
        String withheld = settings.withheld("token", at);
        if (withheld == null) {
            withheld = settings.withheld("user", at);
        }
        return "the proxy wants to know who you are: " + (withheld == null
                ? "set REVPROC_TOKEN, or write token=… and admin=" + at + " into ~/.config/revproc/config"
                : withheld);
    }

    /** Returns the token for a log, which may be anybody's; null unless that is at the admin address, or --token was typed. */
    @Nullable
    String tokenFor(String url) {
        try {
            URI at = HttpAddress.of(url);
            return isTyped("token") || Settings.isSameServer(at, address()) ? secret("token", token, at) : null;
        } catch (IllegalArgumentException e) {
            throw CliException.usage(String.valueOf(e.getMessage()));
        }
    }

    private URI address() {
        return admin == null ? URI.create(DEFAULT) : admin;
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
