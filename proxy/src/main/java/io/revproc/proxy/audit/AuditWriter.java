package io.revproc.proxy.audit;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import io.revproc.record.ChainEnd;
import io.revproc.record.Checkpoint;
import io.revproc.record.Entry;
import io.revproc.record.RemovedSegments;
import io.revproc.record.SegmentHeader;
import io.revproc.record.TreeFiles;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes the record: takes what the event loops put into their rings, numbers it, grows the log's tree, signs
 * now and then, and writes all that came meanwhile at once. A write that fails is tried again until it succeeds. A fault in the
 * program does not end it: what was taken stays, nothing more is accepted until a turn goes well, and that is tried again.
 */
final class AuditWriter implements Runnable, Attempts.Listener {
    private static final Logger log = LoggerFactory.getLogger(AuditWriter.class);
    /** Entries that one look at a ring takes. */
    private static final int BATCH_ENTRIES = 1024;
    private static final int MAX_NOTES = 1024;
    private static final long IDLE_NANOS = 250_000_000;
    /** Longest wait after a fault in the program; the first is {@link Attempts#RETRY_DELAY_MILLIS}, and each is twice the one before. */
    private static final long MAX_PAUSE_MILLIS = 5_000;
    /** The number of faults in a row after which the writer counts as dead. */
    static final int FAULTS_OF_A_DEAD_ONE = 3;
    private static final String UNWRITTEN = "The delivery record could not be written";

    record Note(long millis, String action, String who, String subject, String detail) {}

    private final AuditSettings settings;
    private final SegmentFiles files;
    private final TreeFiles tree;
    private final Batch batch;
    private final Outgoing outgoing;
    private final WriterSignal signal;
    private final Forcer forcer;
    private final ForcePolicy policy;
    private final Attempts attempts;
    private final Rotation rotation;
    private final List<LoopLog> loops = new CopyOnWriteArrayList<>();
    private final ArrayBlockingQueue<Note> notes = new ArrayBlockingQueue<>(MAX_NOTES);
    private final AtomicLong notesLost = new AtomicLong();
    private long lostSaid;
    private long checkpointNanos;
    private volatile long written;
    private volatile boolean ending;
    private volatile boolean receiptsWait;
    private volatile long faults;
    /** The faults since the last turn that succeeded. */
    private volatile int faultsInARow;

    AuditWriter(AuditSettings settings, SegmentFiles files, TreeFiles tree, Batch batch, WriterSignal signal,
            Consumer<Checkpoint> checkpointed) {
        this.settings = settings;
        this.files = files;
        this.tree = tree;
        this.batch = batch;
        this.signal = signal;
        outgoing = new Outgoing(checkpointed);
        forcer = new Forcer(upTo -> {
            if (receiptsWait) {
                signal.wake();
            }
        });
        policy = new ForcePolicy(settings, files, forcer);
        attempts = new Attempts(files.directory(), settings.onFull() == AuditSettings.OnFull.FAIL_CLOSED, signal, this);
        rotation = new Rotation(settings, files, tree, forcer, policy, attempts);
    }

    /**
     * Opens the segment that is written to, and writes a first entry and a first signature.
     *
     * @param gone the entries that had been signed and are not there any more, as {@code FIRST-LAST}; null if none are known
     * @throws IOException if that fails
     */
    void begin(Recovery earlier, @Nullable String gone) throws IOException {
        long millis = System.currentTimeMillis();
        ChainEnd chain = earlier.chain();
        Tiles.restore(tree, files.directory(), earlier);
        if (earlier.start() == Recovery.Start.SAME_SEGMENT) {
            files.resume(earlier.segment(), earlier.end());
        } else {
            files.begin(earlier.segment() + 1, earlier.size(), earlier.frontier(), millis,
                    chain == null ? SegmentHeader.NOTHING : chain.hash());
        }
        batch.start(earlier.size(), earlier.frontier());
        if (chain != null) {
            batch.event(millis, Entry.Event.CONTINUES_CHAIN, "proxy",
                    "segment " + earlier.segment() + " entry " + chain.sequence(), chain.hash().hex());
        }
        if (earlier.unproven() > 0) {
            batch.event(millis, Entry.Event.UNPROVEN, "proxy", Long.toString(earlier.unproven()),
                    "they stood behind entry " + (earlier.size() - 1)
                            + " without this proxy's seal: an unfinished write, or somebody else's");
        } else if (earlier.aside() > 0) {
            batch.event(millis, Entry.Event.RECOVERED, "proxy", "segment " + earlier.segment(),
                    earlier.aside() + " bytes of an unfinished write put aside");
        }
        if (gone != null) {
            batch.event(millis, Entry.Event.CUT, "proxy", gone, "a checkpoint that was kept outside covers them");
        }
        if (earlier.earlierKey() != null) {
            batch.event(millis, Entry.Event.KEY_REPLACED, "proxy", earlier.earlierKey().hex(), "");
        }
        batch.event(millis, "started", "proxy", "", "");
        checkpoint(millis);
        files.append(batch.array(), batch.length());
        wasWritten();
        policy.force(written, System.nanoTime());
    }

