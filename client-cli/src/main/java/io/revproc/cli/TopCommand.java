package io.revproc.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import io.revproc.cli.live.LiveTable;
import io.revproc.cli.live.Screen;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what goes on, as it goes on. */
@Command(name = "top", description = "Show policies and servers with their figures, every second.", footer = {
        "On a terminal until q; s changes what stands first: the worst, the busiest, or by name. Elsewhere, or with --count,",
        "plain text or JSON, once unless --count says otherwise.", "",
        "Rates are of the last five seconds, p50 and p99 of the last five to ten. ERR/S: failed at a server, or refused; above",
        "also messages that were refused before they were given to a policy, such as those for a policy without a server."})
final class TopCommand implements Callable<Integer> {
    private static final String PATH = "/admin/live";
    private static final String ENDED = "the proxy ended the stream of figures";
    /** The proxy sends something each second. */
    private static final int SILENCE_MILLIS = 15_000;

    private final Terminal terminal;

    @Mixin
    private CommonOptions common;
    @Mixin
    private AdminOptions admin;

    @Option(names = {"--count",
            "-n"}, paramLabel = "N", description = "Print N times, a second apart, as plain text, and end.")
    private @Nullable Integer count;

    private volatile String trouble = "";

    TopCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (count != null && count < 1) {
            throw CliException.usage("--count is 1 or more");
        }
        AdminClient client = admin.client();
        LiveTable table = new LiveTable();
        if (common.json || count != null || !terminal.interactive() || "dumb".equals(terminal.env().get("TERM"))) {
            return plain(client, table, count == null ? 1 : count);
        }
        // Before the screen is taken: whether it can be had at all is said where it stays.
        client.probe(PATH);
        Following following = new Following();
        try (Screen screen = Screen.open(terminal.out())) {
            following.on(screen, ENDED, why -> trouble = why,
                    () -> client.stream(PATH, SILENCE_MILLIS, (event, data) -> {
                        trouble = "";
                        table.apply(event, data);
                        screen.refresh();
                        return true;
                    }));
            screen.run(new TopView(client.toString(), table::snapshot, () -> trouble, terminal.style()));
        }
        following.sayWhy();
        return ExitCode.OK;
    }

    /** A rate needs two looks. */
    private int plain(AdminClient client, LiveTable table, int times) {
        int[] left = {times};
        TopView view = new TopView(client.toString(), table::snapshot, () -> "", terminal.style());
        client.stream(PATH, SILENCE_MILLIS, (event, data) -> {
            table.apply(event, data);
            if (!event.equals("figures") || table.snapshot().samples() < 2) {
                return true;
            }
            terminal.out().print(common.json ? Json.write(fields(table.snapshot())) + "\n" : view.text());
            left[0]--;
            if (left[0] > 0 && !common.json) {
                terminal.out().println();
            }
            return left[0] > 0 && !terminal.isClosed();
        });
        if (left[0] > 0 && !terminal.isClosed()) {
            throw new CliException(ExitCode.REFUSED, ENDED);
        }
        return ExitCode.OK;
    }

    private static Map<String, Object> fields(LiveTable.Snapshot now) {
        List<Map<String, @Nullable Object>> policies = new ArrayList<>();
        now.policies().forEach(policy -> {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            fields.put("policy", policy.name());
            fields.put("up", policy.up());
            fields.put("servers", policy.servers());
            fields.put("perSecond", policy.perSecond());
            fields.put("errorsPerSecond", policy.errors());
            fields.put("inFlight", policy.inFlight());
            fields.put("waiting", policy.waiting());
            fields.put("p50Us", policy.p50Micros() < 0 ? null : policy.p50Micros());
            fields.put("p99Us", policy.p99Micros() < 0 ? null : policy.p99Micros());
            fields.put("noServerSince", "".equals(policy.noServerSince()) ? null : policy.noServerSince());
            policies.add(fields);
        });
        List<Map<String, @Nullable Object>> servers = new ArrayList<>();
        now.servers().forEach(server -> {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            fields.put("policy", server.policy());
            fields.put("id", server.id());
            fields.put("address", server.address());
            fields.put("state", server.state());
            fields.put("liveness", server.liveness());
            fields.put("up", server.up());
            fields.put("perSecond", server.perSecond());
            fields.put("errorsPerSecond", server.errors());
            fields.put("inFlight", server.inFlight());
            fields.put("p99Us", server.p99Micros() < 0 ? null : server.p99Micros());
            fields.put("leaseMs", server.leaseMillis() < 0 ? null : server.leaseMillis());
            servers.add(fields);
        });
        return Map.of("policies", policies, "servers", servers, "unroutedPerSecond", now.unrouted(),
                "connections", now.connections());
    }
}
