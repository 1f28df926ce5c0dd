package io.revproc.cli;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.revproc.cli.bench.IdleConnections;
import io.revproc.cli.bench.LoadGenerator;
import io.revproc.cli.bench.LoadPlan;
import io.revproc.cli.bench.LoadResult;
import io.revproc.cli.bench.Verify;
import io.revproc.cli.tls.TlsSockets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes load and says how it was borne. */
@Command(name = "bench", description = "Make load through the proxy, or straight to a server, and measure it.", footer = {
        "Latency counts from the moment a message was due; with --rate that is by the clock, whether or not earlier",
        "answers have come, so that a stall shows (no coordinated omission). --rate keeps one core busy per thread.",
        "",
        "Examples:", "  revproc bench --connections 64 --depth 16 --duration 10s",
        "  revproc bench --mode connect --connections 64 --json", "  revproc bench --rate 20000 --duration 30s",
        "  revproc bench --verify sha1                      # the seed's servers: each reply is the payload's hash",
        "  revproc bench --port 9001 --connections 1        # a server without the proxy"})
final class BenchCommand implements Callable<Integer> {
    /** How {@code --mode} is spelled. */
    enum Mode {
        KEEP, CONNECT
    }

    private static final Pattern RANGE = Pattern.compile("(.*?)(\\d{1,6})\\.\\.(?:\\1)?(\\d{1,6})");
    private static final int MAX_POLICIES = 200_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Terminal terminal;

    @Mixin
    private CommonOptions common;
    @Mixin
    private ProxyOptions proxy;