    void add(LoopLog loop) {
        loops.add(loop);
    }

    /** Takes a note, from any thread. */
    void note(Note note) {
        if (!notes.offer(note)) {
            notesLost.incrementAndGet();
        }
        signal.published(false);
    }

    /** Returns how many entries are written, forced or not. */
    long written() {
        return written;
    }

    long forced() {
        return forcer.upTo();
    }

    /** Returns whether the last write, or the last force, failed. */
    boolean failing() {
        return attempts.failing() || faultsInARow > 0 || forcer.failure() != null;
    }

    /** Faults in the program that the writer met, since the start. */
    long faults() {
        return faults;
    }

    /** Returns whether it meets nothing but faults: nothing is recorded until that ends. */
    boolean dead() {
        return faultsInARow >= FAULTS_OF_A_DEAD_ONE;
    }

    /** Entries that are not written yet. */
    long waiting() {
        return notes.size() + loops.stream().mapToLong(loop -> loop.ring.size()).sum();
    }

    /** Returns whether a ring is nearly full: the disk takes less than comes. */
    boolean behind() {
        return loops.stream().anyMatch(loop -> loop.ring.size() > loop.ring.capacity() / 4 * 3);
    }

    /** Returns how long the last force took; 0 before the first. */
    long forceNanos() {
        return forcer.lastNanos();
    }

    long lost() {
        long lost = notesLost.get() + batch.unrecordable();
        for (LoopLog loop : loops) {
            lost += loop.lost();
        }
        return lost;
    }

    long refused() {
        return loops.stream().mapToLong(LoopLog::refused).sum();
    }

    /** Writes what it has, then ends. */
    void end() {
        ending = true;
        signal.wake();
    }

    @Override
    public void run() {
        signal.writer(Thread.currentThread());
        long pause = Attempts.RETRY_DELAY_MILLIS;
        while (true) {
            try {
                turns();
                return;
            } catch (RuntimeException | Error e) {
                pause = faultsInARow == 0 ? Attempts.RETRY_DELAY_MILLIS : Math.min(2 * pause, MAX_PAUSE_MILLIS);
                fault(e, pause);
            }
            if (ending && faultsInARow >= Attempts.LAST) {
                giveUp();
                return;
            }
            Attempts.rest(ending ? Attempts.RETRY_DELAY_MILLIS : pause);
        }
    }

    private void turns() {
        boolean last;
        do {
            last = ending;
            boolean more = gather();
            boolean wrote = commit(last);
            policy.forceIfDue(written, outgoing.hasReceipts(), System.nanoTime());
            settle();
            wentWell();
            if (!more && !last) {
                if (wrote) {
                    signal.gather(settings.commitInterval().toNanos());
                } else {
                    signal.sleep(idleNanos(), this::nothingWaits);
                }
            }
        } while (!last);
        finish();
    }

