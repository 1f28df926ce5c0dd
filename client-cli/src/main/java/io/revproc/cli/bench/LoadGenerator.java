package io.revproc.cli.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

import org.HdrHistogram.Histogram;

/** Makes load by plan and measures it. */
public final class LoadGenerator {
    private LoadGenerator() {}

    /** Takes as long as the plan says. @throws UncheckedIOException if this machine has no more sockets to give */
    public static LoadResult run(LoadPlan plan) throws InterruptedException {
        PreparedMessages prepared = PreparedMessages.of(plan.policies(), plan.payloadSize());
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
        double cpu = cpuAfter(from, running);
        for (Thread thread : running) {
            thread.join();
        }
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

    /** The CPU time at the beginning of the measurement. */
    private static double cpuAfter(long from, List<Thread> running) throws InterruptedException {
        for (Thread thread : running) {
            long left = from - System.nanoTime();
            if (left > 0) {
                thread.join(java.time.Duration.ofNanos(left));
            }
        }
        return cpuSeconds();
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
