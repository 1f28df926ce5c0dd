package io.revproc.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a proxy costs that was just started, on one processor under full load from the first moment: processor time per message,
 * quarter second by quarter second, until it is as quick as it will be. And how late its first messages are at a tenth of what it
 * can carry.
 */
final class Fresh {
    private static final int TICK_MILLIS = 250;
    private static final int SECONDS = 25;
    private static final int FIRST_SECONDS = 5;

    private final Path home;
    private final Path scratch;
    private final List<String> options;

    Fresh(Path home, Path scratch, List<String> options) {
        this.home = home;
        this.scratch = scratch;
        this.options = options;
    }

    /** Starts by script and from the jar so many times, in turn. */
    FreshTable measure(int starts) throws IOException, InterruptedException {
        FreshTable table = new FreshTable(TICK_MILLIS);
        for (int i = 0; i < starts; i++) {
            for (FreshTable.How how : FreshTable.How.values()) {
                FreshTable.Start start = start(how, 0);
                FreshTable.Start gentle = start(how, start.perSecond() / 10);
                table.add(how, start, gentle);
                System.err.printf(Locale.ROOT,
                        "%s: full speed after %.2f s, steady %.1f us; p99 of the first %d s %.0f us%n",
                        how.title, FreshTable.fullSpeed(start.micros(), TICK_MILLIS),
                        FreshTable.steady(start.micros()), FIRST_SECONDS, gentle.firstP99());
            }
        }
        return table;
    }

    /** At full load the proxy runs until it is steady; at a rate its first seconds are measured, and some more after a full load. */
    private FreshTable.Start start(FreshTable.How how, double rate) throws IOException, InterruptedException {
        int port = SideBySide.freePort();
        List<String> command = SideBySide.revprocCommand(home, port, scratch.resolve("record-" + port), options);
        if (how == FreshTable.How.JAR) {
            command.removeFirst();
            command.addAll(0, List.of(SideBySide.JAVA, "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow", "-jar",
                    home.resolve("revproc-service/target/revproc-service.jar").toString()));
        }
        long before = System.nanoTime();
        try (Child proxy = Child.start("fresh", SideBySide.PROXY_CPU, scratch.resolve("fresh.log"), port, command)) {
            double open = (System.nanoTime() - before) / 1e9;
            int[] ports = {SideBySide.freePort(), SideBySide.freePort()};
            try (Child servers = Child.start("fresh-servers", SideBySide.LOAD_CPU, scratch.resolve("fresh-servers.log"),
                    ports[0], List.of(PeerRun.load(home).toString(), "server", "json", ports[0] + "," + ports[1],
                            "" + port))) {
                if (rate == 0) {
                    List<Double> micros = new ArrayList<>();
                    JsonNode result = load(proxy, SECONDS, 0, micros);
                    return new FreshTable.Start(open, micros, result.path("perSecond").asDouble(), 0, 0);
                }
                double first = load(proxy, FIRST_SECONDS, rate, new ArrayList<>()).path("p99Us").asDouble();
                load(proxy, SECONDS, 0, new ArrayList<>());
                double steady = load(proxy, FIRST_SECONDS, rate, new ArrayList<>()).path("p99Us").asDouble();
                return new FreshTable.Start(open, List.of(), rate, first, steady);
            }
        }
    }

    private JsonNode load(Child proxy, int seconds, double rate, List<Double> micros) throws IOException {
        Process process = new ProcessBuilder("taskset", "-c", "" + SideBySide.LOAD_CPU, PeerRun.load(home).toString(),
                "client", "ports=" + proxy.port(), "seconds=" + seconds, "rate=" + rate, "tick=" + TICK_MILLIS)
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader lines = process.inputReader()) {
            long messages = 0;
            long nanos = proxy.usage().cpuNanos();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("{")) {
                    return JsonMapper.shared().readTree(line);
                }
                long now = proxy.usage().cpuNanos();
                long answered = Long.parseLong(line);
                micros.add((now - nanos) / 1e3 / Math.max(1, answered - messages));
                nanos = now;
                messages = answered;
            }
            throw new IOException("the load generator ended early");
        } finally {
            process.destroy();
        }
    }
}