    /** Keeps what was gathered; the next turn writes it. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // this thread alone writes them
    private void fault(Throwable e, long pause) {
        batch.undo();
        faults++;
        faultsInARow++;
        // last: whoever is refused sees why
        signal.accepting(false);
        if (faultsInARow == 1) {
            log.error("event=audit_failed again-in-ms={}", pause, e);
        } else {
            log.error("event=audit_failed in-a-row={} again-in-ms={} reason={}", faultsInARow, pause,
                    LogValue.of(e.toString()));
        }
    }

    private void wentWell() {
        if (faultsInARow > 0) {
            log.info("event=audit_write_recovered refused={} lost={}", refused(), lost());
            faultsInARow = 0;
            signal.accepting(true);
        }
    }

    private void giveUp() {
        log.error("event=audit_unwritten entries={}", batch.size() - written + waiting());
        forcer.close();
        Outgoing.complete(batch.rollBack(), UNWRITTEN);
        outgoing.giveUp();
    }

    private long idleNanos() {
        long nanos = batch.unsigned() > 0
                ? Math.min(IDLE_NANOS, settings.checkpoints().interval().toNanos())
                : IDLE_NANOS;
        return policy.idleNanos(written, nanos);
    }

    private boolean nothingWaits() {
        for (LoopLog loop : loops) {
            if (!loop.ring.isEmpty()) {
                return false;
            }
        }
        return notes.isEmpty() && !ending;
    }

    /** Takes what is there, up to a batch. @return whether more may be there */
    private boolean gather() {
        sayLost();
        Note note;
        while (!batch.isFull() && (note = notes.poll()) != null) {
            batch.event(note.millis(), note.action(), note.who(), note.subject(), note.detail());
        }
        boolean more = false;
        for (LoopLog loop : loops) {
            int taken = BATCH_ENTRIES;
            while (taken == BATCH_ENTRIES && !batch.isFull()) {
                taken = loop.ring.take(BATCH_ENTRIES, batch::delivery);
            }
            more |= taken == BATCH_ENTRIES;
        }
        return more;
    }

    private void sayLost() {
        long lost = lost();
        if (lost > lostSaid) {
            batch.event(System.currentTimeMillis(), Entry.Event.RECORDS_LOST, "proxy", "",
                    Long.toString(lost - lostSaid));
            log.error("event=audit_lost entries={} since-start={}", lost - lostSaid, lost);
            lostSaid = lost;
        }
    }

    /** Writes what was gathered. @return whether there was anything */
    private boolean commit(boolean last) {
        boolean rotates = rotation.isDue();
        long millis = System.currentTimeMillis();
        if (batch.unsigned() > 0 && (rotates || batch.hasReceipts()
                || batch.unsigned() >= settings.checkpoints().every()
                || System.nanoTime() - checkpointNanos >= settings.checkpoints().interval().toNanos())) {
            checkpoint(millis);
        }
        if (batch.unsigned() > 0 && !batch.isEmpty()) {
            batch.seal(files.segment(), millis);
        }
        if (batch.isEmpty() || !write(last)) {
            return false;
        }
        if (rotates) {
            rotation.rotate(written, batch.frontier(), last, this::sayRemoved);
        } else {
            rotation.prepareIfFull(written);
        }
        return true;
    }

    private void checkpoint(long millis) {
        batch.checkpoint(files.segment(), millis);
        checkpointNanos = System.nanoTime();
    }

    private boolean sayRemoved(RemovedSegments segments, boolean last) {
        batch.event(System.currentTimeMillis(), Entry.Event.SEGMENTS_REMOVED, "proxy", segments.subject(),
                segments.detail());
        checkpoint(System.currentTimeMillis());
        return write(last);
    }

    private boolean write(boolean last) {
        if (attempts.run(last, () -> files.append(batch.array(), batch.length()))) {
            wasWritten();
            return true;
        }
        // what may still be written goes on behind what is there
        Outgoing.complete(batch.rollBack(), UNWRITTEN);
        return false;
    }

    private void wasWritten() {
        written = batch.size();
        outgoing.add(batch.written(tree::nodes));
        receiptsWait = outgoing.hasReceipts();
        try {
            tree.write();
        } catch (IOException e) {
            // they follow from the entries, and wait for the next write
        }
    }

    /** Checkpoints and receipts whose entries are as safe as the setting wants them may go out. */
    private void settle() {
        outgoing.settle(policy);
        receiptsWait = outgoing.hasReceipts();
    }

    private void finish() {
        batch.event(System.currentTimeMillis(), "stopped", "proxy", "", "");
        checkpoint(System.currentTimeMillis());
        if (write(true)) {
            policy.force(written, System.nanoTime());
        }
        forcer.close();
        settle();
        outgoing.giveUp();
    }

    @Override
    public boolean ending() {
        return ending;
    }

    @Override
    public void recovered() {
        log.info("event=audit_write_recovered refused={} lost={}", refused(), lost());
        note(new Note(System.currentTimeMillis(), "write-recovered", "proxy", "",
                "refused " + refused() + ", lost " + lost() + " since the start"));
    }

    @Override
    public void givenUp() {
        log.error("event=audit_unwritten entries={}", batch.size() - written);
    }
}
