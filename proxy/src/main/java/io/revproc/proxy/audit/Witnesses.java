package io.revproc.proxy.audit;

import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import io.revproc.record.Checkpoint;
import io.revproc.record.tlog.Note;
import io.revproc.record.tlog.TileNodes;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has checkpoints cosigned by witnesses, on virtual threads: in each round all of them are brought the same one, the newest, and what
 * came back within the round goes out with it. A witness is asked once at a time; one that fails rests before it is asked again.
 * Thread-safe.
 */
public final class Witnesses implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Witnesses.class);
    /** The action in the record that says that a witness has cosigned what this log is no continuation of. */
    static final String CONTRADICTED = "witness-contradicts";
    /** A checkpoint that more witnesses cosigned is shown so long before a newer one takes its place. */
    static final Duration SHOWN = Duration.ofMinutes(1);

    private static final Duration CONNECT = Duration.ofSeconds(3);
    /** A round waits so long for answers; what comes later is added. */
    static final Duration ROUND = Duration.ofSeconds(3);

    private static final Duration FAREWELL = Duration.ofSeconds(4);
    private static final Duration LONGEST_REST = Duration.ofMinutes(1);

    /**
     * How a witness stands.
     *
     * @param name         of its key
     * @param size         entries that it cosigned last; 0: none since the start
     * @param at           when that was; null: not since the start
     * @param failing      whether it did not cosign when it was asked last
     * @param contradicted whether it says that this log is not the one that it cosigned
     */
    public record Status(String name, long size, @Nullable Instant at, boolean failing, boolean contradicted) {}

    /** A checkpoint and who cosigned it. */
    private record Shown(Checkpoint checkpoint, int cosignatures) {}

    private final class Asked {
        private final String name;
        private final WitnessClient client;
        private boolean busy;
        private long rest;
        private long notBefore = System.nanoTime();
        private Status status;

        Asked(AuditSettings.Witness witness) {
            name = witness.key().name();
            client = new WitnessClient(witness, http, tiles);
            status = new Status(name, 0, null, false, false);
        }

        boolean lacks(Checkpoint checkpoint) {
            return status.failing() || status.size() < checkpoint.size();
        }
    }

    private static final class Round {
        private final Checkpoint checkpoint;
        private final List<Note.Signed> signatures = new ArrayList<>();
        private boolean over;

        Round(Checkpoint checkpoint) {
            this.checkpoint = checkpoint;
        }
    }

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT).build();
    private final TileNodes.TileSource tiles;
    private final AuditTrail trail;
    private final Duration interval;
    private final Duration patience;
    private final List<Asked> all;
    private final AtomicReference<@Nullable Checkpoint> newest = new AtomicReference<>();
    private final AtomicLong failures = new AtomicLong();
    private final Thread thread;
    private volatile @Nullable Shown shown;
    private volatile boolean closing;

    /**
     * @param tiles    of the log
     * @param trail    hears of contradictions
     * @param interval rounds begin no sooner than this after each other
     * @param patience a round waits so long for answers
     */
    Witnesses(List<AuditSettings.Witness> witnesses, TileNodes.TileSource tiles, AuditTrail trail, Duration interval,
            Duration patience) {
        this.patience = patience;
        this.tiles = tiles;
        this.trail = trail;
        this.interval = interval;
        all = witnesses.stream().map(Asked::new).toList();
        thread = Thread.ofVirtual().name("audit-witnesses").start(this::run);
    }

    /** Takes the newest checkpoint; never blocks. */
    void offer(Checkpoint checkpoint) {
        newest.set(checkpoint);
        LockSupport.unpark(thread);
    }

    /** Returns the checkpoint to show to others; null if there was no round yet. */
    @Nullable
    Checkpoint shown() {
        Shown now = shown;
        return now == null ? null : now.checkpoint();
    }

    /** Returns how the witnesses stand. */
    synchronized List<Status> status() {
        return all.stream().map(asked -> asked.status).toList();
    }

    /** Returns how often a witness was asked and did not cosign. */
    long failures() {
        return failures.get();
    }

    private void run() {
        long next = System.nanoTime();
        Checkpoint checkpoint = null;
        boolean last;
        do {
            for (long wait = nanosTo(next, checkpoint); !closing && wait > 0; wait = nanosTo(next, checkpoint)) {
                LockSupport.parkNanos(this, wait);
            }
            last = closing;
            Checkpoint fresh = newest.getAndSet(null);
            checkpoint = fresh == null ? checkpoint : fresh;
            if (checkpoint != null) {
                next = System.nanoTime() + interval.toNanos();
                round(new Round(checkpoint));
            }
        } while (!last);
    }

    /** Returns how long it is to the next round: there is a newer checkpoint, or a witness that did not cosign this one has rested. */
    private synchronized long nanosTo(long next, @Nullable Checkpoint checkpoint) {
        long now = System.nanoTime();
        if (newest.get() != null) {
            return next - now;
        }
        long wait = Long.MAX_VALUE;
        for (Asked asked : all) {
            if (checkpoint != null && !asked.busy && asked.lacks(checkpoint)) {
                wait = Math.min(wait, Math.max(next - now, asked.notBefore - now));
            }
        }
        return wait;
    }

    private void round(Round round) {
        List<Asked> free = free(round);
        CountDownLatch answers = new CountDownLatch(free.size());
        for (Asked asked : free) {
            Thread.ofVirtual().name("audit-witness").start(() -> {
                try {
                    answered(asked, asked.client.ask(round.checkpoint), round);
                } finally {
                    answers.countDown();
                }
            });
        }
        try {
            answers.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            round.over = true;
            show(round);
        }
    }

    private synchronized List<Asked> free(Round round) {
        long now = System.nanoTime();
        List<Asked> free = all.stream()
                .filter(asked -> !asked.busy && asked.lacks(round.checkpoint)
                        && (asked.notBefore - now <= 0 || closing))
                .toList();
        free.forEach(asked -> asked.busy = true);
        return free;
    }

    private synchronized void answered(Asked asked, WitnessClient.Answer answer, Round round) {
        asked.busy = false;
        LockSupport.unpark(thread);
        Status before = asked.status;
        switch (answer) {
            case WitnessClient.Answer.Cosigned cosigned -> {
                asked.rest = 0;
                asked.status = new Status(asked.name, round.checkpoint.size(), Instant.now(), false, false);
                if (before.at() == null || before.failing()) {
                    log.info("event=witness_cosigns witness={} size={}", LogValue.of(asked.name),
                            round.checkpoint.size());
                }
                round.signatures.add(cosigned.signature());
                if (round.over) {
                    show(round);
                }
            }
            case WitnessClient.Answer.Contradicted contradicted -> {
                failed(asked, true);
                if (!before.contradicted()) {
                    log.error("event=witness_contradicts witness={} size={} reason={}", LogValue.of(asked.name),
                            round.checkpoint.size(), LogValue.of(contradicted.reason()));
                    trail.note(CONTRADICTED, "witness " + asked.name, "", contradicted.reason());
                }
            }
            case WitnessClient.Answer.Failed failed -> {
                failed(asked, before.contradicted());
                if (!before.failing() && !closing) {
                    log.warn("event=witness_failed witness={} size={} reason={}", LogValue.of(asked.name),
                            round.checkpoint.size(), LogValue.of(failed.reason()));
                }
            }
        }
    }

    private void failed(Asked asked, boolean contradicted) {
        failures.incrementAndGet();
        asked.rest = Math.clamp(2 * asked.rest, interval.toNanos(), LONGEST_REST.toNanos());
        asked.notBefore = System.nanoTime() + asked.rest;
        asked.status = new Status(asked.name, asked.status.size(), asked.status.at(), true, contradicted);
    }

    private void show(Round round) {
        Checkpoint of = round.checkpoint;
        Shown now = shown;
        // another round of the same one adds to what there is
        Note note = now != null && now.checkpoint().size() == of.size() ? now.checkpoint().note() : of.note();
        Note cosigned = note.with(round.signatures);
        Shown candidate = new Shown(new Checkpoint(of.segment(), of.time(), of.head(), cosigned),
                cosigned.signatures().size() - of.note().signatures().size());
        if (now == null || replaces(candidate.checkpoint(), candidate.cosignatures(), now.checkpoint(),
                now.cosignatures())) {
            shown = candidate;
        }
    }

    /** Returns whether a checkpoint is rather shown than another one: the newest that most witnesses cosigned, but none that is old. */
    static boolean replaces(Checkpoint candidate, int cosignatures, Checkpoint shown, int itsCosignatures) {
        if (candidate.size() < shown.size()) {
            return false;
        }
        return cosignatures >= itsCosignatures || shown.time().isBefore(candidate.time().minus(SHOWN));
    }

    /** Brings the newest one to all, within bounds. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        LastMoments.await(thread, FAREWELL, () -> log.warn("event=witness_failed reason=\"no answer before the end\""));
        http.shutdownNow();
    }
}
