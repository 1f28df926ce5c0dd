package io.revproc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

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

    @Option(names = "--work", split = ",", defaultValue = "A,B,C,M,D,E1,E16,E256,R", description = "what to run: ${COMPLETION-CANDIDATES} (default: all)")
    private List<Work> works = List.of();

    @Option(names = "--servers", split = ",", defaultValue = "10,1000,100000", description = "sizes of the switch table to run work b with; none: --servers ''")
    private List<String> servers = List.of();

    @Option(names = "--idle", defaultValue = "9000", description = "idle connections to hold; 0: skip")
    private int idle;

    @Option(names = "--starts", defaultValue = "0", description = "starts of the programs to time; 0: skip")
    private int starts;

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
        Map<Work, Pairs> results = new EnumMap<>(Work.class);
        List<Report.TableSize> sizes = new ArrayList<>();
        Report.Idle held = null;
        String startTimes = starts > 0 ? new StartTimes(home, scratch).measure(starts) : "";
        System.err.print(startTimes);
        try (SideBySide run = new SideBySide(home, scratch, seconds, options, null)) {
            if (idle > 0) {
                held = new Report.Idle(idle, run.idleBytes(run.revproc(), idle), run.idleBytes(run.other(), idle));
                System.err.printf(Locale.ROOT, "idle connection: revproc %.0f B, haproxy %.0f B%n", held.ours(),
                        held.theirs());
            }
            for (Work work : works) {
                results.put(work, measure(run, work));
            }
            int registered = 0;
            for (String size : servers) {
                if (!size.isBlank()) {
                    int wanted = Integer.parseInt(size.strip());
                    run.register(registered, wanted);
                    registered = wanted;
                    List<Sample> samples = new ArrayList<>();
                    for (int i = 0; i < pairs; i++) {
                        samples.add(run.run(Work.B, run.revproc()));
                    }
                    sizes.add(new Report.TableSize(wanted, samples));
                    System.err.printf(Locale.ROOT, "%d servers: %.2f us/message%n", wanted,
                            Spread.of(samples, Sample::cpuMicros).median());
                }
            }
        }
        Report report = new Report(pairs, seconds, results, sizes, held, startTimes);
        System.out.println(report.markdown());
        if (out != null) {
            report.write(out);
        }
        return results.values().stream().mapToLong(Pairs::errors).sum() == 0 ? 0 : 1;
    }

    /** Returns 1 where a work has become slower beyond doubt, or had errors. */
    private int compare(Path home, Path scratch, Path base) throws IOException, InterruptedException {
        Comparison comparison = new Comparison();
        try (SideBySide run = new SideBySide(home, scratch, seconds, options, base)) {
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
