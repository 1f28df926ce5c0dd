package io.revproc.cli;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import io.revproc.wire.FileProblem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the policies that are declared, have servers, or have lost their last one. */
@Command(name = "policies", description = "Show the policies: their declarations, how many servers they have, and which lost their last one.", footer = {
        "Examples:", "  revproc policies", "  revproc policies --json | jq '.policies[] | select(.noServerSince)'",
        "  revproc policies check policies.yaml", "  revproc policies apply policies.yaml --dry-run",
        "  revproc policies apply policies.yaml --author dpo"})
final class PoliciesCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private CommonOptions common;
    @Mixin
    private AdminOptions admin;

    PoliciesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Parameters(index = "0", arity = "0..1", paramLabel = "check|apply", description = {
            "check: check a policy file as the proxy would read it with its settings; this changes nothing.",
            "apply: put a policy file in force at all proxies that share their policies in etcd."})
    private @Nullable Action action;

    @Parameters(index = "1", arity = "0..1", paramLabel = "FILE", description = "The policy file to check or apply.")
    private @Nullable Path file;

    @Option(names = "--dry-run", description = "With apply: change nothing, and say what the file would change for servers and for messages such as those of the last minutes.")
    private boolean dryRun;

    @Option(names = "--author", paramLabel = "NAME", description = "With apply: who answers for the change. Default: the account that applies it.")
    private @Nullable String author;

    @Option(names = "--from", paramLabel = "VERSION", description = "With apply: the version that the change is made from; if another one is there by now, nothing changes. Default: the version in force at the proxy.")
    private @Nullable Long from;

    /** The actions of this command besides showing. */
    enum Action {
        CHECK, APPLY
    }

    @Override
    public Integer call() {
        if (action == Action.CHECK) {
            return check();
        }
        if (action == Action.APPLY) {
            return apply();
        }
        AdminClient client = admin.client();
        Map<String, @Nullable Object> all = client.fields(client.call("GET", "/admin/policies", null), "policies");
        terminal.out().print(common.json ? Json.write(all) + "\n" : table(all, terminal.style()));
        return ExitCode.OK;
    }

    private int check() {
        byte[] bytes = read("check");
        AdminClient client = admin.client();
        Map<String, @Nullable Object> said = client
                .fields(client.post("/admin/policies/check", bytes, "application/yaml"), "valid");
        boolean valid = Boolean.TRUE.equals(said.get("valid"));
        if (common.json) {
            terminal.out().println(Json.write(said));
        } else if (valid) {
            terminal.out()
                    .println("valid: " + Table.text(said.get("policies")) + " policies and "
                            + Table.text(said.get("grants"))
                            + " grants, those of the proxy's settings included");
        } else {
            terminal.out().println("not valid: " + Table.text(said.get("problem")));
        }
        return valid ? ExitCode.OK : ExitCode.REFUSED;
    }

    private byte[] read(String doing) {
        if (file == null) {
            throw CliException.usage(
                    "name the file to " + doing + ": revproc policies " + doing + " policies.yaml");
        }
        try {
            return Files.readAllBytes(terminal.directory().resolve(file));
        } catch (IOException e) {
            throw CliException.usage("can't read " + Style.safe(file.toString()) + ": " + FileProblem.of(e));
        }
    }

    private int apply() {
        byte[] bytes = read("apply");
        AdminClient client = admin.client();
        String query = "?dryRun=" + dryRun + (from == null ? "" : "&from=" + from)
                + (author == null ? "" : "&author=" + URLEncoder.encode(author, StandardCharsets.UTF_8));
        Map<String, @Nullable Object> said = client
                .fields(client.post("/admin/policy-versions" + query, bytes, "application/yaml"), "applied");
        terminal.out().print(common.json ? Json.write(said) + "\n" : change(said));
        return ExitCode.OK;
    }

    private static String change(Map<String, @Nullable Object> said) {
        StringBuilder text = new StringBuilder();
        for (Object each : Json.array(said.get("servers"))) {
            Map<String, @Nullable Object> server = Json.object(each);
            boolean loses = Boolean.TRUE.equals(server.get("loses"));
            text.append(Table.text(server.get("policy")) + "/" + Table.text(server.get("id")))
                    .append(loses ? " may not serve any more: " : " may serve again; until now: ")
                    .append(Table.text(server.get("reason"))).append(" (")
                    .append(loses && Boolean.TRUE.equals(server.get("leased")) ? "its lease ends, " : "")
                    .append(Table.text(server.get("inFlight"))).append(" in flight, ")
                    .append(Table.text(server.get("recent")))
                    .append(" answered in the last 5 minutes)\n");
        }
        for (Object each : Json.array(said.get("messages"))) {
            Map<String, @Nullable Object> policy = Json.object(each);
            text.append("messages of ").append(Table.text(policy.get("policy"))).append(": ")
                    .append(Table.text(policy.get("effect"))).append(" (")
                    .append(Table.text(policy.get("recent")))
                    .append(" in the last 5 minutes")
                    .append(Boolean.TRUE.equals(policy.get("refused")) ? "; such are refused)\n" : ")\n");
        }
        boolean applied = Boolean.TRUE.equals(said.get("applied"));
        return text.append(applied ? "applied as version " : "a dry run, nothing is changed; made from version ")
                .append(Table.text(said.get("version"))).append(": ").append(Table.text(said.get("policies")))
                .append(" policies and ").append(Table.text(said.get("grants")))
                .append(" grants, those of the proxy's settings included\n").toString();
    }

    private static String table(Map<String, @Nullable Object> body, Style style) {
        var policies = Json.array(body.get("policies"));
        if (policies.isEmpty()) {
            return "No server has registered. Start one: bin/revproc server --policy PP_1\n";
        }
        boolean declared = policies.stream()
                .anyMatch(policy -> Boolean.TRUE.equals(Json.object(policy).get("declared")));
        boolean wider = policies.stream()
                .anyMatch(policy -> !Table.list(Json.object(policy).get("servedBy")).isEmpty());
        List<String> columns = new ArrayList<>(List.of("POLICY", ">SERVERS", ">IN ROTATION", ">IN FLIGHT", ">WAITING",
                ">ANSWERED", ">REFUSED", "NO SERVER SINCE"));
        if (declared) {
            columns.addAll(List.of("PURPOSE", "REGIONS", "OWNER"));
        }
        if (wider) {
            columns.add("SERVED BY");
        }
        Table table = new Table(columns.toArray(String[]::new));
        policies.forEach(policy -> row(table, Json.object(policy), style, declared, wider));
        return table.show(style);
    }

    private static void row(Table table, Map<String, @Nullable Object> policy, Style style, boolean declared,
            boolean wider) {
        String rotation = Table.text(policy.get("inRotation"));
        Object others = policy.get("servedByInRotation");
        boolean nobody = rotation.equals("0") && (others == null || Table.text(others).equals("0"));
        long refused = Json.object(policy.get("refused")).values().stream()
                .mapToLong(count -> count instanceof Number number ? number.longValue() : 0).sum();
        List<Table.Cell> cells = new ArrayList<>(List.of(Table.Cell.of(policy.get("policy"), style::bold),
                Table.Cell.of(policy.get("servers")),
                Table.Cell.of(rotation, nobody ? style::bad : style::good),
                Table.Cell.of(policy.get("inFlight")), Table.Cell.of(policy.get("waiting")),
                Table.Cell.of(policy.get("answered")), Table.Cell.of(refused),
                neverHadOne(policy)
                        ? Table.Cell.of("waits for its first", style::warn)
                        : Table.Cell.of(Table.time(policy.get("noServerSince")), style::bad)));
        if (declared) {
            cells.add(Table.Cell.of(policy.get("purpose")));
            cells.add(Table.Cell.of(list(policy.get("regions"))));
            cells.add(Table.Cell.of(policy.get("owner")));
        }
        if (wider) {
            cells.add(Table.Cell.of(list(policy.get("servedBy"))));
        }
        table.row(cells.toArray(Table.Cell[]::new));
    }

    /** Declared, and no server has registered for it yet, nor does another policy's serve it. */
    private static boolean neverHadOne(Map<String, @Nullable Object> policy) {
        return Boolean.TRUE.equals(policy.get("declared")) && policy.get("noServerSince") == null
                && "0".equals(Table.text(policy.get("servers"))) && Table.list(policy.get("servedBy")).isEmpty();
    }

    private static String list(@Nullable Object value) {
        String all = Table.list(value);
        return all.isEmpty() ? "-" : all;
    }
}
