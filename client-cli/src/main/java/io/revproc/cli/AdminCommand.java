package io.revproc.cli;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a token for the admin API. Its text is printed once; the proxy is told only its hash. */
@Command(name = "admin", description = "Make a token for the proxy's admin API and dashboard.", footer = {"Examples:",
        "  revproc admin new --name ada --role operator",
        "  revproc admin new --name prometheus --role viewer --json", "",
        "A viewer reads; an operator also drains, resumes and removes. What is printed under 'revproc:' belongs into the",
        "proxy's application.yaml; the token itself into REVPROC_TOKEN, or token=… in ~/.config/revproc/config, with",
        "admin=URL beside it if the proxy is not at http://127.0.0.1:8124: a token goes nowhere else."})
final class AdminCommand implements Callable<Integer> {
    /** The actions of this command. */
    enum Action {
        NEW
    }

    /** The role of the token's holder. */
    enum Role {
        VIEWER, OPERATOR
    }

    private static final int TOKEN_BYTES = 32;

    private final Terminal terminal;

    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "new", description = "new: make a token.")
    @SuppressWarnings("UnusedVariable") // there is but one, which picocli checks
    private Action action;

    @Option(names = "--name", required = true, paramLabel = "NAME", description = "The name of the token's holder; the proxy's log names it with every change.")
    private String name;

    @Option(names = "--role", paramLabel = "viewer|operator", defaultValue = "viewer", description = "What the token allows (default: ${DEFAULT-VALUE}).")
    private Role role;

    AdminCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (!name.matches("[A-Za-z0-9._@-]{1,64}")) {
            throw CliException.usage("--name is 1 to 64 letters, digits and . _ @ -");
        }
        byte[] secret = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(secret);
        String token = "rpa_" + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        String hash = sha256(token);
        String allowed = role.name().toLowerCase(Locale.ROOT);
        if (common.json) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            fields.put("name", name);
            fields.put("role", allowed);
            fields.put("token", token);
            fields.put("tokenSha256", hash);
            terminal.out().println(Json.write(fields));
            return ExitCode.OK;
        }
        terminal.say(
                "the token of " + name + ", shown this once; keep it in REVPROC_TOKEN or in ~/.config/revproc/config "
                        + "as token=…, with admin=URL beside it if the proxy is not at " + AdminOptions.DEFAULT);
        terminal.out().println(token);
        terminal.out().flush();
        terminal.say("for the proxy's application.yaml, which knows only its hash (then start the proxy again):");
        // A name of digits alone, or "on", is something else in YAML without quotes.
        terminal.out().print("""
                revproc:
                  admin:
                    tokens:
                      - name: "%s"
                        role: %s
                        token-sha256: "%s"
                """.formatted(name, allowed, hash));
        return ExitCode.OK;
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
