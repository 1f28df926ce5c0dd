package io.revproc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program behind {@code bin/soak}. */
@Command(name = "soak", mixinStandardHelpOptions = true, sortOptions = false, description = "Runs the proxy and policy servers under mixed load for a while, and fails if a message is lost or misled, or if memory, descriptors or threads grow.")
final class Soak implements Callable<Integer> {
    private static final int MAX_MINUTES = 1_440;
    private static final int WARM_UP_SECONDS = 30;
    /** More than a lost registration's grace and a half-open connection's time. */
    private static final int SETTLE_SECONDS = 15;
    private static final long MORE_MEMORY = 48L << 20;
    private static final long MORE_DESCRIPTORS = 16;
    private static final long MORE_THREADS = 6;

    @Option(names = "--minutes", required = true, description = "how long, 1 to " + MAX_MINUTES)
    private int minutes;

    @Option(names = "--out", description = "folder for soak.md, soak.csv and soak.svg (default: print the figures only)")
    private @Nullable Path out;

    /** Ends a phase of the load. */
    record Stop(CountDownLatch latch) {
        Stop() {
            this(new CountDownLatch(1));
        }

        boolean asked() {
            return latch.getCount() == 0;
        }

        void pause(int millis) {
            try {
                latch.await(millis, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                latch.countDown();
            }
        }
    }

    /** @param second since the load began */
    record Row(int second, long memory, long descriptors, long threads, long answered) {}

    private final List<Child> children = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();

