package io.revproc.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import io.revproc.wire.HostPort;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints all that the proxy tells about one policy, or one server. */
@Command(name = "describe", description = "Show everything about a policy, or about one of its servers.", footer = {
        "Examples:", "  revproc describe PP_1", "  revproc describe PP_1/2",
        "  revproc describe --policy sa/b            # where a name has a slash"})
final class DescribeCommand implements Callable<Integer> {
    private static final int EVENTS_SHOWN = 5;

    private final Terminal terminal;

    @Mixin
    private CommonOptions common;
    @Mixin
    private AdminOptions admin;

    @Parameters(index = "0", arity = "0..1", paramLabel = "POLICY[/ID]", description = "The policy, such as PP_1, or the server, such as PP_1/2.")
    private @Nullable String name;

    @Option(names = "--policy", paramLabel = "POLICY", description = "The policy, if its name has a slash.")
    private @Nullable String policy;

    @Option(names = "--id", paramLabel = "ID", description = "The server's id, with --policy.")
    private @Nullable String id;

    DescribeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        AdminClient client = admin.client();
        boolean server = name == null ? id != null : name.indexOf('/') >= 0;
        if (server) {
            show(client, EntryName.of(name, policy, id));
        } else if (name == null ? policy != null : policy == null && id == null) {
            show(client, String.valueOf(name == null ? policy : name));
        } else {
            throw CliException.usage("say what to describe: PP_1, PP_1/2, or --policy and --id");
        }
        return ExitCode.OK;
    }

    private void show(AdminClient client, String wanted) {
        Map<String, @Nullable Object> sums = found(client, "/admin/policies/" + EntryName.encode(wanted), wanted,
                "inRotation");
        Map<String, @Nullable Object> routes = found(client, "/admin/routes/" + EntryName.encode(wanted), wanted,
                "policies");
        List<@Nullable Object> servers = Json.array(Json.object(routes.get("policies")).get(wanted));
        if (common.json) {
            sums.put("entries", servers);
            terminal.out().println(Json.write(sums));
            return;
        }
        Style style = terminal.style();
        Map<String, String> lines = new LinkedHashMap<>();
        String rotation = Table.text(sums.get("inRotation"));
        String count = Table.text(sums.get("servers")) + ", " + rotation + " in rotation";
        String others = Table.list(sums.get("servedBy"));
        boolean nobody = others.isEmpty() || Table.text(sums.get("servedByInRotation")).equals("0");
        lines.put("servers", rotation.equals("0") && nobody ? style.bad(count) : count);
        if (!others.isEmpty()) {
            String also = others + ", " + Table.text(sums.get("servedByInRotation")) + " in rotation";
            lines.put("served by", rotation.equals("0") && nobody ? style.bad(also) : also);
        }
        if (sums.get("noServerSince") != null) {
            lines.put("no server since", style.bad(Table.time(sums.get("noServerSince"))));
        }
        lines.put("in flight", Table.text(sums.get("inFlight")) + ", " + Table.text(sums.get("waiting")) + " waiting");
        lines.put("answered", Table.text(sums.get("answered")));
        StringBuilder refused = new StringBuilder();
        Json.object(sums.get("refused")).forEach((code, times) -> refused.append(refused.isEmpty() ? "" : ", ")
                .append(Style.safe(code)).append(' ').append(Table.text(times)));
        lines.put("refused", refused.isEmpty() ? "none" : style.warn(refused.toString()));
        print(wanted, lines);
        if (!servers.isEmpty()) {
            terminal.out().println();
            terminal.out().print(RoutesCommand.servers(servers, style));
        }
        events(client, "policy", wanted);
    }

    /** The last ones, where the proxy remembers any. */
    private void events(AdminClient client, String about, String name) {
        AdminClient.Reply reply = client.call("GET",
                "/admin/events?limit=" + EVENTS_SHOWN + "&" + about + "=" + EntryName.encode(name), null);
        List<@Nullable Object> events = Json.array(Json.object(reply.ok() ? reply.body() : null).get("events"));
        if (!events.isEmpty()) {
            terminal.out().println("\n" + terminal.style().dim("last events"));
            events.forEach(event -> terminal.out()
                    .println("  " + EventsCommand.line(Json.object(event), terminal.style())));
        }
    }

    private void show(AdminClient client, EntryName wanted) {
        Map<String, @Nullable Object> entry = wanted
                .in(found(client, wanted.policyPath(), wanted.toString(), "policies"));
        if (entry.isEmpty()) {
            throw unknown(wanted.toString());
        }
        if (common.json) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            fields.put("policy", wanted.policy());
            fields.putAll(entry);
            terminal.out().println(Json.write(fields));
            return;
        }
        Style style = terminal.style();
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("address", HostPort.text(Table.text(entry.get("host")), Table.text(entry.get("port")))
                + (entry.get("zone") == null ? "" : ", zone " + Table.text(entry.get("zone"))));
        String trouble = trouble(entry);
        lines.put("takes messages", trouble == null ? style.good("yes") : style.bad("no: " + trouble));
        lines.put("state", Table.text(entry.get("state"))
                + (entry.get("liveness") == null ? "" : ", " + Table.text(entry.get("liveness"))));
        lines.put("protocol", Table.text(entry.get("proto"))
                + (Boolean.TRUE.equals(entry.get("mux")) ? ", many messages share a connection" : ""));
        lines.put("weight", Table.text(entry.get("weight")));
        lines.put("in flight", Table.text(entry.get("inFlight")));
        lines.put("answered", Table.text(entry.get("forwarded")));
        String failed = Table.text(entry.get("failed"));
        lines.put("failed", failed.equals("0") ? failed : style.warn(failed));
        lines.put("registered", Table.time(entry.get("registeredAt")));
        lines.put("lease", entry.get("leaseExpiresAt") == null
                ? "none"
                : "until " + Table.time(entry.get("leaseExpiresAt")) + " unless a heartbeat comes");
        if (Boolean.TRUE.equals(entry.get("pending"))) {
            lines.put("pending", style.warn("the shared store does not have all of this yet"));
        }
        print(wanted.toString(), lines);
        events(client, "server", wanted.toString());
    }

    /** Why a server takes no messages; null if it does. */
    private static @Nullable String trouble(Map<String, @Nullable Object> entry) {
        String state = Table.text(entry.get("state"));
        if (state.equals("DRAINING")) {
            return "it is draining; revproc resume puts it back";
        }
        if (state.equals("MAINTENANCE")) {
            return "it is in maintenance; revproc resume puts it back";
        }
        if (Boolean.TRUE.equals(entry.get("alive"))) {
            return null;
        }
        return switch (Table.text(entry.get("liveness"))) {
            case "LOST" -> "its lease is over; it comes back when the server registers again";
            case "EJECTED" -> "too many of its messages failed; it is tried again by itself";
            case "FAILED" -> "it could not be reached; it is tried again by itself";
            default -> "the proxy does not believe that it lives";
        };
    }

    private void print(String title, Map<String, String> lines) {
        Style style = terminal.style();
        terminal.out().println(style.bold(Style.safe(title)));
        int width = lines.keySet().stream().mapToInt(String::length).max().orElse(0);
        lines.forEach((key, value) -> terminal.out()
                .println("  " + style.dim(key) + " ".repeat(width - key.length() + 2) + value));
    }

    private static Map<String, @Nullable Object> found(AdminClient client, String path, String wanted, String field) {
        AdminClient.Reply reply = client.call("GET", path, null);
        if (reply.status() == 404) {
            throw reply.says() ? client.refused(reply) : unknown(wanted);
        }
        return client.fields(reply, field);
    }

    private static CliException unknown(String wanted) {
        return new CliException(ExitCode.REFUSED, (wanted.indexOf('/') < 0
                ? "no server is or was registered for " + wanted + "; revproc policies"
                : "there is no entry " + wanted + "; revproc routes") + " shows what there is");
    }
}
