package io.revproc.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** How long the programs take from nothing, as whole processes, and what the idle proxy keeps in memory. */
final class StartTimes {
    private static final List<String> POLICY = List.of("--policy-server.id=1", "--policy-server.pp=PP_1");
    private static final String PACKET = "{\"type\": 0, \"srcid\": 1327, \"privPoliId\": \"PP_1\", \"payloadsize\": 2, "
            + "\"payload\": \"hi\"}";

    private final Path home;
    private final Path scratch;

    StartTimes(Path home, Path scratch) {
        this.home = home;
        this.scratch = scratch;
    }

    /**
     * What was measured.
     *
     * @param starts    seconds until the proxy's port was open
     * @param megabytes resident memory of the idle proxy
     * @param sends     seconds of a whole {@code bin/revproc send}
     */
    record Times(List<Double> starts, List<Double> megabytes, List<Double> sends) {
        /** Three lines of a table; nothing where nothing was measured. */
        String markdown() {
            return starts.isEmpty()
                    ? ""
                    : String.format(Locale.ROOT, """
                            | start | median (min–max) of %d |
                            |---|---|
                            | `bin/revproc-service`, from exec until its port takes connections | %s s |
                            | resident memory of the idle proxy | %s MB |
                            | `bin/revproc send`, the whole process, answer checked | %s s |
                            """, starts.size(), Spread.of(starts).text("%.2f"), Spread.of(megabytes).text("%.0f"),
                            Spread.of(sends).text("%.3f"));
        }
    }

    Times measure(int runs) throws IOException, InterruptedException {
        List<Double> starts = new ArrayList<>();
        List<Double> megabytes = new ArrayList<>();
        List<Double> sends = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            int port = SideBySide.freePort();
            long start = System.nanoTime();
            try (Child proxy = service("revproc-service", port, "--revproc.listener.port=" + port,
                    "--revproc.audit.directory=" + scratch.resolve("record-" + port))) {
                starts.add((System.nanoTime() - start) / 1e9);
                if (i == 0) {
                    sends.addAll(sends(proxy, runs));
                }
                // Idle: the start is over, and what it freed was given back.
                TimeUnit.SECONDS.sleep(8);
                megabytes.add(proxy.usage().residentBytes() / 1e6);
            }
        }
        return new Times(starts, megabytes, sends);
    }

    private Child service(String name, int port, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(home.resolve("bin/" + name).toString(),
                "--server.port=" + SideBySide.freePort()));
        command.addAll(List.of(options));
        return Child.start(name, null, scratch.resolve(name + ".log"), port, command);
    }

    private List<Double> sends(Child proxy, int runs) throws IOException, InterruptedException {
        List<Double> sends = new ArrayList<>();
        int port = SideBySide.freePort();
        List<String> options = new ArrayList<>(POLICY);
        options.addAll(List.of("--policy-server.listen=" + port, "--policy-server.revproc=" + proxy.port()));
        try (Child server = service("policy-server", port, options.toArray(new String[0]))) {
            for (int i = 0; i <= runs || sends.isEmpty() && server.process().isAlive(); i++) {
                long start = System.nanoTime();
                Process send = new ProcessBuilder(home.resolve("bin/revproc").toString(), "send", "--port",
                        "" + proxy.port(), "--packet", "-", "--verify", "sha1").redirectErrorStream(true)
                        .redirectOutput(scratch.resolve("send.log").toFile()).start();
                try (var in = send.outputWriter()) {
                    in.write(PACKET);
                }
                boolean answered = send.waitFor() == 0;
                // the first one may come before the server has registered, and makes the cache
                if (answered && i > 0) {
                    sends.add((System.nanoTime() - start) / 1e9);
                }
            }
        }
        return sends;
    }
}
