package io.revproc.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.revproc.cli.bench.Verify;
import org.jspecify.annotations.Nullable;

/**
 * Sends packets, several at once if asked to: each worker has its own connection and takes the next packet when it is done with the
 * last. Replies are shown in the order of the packets, each as soon as those before it have been.
 */
final class Campaign {
    private static final int MAX_FAILURES_SHOWN = 10;
    /** How many packets, beyond the number of workers, may be ahead of the first packet without a reply. */
    private static final int AHEAD = 64;

    /**
     * The display of a run.
     *
     * @param verify  what replies were compared with
     * @param json    whether all that is shown is JSON
     * @param replies false: the summary alone, and the first failures
     * @param summary whether the summary of several messages is said where replies are shown and nothing has failed
     * @param bar     whether a bar shows how far it is
     */
    record View(Verify verify, boolean json, boolean replies, boolean summary, boolean bar) {}

    private record Turn(long number, Packet packet) {}

    private final Terminal terminal;
    private final Report report;
    private final View view;
    private final Progress progress;
    private final String unit;

    /** Guards the source of the packets, which may block, and {@link #taken}. */
    private final ReentrantLock reading = new ReentrantLock();
    private long taken;

    // What follows is guarded by this object.
    private final Map<Long, Delivery> early = new HashMap<>();
    private final Map<String, Integer> failures = new TreeMap<>();
    private Delivery.Outcome worst = Delivery.Outcome.ANSWERED;
    private long shown;
    private long answered;
    private long failed;
    private @Nullable RuntimeException broken;

    /**
     * @param unit  what a packet is in its source, for complaints
     * @param total how many there will be; 0 if that is not known
     */
    Campaign(Terminal terminal, Report report, View view, String unit, long total) {
        this.terminal = terminal;
        this.report = report;
        this.view = view;
        this.unit = unit;
        this.progress = new Progress(terminal, total, view.bar() && total != 1);
    }

    /** @return the exit code */
    int run(Supplier<@Nullable Packet> packets, Supplier<Courier> couriers, int concurrency)
            throws InterruptedException {
        long start = System.nanoTime();
        if (concurrency == 1) {
            work(packets, couriers, concurrency);
        } else {
            List<Thread> workers = new ArrayList<>();
            for (int i = 0; i < concurrency; i++) {
                workers.add(Thread.ofVirtual().start(() -> work(packets, couriers, concurrency)));
            }
            for (Thread worker : workers) {
                worker.join();
            }
        }
        return end(System.nanoTime() - start);
    }

    private synchronized int end(long nanos) {
        progress.clear();
        if (broken != null) {
            throw broken;
        }
        if (!view.json() && !view.replies()) {
            terminal.out().println(summary(nanos, terminal.style()));
        } else if (!view.json() && answered + failed > 1 && (failed > 0 || view.summary())) {
            terminal.say(summary(nanos, new Style(false)));
        }
        return worst.exitCode();
    }

    private void work(Supplier<@Nullable Packet> packets, Supplier<Courier> couriers, int concurrency) {
        try (Courier courier = couriers.get()) {
            for (Turn next = take(packets, concurrency); next != null; next = take(packets, concurrency)) {
                note(next.number(), courier.deliver(next.packet()));
            }
        } catch (RuntimeException e) {
            synchronized (this) {
                broken = e;
                notifyAll();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable Turn take(Supplier<@Nullable Packet> packets, int concurrency) throws InterruptedException {
        reading.lockInterruptibly();
        try {
            if (!mayGoOn(taken, concurrency)) {
                return null;
            }
            Packet packet = packets.get();
            return packet == null ? null : new Turn(taken++, packet);
        } finally {
            reading.unlock();
        }
    }

    /** Waits until a packet of that number may be sent. @return false if no more are to be */
    private synchronized boolean mayGoOn(long number, int concurrency) throws InterruptedException {
        while (!hasEnded() && number - shown >= AHEAD + concurrency) {
            wait();
        }
        return !hasEnded();
    }

    private boolean hasEnded() {
        return worst == Delivery.Outcome.UNREACHABLE || broken != null;
    }

    private synchronized void note(long number, Delivery delivery) {
        worst = worst.worse(delivery.outcome());
        boolean good = delivery.outcome() == Delivery.Outcome.ANSWERED;
        if (good) {
            answered++;
        } else {
            failed++;
            failures.merge(name(delivery), 1, Integer::sum);
        }
        if (view.replies()) {
            early.put(number, delivery);
            for (Delivery next = early.remove(shown); next != null; next = early.remove(shown)) {
                show(next, shown++);
            }
        } else {
            shown++;
            if (!good && failed <= MAX_FAILURES_SHOWN) {
                show(delivery, 0);
            }
        }
        notifyAll();
        progress.step();
    }

    private void show(Delivery delivery, long number) {
        boolean good = delivery.outcome() == Delivery.Outcome.ANSWERED;
        if (!good) {
            progress.clear();
        }
        report.show(delivery, good || number == 0 && !unit.equals("line") ? "" : unit + " " + (number + 1) + ": ");
    }

    private static String name(Delivery delivery) {
        if (delivery.answer() instanceof Answer.Refused refused) {
            return refused.code() == null ? "REFUSED" : refused.code();
        }
        return delivery.outcome().name();
    }

    private String summary(long nanos, Style style) {
        StringBuilder reasons = new StringBuilder();
        failures.forEach((name, count) -> reasons.append(reasons.isEmpty() ? " (" : ", ").append(Style.safe(name))
                .append(' ').append(count));
        String good = answered + (view.verify() == Verify.NONE ? " answered" : " matched");
        return answered + failed + " messages: " + style.good(good)
                + (failed == 0 ? "" : ", " + style.bad(failed + " failed") + reasons + ")") + ", "
                + Durations.show(nanos) + String.format(Locale.ROOT, ", %.0f/s", (answered + failed) / (nanos / 1e9));
    }
}
