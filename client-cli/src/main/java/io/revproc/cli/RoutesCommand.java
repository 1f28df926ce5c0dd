package io.revproc.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;

import io.revproc.cli.live.Screen;
import io.revproc.wire.HostPort;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints the switch table, and again whenever it changes. */
@Command(name = "routes", description = "Show the route table: which servers serve which policy.", footer = {
        "Examples:", "  revproc routes", "  revproc routes --watch", "  revproc routes --json | jq .policies"})
final class RoutesCommand implements Callable<Integer> {
    private static final String EVENTS = "/admin/routes/events";
    private static final String ENDED = "the proxy ended the stream of changes";

    private final Terminal terminal;

    @Mixin
    private CommonOptions common;
    @Mixin
    private AdminOptions admin;

    @Option(names = {"--watch",
            "-w"}, description = "Keep the table up to date: in place on a terminal, until q; elsewhere print it again at every change.")
    private boolean watch;

    @Option(names = "--changes", paramLabel = "N", hidden = true, description = "End --watch after N tables.")
    private int changes = Integer.MAX_VALUE;

    private int shown;
    private volatile String latest = "";
    private volatile String trouble = "";

    RoutesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        AdminClient client = admin.client();
        if (watch && !common.json && terminal.interactive() && !"dumb".equals(terminal.env().get("TERM"))) {
            return inPlace(client);
        }
        if (!watch) {
            show(client);
        }
        if (watch) {
            Following.until(terminal, () -> shown >= changes, ENDED, () -> client.follow(EVENTS, () -> show(client)));
        }
        return ExitCode.OK;
    }

    /** Draws each table over the last one; leaves the last one behind. */
    private int inPlace(AdminClient client) throws IOException {
        latest = table(body(client), terminal.style());
        Following following = new Following();
        try (Screen screen = Screen.open(terminal.out())) {
            following.on(screen, ENDED, why -> trouble = why, () -> client.follow(EVENTS, () -> {
                latest = table(body(client), terminal.style());
                trouble = "";
                screen.refresh();
                return true;
            }));
            screen.run(new Screen.View() {
                @Override
                public List<String> lines(int width, int height) {
                    return fit(latest.lines().toList(), height, trouble, terminal.style());
                }

                @Override
                public void key(int key) {
                    // There is nothing to choose.
                }
            });
        }
        terminal.out().print(latest);
        following.sayWhy();
        return ExitCode.OK;
    }

    /** Returns as much as fits: title, rows, the sum, and a line with the keys. */
    static List<String> fit(List<String> table, int height, String trouble, Style style) {
        List<String> lines = new ArrayList<>(table);
        int room = Math.max(3, height - 1);
        if (lines.size() > room) {
            String sum = lines.getLast();
            int left = lines.size() - room + 1;
            lines = new ArrayList<>(lines.subList(0, room - 2));
            lines.add(style.dim("… " + left + " more"));
            lines.add(sum);
        }
        while (lines.size() < height - 1) {
            lines.add("");
        }
        lines.add(trouble.isEmpty() ? style.dim("q quit") : style.bad(Style.safe(trouble)));
        return lines;
    }

    private static Map<String, @Nullable Object> body(AdminClient client) {
        return client.fields(client.call("GET", "/admin/routes", null), "policies");
    }

    /** @return whether more is wanted */
    private boolean show(AdminClient client) {
        Map<String, @Nullable Object> body = body(client);
        if (common.json) {
            terminal.out().println(Json.write(body));
        } else {
            if (shown > 0) {
                terminal.out().println();
            }
            terminal.out().print(table(body, terminal.style()));
        }
        return ++shown < changes && !terminal.isClosed();
    }

    static String table(Map<String, @Nullable Object> body, Style style) {
        Map<String, @Nullable Object> policies = Json.object(body.get("policies"));
        Table table = new Table("POLICY", ">ID", "ADDRESS", "STATE", "ALIVE", ">PROTO", "MUX", ">WEIGHT", "ZONE",
                ">IN FLIGHT",
                ">FORWARDED", ">FAILED");
        Map<String, @Nullable Object> since = Json.object(body.get("noServerSince"));
        Map<String, @Nullable Object> servedBy = Json.object(body.get("servedBy"));
        int servers = 0;
        for (Map.Entry<String, @Nullable Object> policy : policies.entrySet()) {
            List<@Nullable Object> entries = Json.array(policy.getValue());
            servers += entries.size();
            String others = Table.list(servedBy.get(policy.getKey()));
            if (entries.isEmpty() && !others.isEmpty()) {
                servedByOthers(table, policy.getKey(), others, style);
            } else if (entries.isEmpty()) {
                without(table, policy.getKey(), "no server since " + Table.time(since.get(policy.getKey())), style::bad,
                        style);
            }
            entries.forEach(entry -> row(table, policy.getKey(), Json.object(entry), style));
        }
        List<@Nullable Object> awaited = Json.array(body.get("awaited"));
        awaited.forEach(policy -> without(table, Table.text(policy), "waits for its first server", style::warn, style));
        if (policies.isEmpty() && awaited.isEmpty()) {
            return "No server is registered. Start one: bin/revproc server --policy PP_1\n";
        }
        return table.show(style) + style.dim(count(policies.size() + awaited.size(), "policy", "policies") + ", "
                + count(servers, "server", "servers") + ", version " + Table.text(body.get("version"))) + "\n";
    }

    /** The servers of one policy. */
    static String servers(List<@Nullable Object> entries, Style style) {
        Table table = new Table(">ID", "ADDRESS", "STATE", "LIVENESS", ">IN FLIGHT", ">ANSWERED", ">FAILED",
                "REGISTERED");
        for (Object each : entries) {
            Map<String, @Nullable Object> entry = Json.object(each);
            String state = Table.text(entry.get("state"));
            boolean alive = Boolean.TRUE.equals(entry.get("alive"));
            table.row(Table.Cell.of(entry.get("id")),
                    Table.Cell.of(HostPort.text(Table.text(entry.get("host")), Table.text(entry.get("port")))),
                    Table.Cell.of(state, state.equals("ACTIVE") ? style::good : style::warn),
                    Table.Cell.of(entry.get("liveness"), alive ? style::good : style::bad),
                    Table.Cell.of(entry.get("inFlight")), Table.Cell.of(entry.get("forwarded")),
                    Table.Cell.of(entry.get("failed")), Table.Cell.of(Table.time(entry.get("registeredAt"))));
        }
        return table.show(style);
    }

    private static void servedByOthers(Table table, String policy, String others, Style style) {
        Table.Cell none = Table.Cell.of("-");
        table.row(Table.Cell.of(policy, style::bold), none, Table.Cell.of("served by " + others), none, none, none,
                none,
                none, none, none, none, none);
    }

    private static void without(Table table, String policy, String why, UnaryOperator<String> paint, Style style) {
        Table.Cell none = Table.Cell.of("-");
        table.row(Table.Cell.of(policy, style::bold), none, Table.Cell.of(why, paint), none,
                Table.Cell.of("no", paint), none, none, none, none, none, none, none);
    }

    private static void row(Table table, String policy, Map<String, @Nullable Object> entry, Style style) {
        boolean alive = Boolean.TRUE.equals(entry.get("alive"));
        String state = Table.text(entry.get("state"));
        table.row(Table.Cell.of(policy, style::bold), Table.Cell.of(entry.get("id")),
                Table.Cell.of(HostPort.text(Table.text(entry.get("host")), Table.text(entry.get("port")))),
                Table.Cell.of(state, state.equals("ACTIVE") ? style::good : style::warn),
                alive ? Table.Cell.of("yes", style::good) : Table.Cell.of("no", style::bad),
                Table.Cell.of(entry.get("proto")), Table.Cell.of(yes(entry.get("mux"))),
                Table.Cell.of(entry.get("weight")), Table.Cell.of(entry.get("zone")),
                Table.Cell.of(entry.get("inFlight")), Table.Cell.of(entry.get("forwarded")),
                Table.Cell.of(entry.get("failed")));
    }

    private static String yes(@Nullable Object value) {
        return Boolean.TRUE.equals(value) ? "yes" : "no";
    }

    private static String count(int n, String one, String many) {
        return n + " " + (n == 1 ? one : many);
    }
}
