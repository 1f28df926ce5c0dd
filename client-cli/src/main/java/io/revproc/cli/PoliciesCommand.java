package io.revproc.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Prints the policies that are declared, have servers, or have lost their last one. */
@Command(name = "policies", description = "Show the policies: their declarations, how many servers they have, and which lost their last one.", footer = {
        "Examples:", "  revproc policies", "  revproc policies --json | jq '.policies[] | select(.noServerSince)'",
        "  revproc policies check policies.yaml"})
final class PoliciesCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private CommonOptions common;
    @Mixin
    private AdminOptions admin;

    PoliciesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Parameters(index = "0", arity = "0..1", paramLabel = "check", description = "Check a policy file as the proxy would read it with its settings; this changes nothing.")
    private @Nullable Action action;

    @Parameters(index = "1", arity = "0..1", paramLabel = "FILE", description = "The policy file to check.")
    private @Nullable Path file;

    /** The actions of this command besides showing. */
    enum Action {
        CHECK
    }

    @Override
    public Integer call() {
        if (action == Action.CHECK) {
            return check();
        }
        AdminClient client = admin.client();
        AdminClient.Reply reply = client.call("GET", "/admin/policies", null);
        if (!reply.ok()) {
            throw client.refused(reply);
        }
        terminal.out().print(common.json ? Json.write(reply.body()) + "\n" : table(reply.body(), terminal.style()));
        return ExitCode.OK;
    }

    private int check() {
        if (file == null) {
            throw CliException.usage("name the file to check: revproc policies check policies.yaml");
        }
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(terminal.directory().resolve(file));
        } catch (IOException e) {
            throw CliException.usage("can't read " + Style.safe(file.toString()));
        }
        AdminClient client = admin.client();
        AdminClient.Reply reply = client.post("/admin/policies/check", bytes, "application/yaml");
        if (!reply.ok()) {
            throw client.refused(reply);
        }
        Map<String, @Nullable Object> said = Json.object(reply.body());
        boolean valid = Boolean.TRUE.equals(said.get("valid"));
        if (common.json) {
            terminal.out().println(Json.write(reply.body()));
        } else if (valid) {
            terminal.out().println("valid: " + text(said.get("policies")) + " policies and " + text(said.get("grants"))
                    + " grants, those of the proxy's settings included");
        } else {
            terminal.out().println("not valid: " + Style.safe(text(said.get("problem"))));
        }
        return valid ? ExitCode.OK : ExitCode.REFUSED;
    }

    private static String table(@Nullable Object body, Style style) {
        var policies = Json.array(Json.object(body).get("policies"));
        if (policies.isEmpty()) {
            return "No server has registered. Start one: bin/revproc server --policy PP_1\n";
        }
        boolean declared = policies.stream()
                .anyMatch(policy -> Boolean.TRUE.equals(Json.object(policy).get("declared")));
        List<String> columns = new ArrayList<>(List.of("POLICY", ">SERVERS", ">IN ROTATION", ">IN FLIGHT", ">WAITING",
                ">ANSWERED", ">REFUSED", "NO SERVER SINCE"));
        if (declared) {
            columns.addAll(List.of("PURPOSE", "REGIONS", "OWNER"));
        }
        Table table = new Table(columns.toArray(String[]::new));
        policies.forEach(policy -> row(table, Json.object(policy), style, declared));
        return table.show(style);
    }

    private static void row(Table table, Map<String, @Nullable Object> policy, Style style, boolean declared) {
        String rotation = text(policy.get("inRotation"));
        long refused = Json.object(policy.get("refused")).values().stream()
                .mapToLong(count -> count instanceof Number number ? number.longValue() : 0).sum();
        List<Table.Cell> cells = new ArrayList<>(List.of(Table.Cell.of(text(policy.get("policy")), style::bold),
                Table.Cell.of(text(policy.get("servers"))),
                Table.Cell.of(rotation, rotation.equals("0") ? style::bad : style::good),
                Table.Cell.of(text(policy.get("inFlight"))), Table.Cell.of(text(policy.get("waiting"))),
                Table.Cell.of(text(policy.get("answered"))), Table.Cell.of(refused),
                Table.Cell.of(text(policy.get("noServerSince")), style::bad)));
        if (declared) {
            cells.add(Table.Cell.of(text(policy.get("purpose"))));
            cells.add(Table.Cell.of(list(policy.get("regions"))));
            cells.add(Table.Cell.of(text(policy.get("owner"))));
        }
        table.row(cells.toArray(Table.Cell[]::new));
    }

    private static String list(@Nullable Object value) {
        String all = Json.array(value).stream().map(PoliciesCommand::text).collect(Collectors.joining(","));
        return all.isEmpty() ? "-" : all;
    }

    private static String text(@Nullable Object value) {
        return value == null ? "-" : value.toString();
    }
}