    @Option(names = {"--connections",
            "-c"}, paramLabel = "N", defaultValue = "64", description = "Connections at a time (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(names = {"--depth",
            "-P"}, paramLabel = "N", defaultValue = "1", description = "Messages in flight on each connection (default: ${DEFAULT-VALUE}).")
    private int depth;

    @Option(names = "--mode", paramLabel = "keep|connect", defaultValue = "keep", description = "Keep the connections, or one connection per message (default: ${DEFAULT-VALUE}).")
    private Mode mode;

    @Option(names = "--policies", paramLabel = "PP_1,PP_2", defaultValue = "PP_1", split = ",", description = "The policies, used in turn; PP_1..PP_100 means a hundred (default: ${DEFAULT-VALUE}).")
    private List<String> policies;

    @Option(names = "--policy-per", paramLabel = "message|connection", defaultValue = "message", description = "Whether each message or each connection takes the next policy (default: ${DEFAULT-VALUE}).")
    private LoadPlan.PolicyPer policyPer;

    @Option(names = "--payload-size", paramLabel = "N", defaultValue = "32", description = "Characters of the payload (default: ${DEFAULT-VALUE}).")
    private int payloadSize;

    @Option(names = "--verify", paramLabel = "none|sha1|echo", defaultValue = "none", description = "What to expect as the reply: anything, the payload's SHA-1 as from the seed's servers, or the payload (default: ${DEFAULT-VALUE}).")
    private Verify verify;

    @Option(names = {"--duration",
            "-d"}, paramLabel = "TIME", defaultValue = "5s", description = "How long to measure (default: ${DEFAULT-VALUE}).")
    private Duration duration;

    @Option(names = "--warmup", paramLabel = "TIME", description = "How long to run before measuring (default: 1s; 0 with --messages).")
    private @Nullable Duration warmup;

    @Option(names = {"--messages",
            "-n"}, paramLabel = "N", defaultValue = "0", description = "End after this number of messages.")
    private long messages;

    @Option(names = "--rate", paramLabel = "N", defaultValue = "0", description = "Messages per second, sent by the clock (default: as fast as answers come).")
    private double rate;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "1", description = "Threads (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(names = "--idle", paramLabel = "N", defaultValue = "0", description = "Open N connections and hold them without a message for --duration, instead of sending.")
    private int idle;

    BenchCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        Addresses addresses = proxy.addresses();
        TlsSockets tls = proxy.sockets(terminal.directory());
        if (idle > 0 && tls != null) {
            throw CliException
                    .usage("--idle holds connections without a handshake; leave out --tls and what goes with it");
        }
        if (idle > 0) {
            return idle(addresses);
        }
        LoadPlan plan;
        try {
            plan = new LoadPlan(addresses.all(), connections, depth, mode == Mode.KEEP, expand(policies), policyPer,
                    payloadSize, verify, warmup(),
                    duration, messages, rate, threads, proxy.timeoutOr(TIMEOUT), tls);
        } catch (IllegalArgumentException e) {
            throw CliException.usage(String.valueOf(e.getMessage()));
        }
        LoadResult result;
        try {
            Progress progress = new Progress(terminal, 0, true);
            result = LoadGenerator.run(plan, (nanos, done) -> progress.draw(progress(plan, nanos, done)));
            progress.clear();
        } catch (UncheckedIOException e) {
            throw new CliException(ExitCode.UNREACHABLE,
                    "no more sockets to be had (" + e.getMessage() + "); raise ulimit -n or use fewer --connections");
        }
        if (!result.connected()) {
            throw new CliException(ExitCode.UNREACHABLE, Courier.unreachable(addresses.toString()));
        }
        terminal.out().print(common.json ? Json.write(fields(result)) + "\n" : text(addresses, result));
        return result.errorCount() == 0 && result.messages() > 0 ? ExitCode.OK : ExitCode.REFUSED;
    }

    /** Returns how far a run is: by its messages or its time, whichever ends it first at this pace. */
    static String progress(LoadPlan plan, long nanos, long done) {
        long warmup = plan.warmup().toNanos();
        if (nanos < warmup) {
            return "warming up, " + Durations.rough(warmup - nanos + plan.duration().toNanos()) + " left";
        }
        long all = warmup + plan.duration().toNanos();
        double byTime = Math.min(1, (double) nanos / all);
        double byMessages = plan.messages() == 0 ? 0 : Math.min(1, (double) done / plan.messages());
        double share = Math.max(byTime, byMessages);
        double left = share == byTime ? all - nanos : nanos / share - nanos;
        return String.format(Locale.ROOT, "%s %,d messages, %,.0f/s, %s left", Progress.bar(share), done,
                done / Math.max(1e-9, nanos / 1e9), Durations.rough(Math.round(Math.max(0, left))));
    }

    private Duration warmup() {
        return warmup != null ? warmup : messages > 0 ? Duration.ZERO : Duration.ofSeconds(1);
    }

    /** {@code PP_1..PP_3} is PP_1, PP_2, PP_3. */
    static List<String> expand(List<String> policies) {
        List<String> all = new ArrayList<>();
        for (String policy : policies) {
            Matcher range = RANGE.matcher(policy);
            if (!range.matches()) {
                all.add(policy);
                continue;
            }
            int to = Integer.parseInt(range.group(3));
            for (int i = Integer.parseInt(range.group(2)); i <= to; i++) {
                all.add(range.group(1) + i);
            }
        }
        if (all.size() > MAX_POLICIES) {
            throw new IllegalArgumentException("--policies names more than " + MAX_POLICIES);
        }
        return all;
    }

    private int idle(Addresses addresses) throws InterruptedException {
        try (IdleConnections held = IdleConnections.open(addresses.all(), idle)) {
            int opened = held.alive();
            if (opened == 0) {
                throw new CliException(ExitCode.UNREACHABLE, Courier.unreachable(addresses.toString()));
            }
            terminal.say(opened + " connections open, " + held.failed() + " failed; holding them for "
                    + Durations.show(duration.toNanos()));
            held.hold(duration);
            int alive = held.alive();
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("opened", opened);
            fields.put("failed", held.failed());
            fields.put("alive", alive);
            terminal.out().println(
                    common.json ? Json.write(fields) : opened + " opened, " + alive + " still open at the end");
            return alive == idle ? ExitCode.OK : ExitCode.REFUSED;
        }
    }

    private Map<String, Object> fields(LoadResult result) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("messages", result.messages());
        fields.put("seconds", round(result.seconds()));
        fields.put("perSecond", round(result.perSecond()));
        fields.put("errors", result.errors());
        fields.put("p50Us", result.micros(50));
        fields.put("p90Us", result.micros(90));
        fields.put("p99Us", result.micros(99));
        fields.put("p999Us", result.micros(99.9));
        fields.put("maxUs", result.maxMicros());
        fields.put("connections", connections);
        fields.put("depth", depth);
        fields.put("mode", mode.name().toLowerCase(Locale.ROOT));
        fields.put("payloadSize", payloadSize);
        fields.put("verify", verify.name().toLowerCase(Locale.ROOT));
        fields.put("rate", rate);
        fields.put("opened", result.opened());
        fields.put("generatorCpuSeconds", round(result.cpuSeconds()));
        return fields;
    }

    private static double round(double value) {
        return Math.round(value * 1_000) / 1_000.0;
    }

    private String text(Addresses addresses, LoadResult result) {
        Style style = terminal.style();
        StringBuilder errors = new StringBuilder();
        result.errors().forEach((error, count) -> errors.append(errors.isEmpty() ? "" : ", ").append(error).append(' ')
                .append(count));
        double cpu = result.messages() == 0 ? 0 : result.cpuSeconds() * 1e6 / result.messages();
        return String.format(Locale.ROOT, """
                %s  %d %s, %d in flight each, %d-byte payloads%s
                  messages  %,d in %.2fs: %s/s
                  errors    %s
                  latency   p50 %s  p90 %s  p99 %s  p99.9 %s  max %s
                  this process used %.2fus of CPU per message
                """, style.bold(addresses.toString()), connections,
                mode == Mode.KEEP ? "kept connections" : "connections at a time, one per message", depth, payloadSize,
                rate > 0 ? String.format(Locale.ROOT, ", %.0f/s due", rate) : "", result.messages(), result.seconds(),
                style.bold(String.format(Locale.ROOT, "%,.0f", result.perSecond())),
                errors.isEmpty() ? style.good("none") : style.bad(errors.toString()), micros(result, 50),
                micros(result, 90), micros(result, 99), micros(result, 99.9),
                Durations.show(Math.round(result.maxMicros() * 1e3)), cpu);
    }

    private static String micros(LoadResult result, double percentile) {
        return Durations.show(Math.round(result.micros(percentile) * 1e3));
    }
}