    public static void main(String[] args) {
        System.exit(new CommandLine(new Soak()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (minutes < 1 || minutes > MAX_MINUTES) {
            System.err.println("soak: --minutes takes a number from 1 to " + MAX_MINUTES);
            return 2;
        }
        Path home = Path.of(System.getProperty("revproc.home", "."));
        Path scratch = Files.createTempDirectory("revproc-soak");
        System.err.println("logs of the programs: " + scratch);
        try {
            Child proxy = startAll(home, scratch);
            SoakTally warmUp = new SoakTally();
            load(proxy, warmUp, WARM_UP_SECONDS, false);
            Row before = settled(proxy);
            SoakTally tally = new SoakTally();
            load(proxy, tally, 60 * minutes, true);
            Row after = settled(proxy);
            return judge(tally, before, after);
        } finally {
            children.reversed().forEach(Child::close);
        }
    }

    private Child startAll(Path home, Path scratch) throws IOException, InterruptedException {
        int port = SideBySide.freePort();
        Child proxy = start("revproc", scratch, port,
                List.of(home.resolve("bin/revproc-service").toString(), "--revproc.listener.port=" + port,
                        "--server.port=" + SideBySide.freePort(), "--revproc.listener.message-timeout=5s",
                        "--revproc.store.file=" + scratch.resolve("routes.snapshot"),
                        "--revproc.audit.directory=" + scratch.resolve("record")));
        server(home, scratch, port, 1, 2, "SOAK_1,SOAK_2");
        server(home, scratch, port, 2, 2, "SOAK_1,SOAK_2");
        server(home, scratch, port, 3, 2, "SOAK_3");
        server(home, scratch, port, 4, 1, "OLD");
        return proxy;
    }

    private void server(Path home, Path scratch, int proxy, int id, int proto, String policies)
            throws IOException, InterruptedException {
        int port = SideBySide.freePort();
        start("server-" + id, scratch, port,
                List.of(home.resolve("bin/policy-server").toString(), "--policy-server.id=" + id,
                        "--policy-server.pp=" + policies, "--policy-server.listen=" + port,
                        "--policy-server.revproc=" + proxy, "--policy-server.proto=" + proto,
                        "--policy-server.mux=" + (proto == 2), "--server.port=" + SideBySide.freePort()));
    }

    private Child start(String name, Path scratch, int port, List<String> command)
            throws IOException, InterruptedException {
        Child child = Child.start(name, null, scratch.resolve(name + ".log"), port, command);
        children.add(child);
        return child;
    }

    private void load(Child proxy, SoakTally tally, int seconds, boolean sample)
            throws IOException, InterruptedException {
        Stop stop = new Stop();
        List<SoakClient.Route> kept = List.of(new SoakClient.Route("SOAK_1", Set.of("1", "2")),
                new SoakClient.Route("SOAK_2", Set.of("1", "2")), new SoakClient.Route("SOAK_3", Set.of("3")));
        List<SoakClient.Route> old = List.of(new SoakClient.Route("OLD", Set.of("4")));
        SoakChurn churn = new SoakChurn(proxy.port(), tally, stop);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            threads.add(start(new SoakClient(proxy.port(), kept, tally, stop, 16, 2_000, i)));
            threads.add(start(new SoakClient(proxy.port(), kept, tally, stop, 1, 1, 100 + i)));
        }
        threads.add(start(new SoakClient(proxy.port(), old, tally, stop, 1, 1, 200)));
        threads.add(start(churn::halfOpen));
        threads.add(start(churn::registrations));
        long from = System.nanoTime();
        long answered = 0;
        for (int second = 1; second <= seconds; second++) {
            TimeUnit.NANOSECONDS.sleep(from + TimeUnit.SECONDS.toNanos(second) - System.nanoTime());
            long now = tally.answered.sum();
            if (sample) {
                rows.add(row(proxy, second, now - answered));
            }
            answered = now;
        }
        stop.latch().countDown();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static Thread start(Runnable work) {
        return Thread.ofVirtual().start(work);
    }

    /** Returns when all clients have left for a while. */
    private static Row settled(Child proxy) throws IOException, InterruptedException {
        TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
        return row(proxy, 0, 0);
    }

    private static Row row(Child proxy, int second, long answered) throws IOException {
        ProcessUsage usage = proxy.usage();
        return new Row(second, usage.residentBytes(), usage.descriptors(), usage.threads(), answered);
    }

    private int judge(SoakTally tally, Row before, Row after) throws IOException {
        boolean steady = after.memory() - before.memory() <= MORE_MEMORY
                && after.descriptors() - before.descriptors() <= MORE_DESCRIPTORS
                && after.threads() - before.threads() <= MORE_THREADS;
        String report = report(tally, before, after, steady);
        System.out.print(report);
        tally.complaints().forEach(System.err::println);
        if (out != null) {
            Files.createDirectories(out);
            Files.writeString(out.resolve("soak.md"), report);
            Files.writeString(out.resolve("soak.csv"), csv());
            Files.writeString(out.resolve("soak.svg"), plot());
        }
        return steady && tally.clean() ? 0 : 1;
    }

    private String report(SoakTally tally, Row before, Row after, boolean steady) {
        return String.format(Locale.ROOT,
                """
                        <!-- made by bin/soak --minutes %d -->
                        %s: %,d messages in %d minutes, %,d lost, %,d misled, %,d refused %s. Meanwhile %,d client connections, %,d
                        half-open ones and %,d registrations came and went.

                        | the proxy | before | after | may grow by |
                        |---|---|---|---|
                        | resident memory, MiB | %.1f | %.1f | %d |
                        | descriptors | %d | %d | %d |
                        | threads | %d | %d | %d |

                        Before: after %d s of the same load and %d s without. After: %d s after its end. Second by second: soak.csv, soak.svg.
                        """,
                minutes, steady && tally.clean() ? "Passed" : "FAILED", tally.answered.sum(), minutes,
                tally.lost.sum(), tally.misled.sum(), tally.refused(), tally.refusedByCode(), tally.connections.sum(),
                tally.halfOpen.sum(), tally.registrations.sum(), before.memory() / 1048576.0,
                after.memory() / 1048576.0, MORE_MEMORY >> 20, before.descriptors(), after.descriptors(),
                MORE_DESCRIPTORS, before.threads(), after.threads(), MORE_THREADS, WARM_UP_SECONDS, SETTLE_SECONDS,
                SETTLE_SECONDS);
    }

    private String csv() {
        StringBuilder csv = new StringBuilder("second,resident_bytes,descriptors,threads,messages\n");
        rows.forEach(row -> csv.append(row.second()).append(',').append(row.memory()).append(',')
                .append(row.descriptors()).append(',').append(row.threads()).append(',').append(row.answered())
                .append('\n'));
        return csv.toString();
    }

    private String plot() {
        return LinePlot.svg("The proxy under mixed load for " + minutes + " minutes",
                List.of(new LinePlot.Line("resident memory, MiB",
                        rows.stream().map(row -> row.memory() / 1048576.0).toList()),
                        new LinePlot.Line("descriptors", rows.stream().map(row -> (double) row.descriptors()).toList()),
                        new LinePlot.Line("threads", rows.stream().map(row -> (double) row.threads()).toList()),
                        new LinePlot.Line("messages per second",
                                rows.stream().map(row -> (double) row.answered()).toList())));
    }
}
