package io.revproc.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a message costs by what there is more and more of on one machine: servers, policies, connections, event loops. */
final class Curves {
    private static final int WARM_UPS = 6;
    /** A lease for each policy would make as many heartbeats, and they are not what is measured. */
    private static final List<String> RARE_HEARTBEATS = List.of("--revproc.registration.heartbeat=30s",
            "--revproc.registration.ttl=120s");

    private final Path home;
    private final Path scratch;
    private final int runs;
    private final int seconds;
    private final int limit;
    private final List<String> options;

    /**
     * @param runs    of so many seconds for each point of a curve
     * @param limit   larger sizes are left out
     * @param options further options of the proxy
     */
    Curves(Path home, Path scratch, int runs, int seconds, int limit, List<String> options) {
        this.home = home;
        this.scratch = scratch;
        this.runs = runs;
        this.seconds = seconds;
        this.limit = limit;
        this.options = options;
    }

    private List<Integer> sizes(Integer... all) {
        return Arrays.stream(all).filter(size -> size <= limit).toList();
    }

    CurveTable measure() throws IOException, InterruptedException {
        CurveTable table = new CurveTable();
        servers(table);
        connections(table);
        policies(table);
        loops(table);
        return table;
    }

    private void servers(CurveTable table) throws IOException, InterruptedException {
        try (Rig rig = new Rig("servers", 2, 1, SideBySide.PROXY_CPU)) {
            rig.warmUp("connections=64");
            int registered = 2;
            for (int size : sizes(2, 100, 10_000, 100_000)) {
                SideBySide.register(rig.proxy.port(), registered, size);
                registered = size;
                add(table, CurveTable.Curve.SERVERS, size, rig, "connections=64");
            }
        }
    }

    private void connections(CurveTable table) throws IOException, InterruptedException {
        try (Rig rig = new Rig("connections", 2, 1, SideBySide.PROXY_CPU)) {
            rig.warmUp("connections=64");
            for (int connections : sizes(1, 64, 500, 1_000)) {
                add(table, CurveTable.Curve.ACTIVE, connections, rig, "connections=" + connections);
            }
        }
        for (int idle : sizes(1_000, 5_000, 15_000)) {
            // Each on a fresh proxy: one that has held connections keeps their memory and would seem to need less.
            try (Rig rig = new Rig("idle-" + idle, 2, 1, SideBySide.PROXY_CPU)) {
                double bytes = SideBySide.idleBytes(rig.proxy, idle);
                table.add(CurveTable.Curve.IDLE, idle, List.of(bytes));
                System.err.printf(Locale.ROOT, "%d idle connections: %.0f B each%n", idle, bytes);
            }
        }
    }

    private void policies(CurveTable table) throws IOException, InterruptedException {
        for (int policies : sizes(2, 100, 1_000, 7_000)) {
            try (Rig rig = new Rig("policies-" + policies, policies, 1, SideBySide.PROXY_CPU)) {
                rig.warmUp("connections=64");
                add(table, CurveTable.Curve.POLICIES, policies, rig, "connections=64");
            }
        }
    }

    /** Both on both processors, with the load beside: so what the loops take from each other shows, not how much more they carry. */
    private void loops(CurveTable table) throws IOException, InterruptedException {
        for (int loops : List.of(1, 2)) {
            for (CurveTable.Curve curve : List.of(CurveTable.Curve.LOOPS, CurveTable.Curve.LOOPS_ONE_POLICY)) {
                try (Rig rig = new Rig("loops-" + loops + curve, 2, loops, null)) {
                    String policies = "policies=" + (curve == CurveTable.Curve.LOOPS ? 2 : 1);
                    rig.warmUp("connections=64", "depth=16", policies);
                    add(table, curve, loops, rig, "connections=64", "depth=16", policies);
                }
            }
        }
    }

    private void add(CurveTable table, CurveTable.Curve curve, int size, Rig rig, String... arguments)
            throws IOException, InterruptedException {
        List<Double> micros = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            micros.add(rig.load(seconds, arguments));
        }
        table.add(curve, size, micros);
        System.err.printf(Locale.ROOT, "%s %d: %.2f us%n", curve, size, Spread.of(micros).median());
    }

    /** A proxy with one or two event loops, and the two servers for so many policies. */
    private final class Rig implements AutoCloseable {
        private final Child proxy;
        private final Child servers;

        /** @param cpu the processor to bind the proxy to; null: any */
        Rig(String name, int policies, int loops, @Nullable Integer cpu) throws IOException, InterruptedException {
            int port = SideBySide.freePort();
            List<String> command = SideBySide.revprocCommand(home, port, scratch.resolve("record-" + name), options);
            command.addAll(RARE_HEARTBEATS);
            command.replaceAll(option -> option.equals(SideBySide.ONE_LOOP) ? SideBySide.LOOPS + loops : option);
            proxy = Child.start(name, cpu, scratch.resolve(name + ".log"), port,
                    command);
            try {
                int[] ports = {SideBySide.freePort(), SideBySide.freePort()};
                servers = Child.start(name + "-servers", SideBySide.LOAD_CPU, scratch.resolve(name + "-servers.log"),
                        ports[0], List.of(PeerRun.load(home).toString(), "server", "json",
                                ports[0] + "," + ports[1], "" + port, "" + policies));
            } catch (IOException | InterruptedException | RuntimeException e) {
                proxy.close();
                throw e;
            }
        }

        void warmUp(String... arguments) throws IOException, InterruptedException {
            WarmUp.run(proxy, WARM_UPS, duration -> load(duration, arguments));
        }

        /** Returns the proxy's processor time per message, in microseconds. */
        double load(int duration, String... arguments) throws IOException, InterruptedException {
            List<String> command = new ArrayList<>(List.of("taskset", "-c", "" + SideBySide.LOAD_CPU,
                    PeerRun.load(home).toString(), "client", "ports=" + proxy.port(), "seconds=" + duration,
                    "per=message"));
            command.addAll(List.of(arguments));
            long before = proxy.usage().cpuNanos();
            Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            List<String> lines = process.inputReader().readAllLines();
            if (process.waitFor() != 0 || lines.isEmpty()) {
                throw new IOException("the load generator failed");
            }
            JsonNode result = JsonMapper.shared().readTree(lines.getLast());
            JsonNode errors = result.path("errors");
            if (errors.properties().stream().anyMatch(error -> error.getValue().asLong() > 0)) {
                throw new IOException("not every message had a right answer: " + errors);
            }
            return (proxy.usage().cpuNanos() - before) / 1e3 / result.path("messages").asLong();
        }

        @Override
        public void close() {
            servers.close();
            proxy.close();
        }
    }
}
