package io.revproc.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Many deliveries at once: each worker has its own connection and takes the next packet when it is done with the last. Shows a
 * bar on a terminal, each failure as it comes (up to a bound), and a summary.
 */
final class Campaign {
    private static final int MOST_FAILURES_SHOWN = 10;

    private final Terminal terminal;
    private final Report report;
    private final boolean json;
    private final Progress progress;
    private final Map<String, Integer> failures = new TreeMap<>();
    private Delivery.Outcome worst = Delivery.Outcome.MATCHED;
    private int matched;
    private int failed;
    private @Nullable RuntimeException broken;

    /** @param total how many there will be; 0 if that is not known */
    Campaign(Terminal terminal, Report report, boolean json, long total) {
        this.terminal = terminal;
        this.report = report;
        this.json = json;
        this.progress = new Progress(terminal, total);
    }

    /** @return the exit code */
    int run(Supplier<@Nullable Packet> packets, Supplier<Courier> couriers, int concurrency)
            throws InterruptedException {
        long start = System.nanoTime();
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < concurrency; i++) {
            workers.add(Thread.ofVirtual().start(() -> work(packets, couriers)));
        }
        for (Thread worker : workers) {
            worker.join();
        }
        progress.clear();
        if (broken != null) {
            throw broken;
        }
        if (!json) {
            terminal.out().println(summary(System.nanoTime() - start));
        }
        return worst.exitCode();
    }

    private void work(Supplier<@Nullable Packet> packets, Supplier<Courier> couriers) {
        try (Courier courier = couriers.get()) {
            for (Packet next = take(packets); next != null; next = take(packets)) {
                note(courier.deliver(next));
            }
        } catch (RuntimeException e) {
            synchronized (this) {
                broken = e;
            }
        }
    }

    private synchronized @Nullable Packet take(Supplier<@Nullable Packet> packets) {
        return worst == Delivery.Outcome.UNREACHABLE || broken != null ? null : packets.get();
    }

    private synchronized void note(Delivery delivery) {
        worst = worst.worse(delivery.outcome());
        boolean good = delivery.outcome() == Delivery.Outcome.MATCHED;
        if (good) {
            matched++;
        } else {
            failed++;
            failures.merge(name(delivery), 1, Integer::sum);
        }
        if (json || !good && failed <= MOST_FAILURES_SHOWN) {
            progress.clear();
            report.show(delivery);
        }
        progress.step();
    }

    private static String name(Delivery delivery) {
        Function<Answer.Refused, String> code = refused -> refused.code() == null ? "REFUSED" : refused.code();
        return delivery.answer() instanceof Answer.Refused refused ? code.apply(refused) : delivery.outcome().name();
    }

    private String summary(long nanos) {
        Style style = terminal.style();
        StringBuilder reasons = new StringBuilder();
        failures.forEach((name, count) -> reasons.append(reasons.isEmpty() ? " (" : ", ").append(name).append(' ')
                .append(count));
        return matched + failed + " messages: " + style.good(matched + " matched")
                + (failed == 0 ? "" : ", " + style.bad(failed + " failed") + reasons + ")") + ", "
                + Durations.show(nanos)
                + String.format(Locale.ROOT, ", %.0f/s", (matched + failed) / (nanos / 1e9));
    }
}
