package io.revproc.cli.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

import org.HdrHistogram.Histogram;

/** Makes load by plan and measures it. */
public final class LoadGenerator {
    private static final long CHECK_INTERVAL_NANOS = 200_000_000;

    private LoadGenerator() {}

    /** Is told several times a second how a run goes. */
    public interface Watcher {
        /**
         * @param nanos since the start of the warm-up, or of the measurement where there is none
         * @param done  messages that were answered or failed in that time
         */
        void at(long nanos, long done);
    }

    /**
     * Takes as long as the plan says.
     *
     * @param watcher called by the calling thread
     * @throws UncheckedIOException if this machine has no more sockets to give
     */
    public static LoadResult run(LoadPlan plan, Watcher watcher) throws InterruptedException {
        PreparedMessages prepared = PreparedMessages.of(plan.policies(), plan.payloadSize(), plan.verify());
        int threads = Math.min(plan.threads(), plan.connections());
        long start = System.nanoTime();
        long from = start + plan.warmup().toNanos();
        long to = from + plan.duration().toNanos();
        List<Tally> tallies = new ArrayList<>();
        List<Thread> running = new ArrayList<>();
        AtomicReference<IOException> failure = new AtomicReference<>();
        for (int i = 0; i < threads; i++) {
            Tally tally = new Tally(from, to, plan.rate() > 0);
            tallies.add(tally);
            long messages = plan.messages() == 0
                    ? 0
                    : Math.max(1, plan.messages() / threads + (i < plan.messages() % threads ? 1 : 0));
            List<Connection> share = connections(plan, prepared, i, threads);
            Schedule schedule = new Schedule(start, to, plan.rate() / threads, messages);
            running.add(Thread.ofPlatform().name("bench-" + i).start(() -> {
                try {
                    new Worker(plan, schedule, share, prepared, tally).run(start, to);
                } catch (IOException e) {
                    failure.set(e);
                }
            }));
        }
        Runnable look = () -> watcher.at(System.nanoTime() - start,
                tallies.stream().mapToLong(Tally::published).sum());
        await(running, from, look);
        double cpu = cpuSeconds();
        await(running, Long.MAX_VALUE, look);
        IOException failed = failure.get();
        if (failed != null) {
            throw new UncheckedIOException(failed);
        }
        return result(tallies, from, Math.min(System.nanoTime(), to), cpuSeconds() - cpu);
    }

    private static List<Connection> connections(LoadPlan plan, PreparedMessages prepared, int thread, int threads) {
        List<Connection> share = new ArrayList<>();
        int policies = plan.policies().size();
        // not all threads begin with the same message
        MessageCycle all = new MessageCycle(thread * prepared.size() / threads, 1, prepared.size());
        for (int i = thread; i < plan.connections(); i += threads) {
            MessageCycle cycle = plan.policyPer() == LoadPlan.PolicyPer.MESSAGE
                    ? all
                    : new MessageCycle(i % policies, policies, prepared.size());
            share.add(new Connection(plan.targets().get(i % plan.targets().size()), prepared.messages, cycle,
                    plan.depth(), plan.tls()));
        }
        return share;
    }

    /**
     * Waits for the threads to end, but not beyond a moment.
     *
     * @param until by System.nanoTime(); Long.MAX_VALUE: for ever
     */
    private static void await(List<Thread> running, long until, Runnable look) throws InterruptedException {
        for (Thread thread : running) {
            while (thread.isAlive()) {
                long left = until == Long.MAX_VALUE
                        ? CHECK_INTERVAL_NANOS
                        : Math.min(CHECK_INTERVAL_NANOS, until - System.nanoTime());
                if (left <= 0) {
                    return;
                }
                thread.join(Duration.ofNanos(left));
                look.run();
            }
        }
    }

    private static double cpuSeconds() {
        return ProcessHandle.current().info().totalCpuDuration().map(cpu -> cpu.toNanos() / 1e9).orElse(0.0);
    }

    private static LoadResult result(List<Tally> tallies, long from, long end, double cpu) {
        Histogram latency = tallies.getFirst().latency;
        SortedMap<String, Long> errors = new TreeMap<>();
        long messages = 0;
        long opened = 0;
        for (Tally tally : tallies) {
            if (tally.latency != latency) {
                latency.add(tally.latency);
            }
            tally.errors.forEach((error, count) -> errors.merge(error, count, Long::sum));
            messages += tally.messages;
            opened += tally.opened;
        }
        return new LoadResult(messages, Math.max(0, end - from) / 1e9, errors, latency, Math.max(0, cpu), opened);
    }
}
