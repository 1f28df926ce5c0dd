package io.revproc.cli;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a token for a policy server and what the proxy has to know of it, which is not the token. */
@Command(name = "grant", description = "Make a token that allows a policy server to register, and the proxy's settings for it.", footer = {
        "Examples:", "  revproc grant new --policy PP_1 --server-id 1",
        "  revproc grant new --policy 'PP_*' --name shop > grants.yaml",
        "  revproc grant new --policy PP_1 --certificate 'spiffe://prod/servers/*'", "",
        "The settings go to standard output. The token goes to standard error, once: it is stored nowhere. Give it to the server as",
        "POLICYSERVER_TOKEN. With --certificate there is no token: the server shows its certificate."})
final class GrantCommand implements Callable<Integer> {
    /** The actions of this command. */
    enum Action {
        NEW
    }

    private static final String NAME = "\\*|[^*\\s][^*\\p{Cntrl}]*\\*?";
    private static final int TOKEN_BYTES = 32;

    private final Terminal terminal;

    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "new", description = "Make a grant.")
    @SuppressWarnings("UnusedVariable") // there is but one, which picocli checks
    private Action action;

    @Option(names = "--policy", required = true, split = ",", paramLabel = "PP_1,PP_*", description = "The policies that the grant allows: exact names, or a beginning with a star.")
    private List<String> policies;

    @Option(names = "--server-id", split = ",", paramLabel = "ID", description = "The server ids that the grant allows, in the same form (default: any).")
    private @Nullable List<String> ids;

    @Option(names = "--name", paramLabel = "NAME", description = "The grant's name, to which its server ids belong (default: made from the hash).")
    private @Nullable String name;

    @Option(names = "--certificate", paramLabel = "PATTERN", description = "A DNS name or URI in the server's certificate, instead of a token.")
    private @Nullable String certificate;

    GrantCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        for (String pattern : policies) {
            check("--policy", pattern);
        }
        for (String pattern : ids == null ? List.<String>of() : ids) {
            check("--server-id", pattern);
        }
        String token = certificate == null ? newToken() : null;
        Map<String, Object> grant = new LinkedHashMap<>();
        if (name != null) {
            grant.put("name", name);
        }
        if (token != null) {
            grant.put("token-sha256", sha256(token));
        }
        if (certificate != null) {
            grant.put("certificate", certificate);
        }
        grant.put("policies", policies);
        if (ids != null) {
            grant.put("ids", ids);
        }
        if (common.json) {
            Map<String, Object> all = new LinkedHashMap<>();
            if (token != null) {
                all.put("token", token);
            }
            all.put("grant", grant);
            terminal.out().println(Json.write(all));
            return ExitCode.OK;
        }
        terminal.out().print(yaml(grant));
        terminal.out().flush();
        if (token != null) {
            terminal.say("the server's token, shown only this once: POLICYSERVER_TOKEN=" + token);
        }
        return ExitCode.OK;
    }

    private static void check(String option, String pattern) {
        if (!pattern.matches(NAME) || pattern.length() > 256) {
            throw CliException.usage(option + ": '" + Style.safe(pattern)
                    + "' is not a name, PP_1, nor a beginning of names with a star at the end, 'PP_*'");
        }
    }

    /** JSON's strings and lists are YAML's as well. */
    private static String yaml(Map<String, Object> grant) {
        StringBuilder yaml = new StringBuilder("revproc:\n  registration:\n    grants:\n");
        String indent = "      - ";
        for (Map.Entry<String, Object> entry : grant.entrySet()) {
            yaml.append(indent).append(entry.getKey()).append(": ").append(Json.write(entry.getValue())).append('\n');
            indent = "        ";
        }
        return yaml.toString();
    }

    /** The beginning tells a scanner for secrets what it found. */
    private static String newToken() {
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        return "revproc_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    static String sha256(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
