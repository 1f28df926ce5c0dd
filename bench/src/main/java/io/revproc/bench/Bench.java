package io.revproc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program behind {@code bin/bench}. */
@Command(name = "bench", mixinStandardHelpOptions = true, sortOptions = false, description = "Runs the same load against HAProxy, or another revision of this proxy, and this proxy, in turn, and compares.")
final class Bench implements Callable<Integer> {
    @Option(names = "--pairs", defaultValue = "5", description = "runs against each of the two (default: ${DEFAULT-VALUE})")
    private int pairs;

    @Option(names = "--seconds", defaultValue = "5", description = "length of a run (default: ${DEFAULT-VALUE})")
    private int seconds;

    @Option(names = "--work", split = ",", defaultValue = "A,B,C,M,D,E1,E16,E256,R,T", description = "what to run: ${COMPLETION-CANDIDATES} (default: all)")
    private List<Work> works = List.of();

    @Option(names = "--servers", split = ",", defaultValue = "10,1000,100000", description = "sizes of the switch table to run work b with; none: --servers ''")
    private List<String> servers = List.of();

    @Option(names = "--idle", defaultValue = "9000", description = "idle connections to hold; 0: skip")
    private int idle;

    @Option(names = "--starts", defaultValue = "0", description = "starts of the programs to time; 0: skip")
    private int starts;

    @Option(names = "--fresh", defaultValue = "0", description = "fresh proxies to put under full load, by the script and from the jar, a minute and a half each; 0: skip")
    private int fresh;

    @Option(names = "--part", split = ",", defaultValue = "WORKS,SIZES,IDLE,STARTS,PEERS,TAILS,FRESH,CURVES", description = "what to do: ${COMPLETION-CANDIDATES} (default: all); works, sizes, idle and starts are one table, peers and tails another")
    private List<Part> parts = List.of();

    @Option(names = "--peers", split = ",", defaultValue = "HAPROXY,NGINX,NATS,MOSQUITTO,RELAY", description = "what to compare with, where it is installed: ${DEFAULT-VALUE} (default: all)")
    private List<Peer> peers = List.of();

    @Option(names = "--rates", split = ",", defaultValue = "10,50,80", description = "percent of each one's capacity to measure latency at (default: ${DEFAULT-VALUE})")
    private List<Integer> rates = List.of();

    @Option(names = "--tail-seconds", defaultValue = "5", description = "length of a run by the clock; 600 for a long one (default: ${DEFAULT-VALUE})")
    private int tailSeconds;

    @Option(names = "--haproxy", description = "the program to run as HAProxy, for a newer one than the installed (default: the installed)")
    private @Nullable Path haproxy;

    @Option(names = "--curve-limit", defaultValue = "100000", description = "the largest size on a curve; a hundred thousand servers take minutes to register (default: ${DEFAULT-VALUE})")
    private int curveLimit;

    @Option(names = "--out", description = "folder for the report and its plots (default: print the table only)")
    private @Nullable Path out;

    @Option(names = "--compare", description = "compare with this proxy of another revision: a commit, a branch, a tag. Only --work, --pairs, --seconds and --option count then")
    private @Nullable Path base;

    @Option(names = "--option", description = "a further option of the proxy, such as --revproc.listener.transport=epoll")
    private List<String> options = List.of();

