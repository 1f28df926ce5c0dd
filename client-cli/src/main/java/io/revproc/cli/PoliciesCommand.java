package io.revproc.cli;

import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Prints the policies that have servers, and those that have lost their last one. */
@Command(name = "policies", description = "Show the policies: how many servers each has, and which have none any more.", footer = {
        "Examples:", "  revproc policies", "  revproc policies --json | jq '.policies[] | select(.noServerSince)'"})
final class PoliciesCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private CommonOptions common;
    @Mixin
    private AdminOptions admin;

    PoliciesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        AdminClient client = admin.client();
        AdminClient.Reply reply = client.call("GET", "/admin/policies", null);
        if (!reply.ok()) {
            throw client.refused(reply);
        }
        terminal.out().print(common.json ? Json.write(reply.body()) + "\n" : table(reply.body(), terminal.style()));
        return ExitCode.OK;
    }

    private static String table(@Nullable Object body, Style style) {
        var policies = Json.array(Json.object(body).get("policies"));
        if (policies.isEmpty()) {
            return "No server has registered. Start one: bin/revproc server --policy PP_1\n";
        }
        Table table = new Table("POLICY", ">SERVERS", ">IN ROTATION", ">IN FLIGHT", ">WAITING", ">ANSWERED", ">REFUSED",
                "NO SERVER SINCE");
        policies.forEach(policy -> row(table, Json.object(policy), style));
        return table.show(style);
    }

    private static void row(Table table, Map<String, @Nullable Object> policy, Style style) {
        String rotation = text(policy.get("inRotation"));
        long refused = Json.object(policy.get("refused")).values().stream()
                .mapToLong(count -> count instanceof Number number ? number.longValue() : 0).sum();
        table.row(Table.Cell.of(text(policy.get("policy")), style::bold), Table.Cell.of(text(policy.get("servers"))),
                Table.Cell.of(rotation, rotation.equals("0") ? style::bad : style::good),
                Table.Cell.of(text(policy.get("inFlight"))), Table.Cell.of(text(policy.get("waiting"))),
                Table.Cell.of(text(policy.get("answered"))), Table.Cell.of(refused),
                Table.Cell.of(text(policy.get("noServerSince")), style::bad));
    }

    private static String text(@Nullable Object value) {
        return value == null ? "-" : value.toString();
    }
}
