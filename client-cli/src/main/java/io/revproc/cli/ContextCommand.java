package io.revproc.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import io.revproc.wire.FileProblem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Keeps the addresses of several proxies, and chooses the one that commands are for. */
@Command(name = "context", description = "Keep the addresses of several proxies by name, and choose the one that commands use.", footer = {
        "Examples:", "  revproc context add test --host proxy.test.example.org",
        "  revproc context add live --host proxy.example.org:8123 --admin https://proxy.example.org:8124 --token -",
        "  revproc context use live                    # from now on; 'use none' goes back to the configuration file",
        "  revproc context list", "  revproc routes --context test               # this once", "",
        "Settings that a context does not name have their defaults; only the timeout comes from the configuration file."})
final class ContextCommand implements Callable<Integer> {
    /** The actions of this command. */
    enum Action {
        ADD, USE, LIST, REMOVE
    }

    private static final String ADMIN_PORT = ":8124";

    private final Terminal terminal;

    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "add|use|list|remove", description = "What to do.")
    private Action action;

    @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "The context's name; 'use none' goes back to the configuration file.")
    private @Nullable String name;

    @Option(names = {"--host",
            "-H"}, paramLabel = "HOST[:PORT],…", description = "add: the proxy's address for messages (default: the host of --admin).")
    private @Nullable String host;

    @Option(names = "--admin", paramLabel = "URL", description = "add: the proxy's admin address (default: http://HOST:8124).")
    private @Nullable URI admin;

    @Option(names = "--token", paramLabel = "TOKEN", description = "add: the bearer token for the admin API; - reads it from standard input, where ps does not show it.")
    private @Nullable String token;

    @Option(names = "--user", paramLabel = "NAME:PASSWORD", description = "add: name and password instead of a token; - reads them from standard input.")
    private @Nullable String user;

    @Option(names = "--cacert", paramLabel = "FILE", description = "add: use TLS for messages, and trust the authorities in this PEM file.")
    private @Nullable Path cacert;

    @Option(names = "--cert", paramLabel = "FILE", description = "add: the certificate to show, with --key.")
    private @Nullable Path cert;

    @Option(names = "--key", paramLabel = "FILE", description = "add: the certificate's key.")
    private @Nullable Path key;

    ContextCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Contexts contexts = Settings.contexts(terminal.env(), terminal.directory());
        if (contexts == null) {
            throw CliException.usage("there is no directory for contexts: set HOME, XDG_CONFIG_HOME or REVPROC_CONFIG");
        }
        try {
            switch (action) {
                case ADD -> add(contexts, named());
                case USE -> use(contexts, named());
                case REMOVE -> {
                    contexts.remove(named());
                    say(named(), "is removed");
                }
                case LIST -> list(contexts);
            }
            return ExitCode.OK;
        } catch (IOException e) {
            throw new CliException(ExitCode.REFUSED,
                    "cannot write to " + contexts.directory() + " (" + FileProblem.of(e)
                            + "); make it writable, or name another file by REVPROC_CONFIG");
        }
    }

    private String named() {
        if (name == null) {
            throw CliException
                    .usage("which context? revproc context " + action.name().toLowerCase(java.util.Locale.ROOT)
                            + " NAME");
        }
        return name;
    }

    private void add(Contexts contexts, String added) throws IOException {
        if (host == null && admin == null) {
            throw CliException.usage("say where the proxy is: --host HOST, --admin URL, or both");
        }
        if ((cert == null) != (key == null)) {
            throw CliException.usage("--cert and --key belong together");
        }
        Map<String, String> values = new LinkedHashMap<>();
        values.put("host", host != null ? host : hostOf(String.valueOf(admin)));
        values.put("admin", admin != null ? admin.toString() : adminOf(String.valueOf(host)));
        put(values, "token", secret(token));
        put(values, "user", secret(user));
        put(values, "cacert", absolute(cacert));
        put(values, "cert", absolute(cert));
        put(values, "key", absolute(key));
        Settings.check("--", values);
        contexts.put(added, values);
        say(added, "is " + values.get("host") + ", admin " + values.get("admin")
                + (added.equals(contexts.current()) ? "" : "; revproc context use " + added + " chooses it"));
    }

    private static String hostOf(String admin) {
        String found = URI.create(admin).getHost();
        if (found == null) {
            throw CliException.usage("--admin is an http:// or https:// address");
        }
        return found;
    }

    /** On the default port of the first host. */
    private static String adminOf(String hosts) {
        String first = hosts.split(",")[0].strip();
        String bare = first.startsWith("[") || first.indexOf(':') == first.lastIndexOf(':')
                ? first.replaceFirst(":\\d+$", "")
                : "[" + first + "]";
        return "http://" + bare + ADMIN_PORT;
    }

    private @Nullable String secret(@Nullable String given) throws IOException {
        return "-".equals(given)
                ? new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8)).readLine()
                : given;
    }

    private @Nullable String absolute(@Nullable Path file) {
        return file == null ? null : terminal.directory().resolve(file).toAbsolutePath().normalize().toString();
    }

    private static void put(Map<String, String> values, String key, @Nullable String value) {
        if (value != null) {
            values.put(key, value.strip());
        }
    }

    private void use(Contexts contexts, String chosen) throws IOException {
        boolean none = chosen.equals(Contexts.NONE);
        contexts.use(none ? null : chosen);
        say(chosen, none ? "is in use: the configuration file and the defaults count" : "is in use");
    }

    private void list(Contexts contexts) {
        String current = contexts.current();
        Table table = new Table("", "NAME", "HOST", "ADMIN", "ACCOUNT", "TLS");
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        for (String each : contexts.names()) {
            Map<String, String> values = Settings.read(contexts.file(each));
            String account = values.containsKey("token") ? "token" : values.containsKey("user") ? "user" : "-";
            boolean tls = values.containsKey("cacert") || values.containsKey("cert");
            table.row(Table.Cell.of(each.equals(current) ? "*" : ""), Table.Cell.of(each, terminal.style()::bold),
                    Table.Cell.of(values.getOrDefault("host", "-")), Table.Cell.of(values.getOrDefault("admin", "-")),
                    Table.Cell.of(account), Table.Cell.of(tls ? "yes" : "-"));
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            fields.put("name", each);
            fields.put("current", each.equals(current));
            fields.put("host", values.get("host"));
            fields.put("admin", values.get("admin"));
            fields.put("account", account);
            fields.put("tls", tls);
            all.add(fields);
        }
        if (common.json) {
            terminal.out().println(Json.write(Map.of("contexts", all)));
        } else {
            terminal.out().print(all.isEmpty()
                    ? "There is no context. Make one: revproc context add NAME --host HOST\n"
                    : table.show(terminal.style()));
        }
    }

    private void say(String subject, String what) {
        if (common.json) {
            terminal.out().println(Json.write(Map.of("context", subject, "ok", true)));
        } else {
            terminal.out().println(terminal.style().bold(Style.safe(subject)) + " " + Style.safe(what));
        }
    }
}