    public static void main(String[] args) {
        System.exit(new CommandLine(new Bench()).setCaseInsensitiveEnumValuesAllowed(true).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path home = Path.of(System.getProperty("revproc.home", "."));
        Path scratch = Files.createTempDirectory("revproc-bench");
        System.err.println("logs of the programs: " + scratch);
        if (base != null) {
            return compare(home, scratch, base);
        }
        leaveOutWhatIsMissing(home);
        StartTimes.Times startTimes = parts.contains(Part.STARTS)
                ? new StartTimes(home, scratch).measure(starts)
                : new StartTimes.Times(List.of(), List.of(), List.of());
        System.err.print(startTimes.markdown());
        Report report = sideBySide(home, scratch, startTimes);
        String pace = String.format(Locale.ROOT, " --pairs %d --seconds %d%s", pairs, seconds,
                options.stream().map(" --option="::concat).collect(Collectors.joining()));
        keep(report, pace);
        PeerTable table = new PeerTable();
        if (parts.contains(Part.PEERS) || parts.contains(Part.TAILS)) {
            table = new PeerComparison(home, scratch, haproxy, options).run(peers, pairs, seconds, tails());
            keep(table, pace + " --tail-seconds " + tailSeconds);
        }
        if (parts.contains(Part.FRESH)) {
            keep(new Fresh(home, scratch, options).measure(fresh), " --part FRESH --fresh " + fresh);
        }
        if (parts.contains(Part.CURVES)) {
            keep(new Curves(home, scratch, pairs, seconds, curveLimit, options).measure(), " --part CURVES" + pace);
        }
        return report.errors() + table.errors() == 0 ? 0 : 1;
    }

    /** Prints and writes it at once, so that it is not lost with a later part that fails. */
    private void keep(Result result, String arguments) throws IOException {
        if (result.isEmpty()) {
            return;
        }
        System.out.println(result.markdown());
        if (out != null) {
            result.write(out, "bin/bench" + arguments);
            result.targets().write(out);
        }
    }

    private PeerComparison.Tails tails() {
        return new PeerComparison.Tails(parts.contains(Part.TAILS) ? rates : List.of(), tailSeconds);
    }

    /** Leaves out what needs a program that is not installed, and says how to get it. */
    private void leaveOutWhatIsMissing(Path home) {
        haproxy = haproxy != null ? haproxy : Peer.HAPROXY.program();
        if (haproxy == null) {
            leaveOut(Part.BESIDE_HAPROXY, Peer.HAPROXY.title, Peer.HAPROXY.toInstall());
        }
        if (!Files.isExecutable(PeerRun.load(home))) {
            leaveOut(Part.LOAD_IN_C, "gcc", "apt-get install gcc libc6-dev");
        }
    }

    private void leaveOut(Set<Part> without, String program, @Nullable String install) {
        if (parts.stream().anyMatch(without::contains)) {
            System.err.printf("%s is not installed, so %s are left out; to get it: %s%n", program, without, install);
            parts = parts.stream().filter(part -> !without.contains(part)).toList();
        }
    }

    /** This proxy and HAProxy, or nothing where none of that was asked for. */
    private Report sideBySide(Path home, Path scratch, StartTimes.Times startTimes)
            throws IOException, InterruptedException {
        Map<Work, Pairs> results = new EnumMap<>(Work.class);
        List<Report.TableSize> sizes = new ArrayList<>();
        Report.Idle held = null;
        Path program = haproxy;
        if (program == null || parts.stream().noneMatch(Part.BESIDE_HAPROXY::contains)) {
            return new Report(results, sizes, held, startTimes);
        }
        List<Work> plain = parts.contains(Part.WORKS) ? works.stream().filter(work -> !work.tls()).toList() : List.of();
        try (SideBySide run = new SideBySide(home, scratch, seconds, options, null, program, null)) {
            if (parts.contains(Part.IDLE) && idle > 0) {
                held = new Report.Idle(idle, SideBySide.idleBytes(run.revproc(), idle),
                        SideBySide.idleBytes(run.other(), idle));
                System.err.printf(Locale.ROOT, "idle connection: revproc %.0f B, haproxy %.0f B%n", held.ours(),
                        held.theirs());
            }
            for (Work work : plain) {
                results.put(work, measure(run, work));
            }
            if (parts.contains(Part.SIZES)) {
                sizes.addAll(sizes(run));
            }
        }
        if (parts.contains(Part.WORKS) && works.contains(Work.T)) {
            Certificates certificates = Certificates.make(home, scratch.resolve("tls"));
            try (SideBySide run = new SideBySide(home, scratch, seconds, options, null, program,
                    certificates)) {
                results.put(Work.T, measure(run, Work.T));
            }
        }
        return new Report(results, sizes, held, startTimes);
    }

    private List<Report.TableSize> sizes(SideBySide run) throws IOException, InterruptedException {
        List<Report.TableSize> sizes = new ArrayList<>();
        int registered = 0;
        for (String size : servers) {
            if (size.isBlank()) {
                continue;
            }
            int wanted = Integer.parseInt(size.strip());
            SideBySide.register(run.revproc().port(), registered, wanted);
            registered = wanted;
            List<Sample> samples = new ArrayList<>();
            for (int i = 0; i < pairs; i++) {
                samples.add(run.run(Work.B, run.revproc()));
            }
            sizes.add(new Report.TableSize(wanted, samples));
            System.err.printf(Locale.ROOT, "%d servers: %.2f us/message%n", wanted,
                    Spread.of(samples, Sample::cpuMicros).median());
        }
        return sizes;
    }

    /** Returns 1 where a work has become slower beyond doubt, or had errors. */
    private int compare(Path home, Path scratch, Path base) throws IOException, InterruptedException {
        Comparison comparison = new Comparison();
        try (SideBySide run = new SideBySide(home, scratch, seconds, options, base, base, null)) {
            for (Work work : works) {
                comparison.add(work, measure(run, work));
            }
        }
        System.out.print(comparison.markdown());
        return comparison.isWorse() ? 1 : 0;
    }

    private Pairs measure(SideBySide run, Work work) throws IOException, InterruptedException {
        run.warmUp(work);
        Pairs result = new Pairs(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < pairs; i++) {
            result.theirs().add(run.run(work, run.other()));
            result.ours().add(run.run(work, run.revproc()));
            if (work == Work.D) {
                result.direct().add(run.run(work, run.server()));
            }
        }
        System.err.printf(Locale.ROOT, "%s: revproc %.2f us, %s %.2f us, ratio %s, errors %d%n", work.letter,
                Spread.of(result.ours(), Sample::cpuMicros).median(), run.other().name(),
                Spread.of(result.theirs(), Sample::cpuMicros).median(), result.cpuRatio().text("%.2f"),
                result.errors());
        return result;
    }
}
