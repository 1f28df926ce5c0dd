package io.revproc.proxy.audit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import io.revproc.proxy.audit.AuditSettings.Fsync;
import io.revproc.proxy.route.Endpoint;
import io.revproc.record.Checkpoint;
import io.revproc.record.Entry;
import io.revproc.record.Entry.Digest;
import io.revproc.record.EntryWriter;
import io.revproc.record.Outcome;
import io.revproc.record.Receipt;
import io.revproc.record.SigningKey;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes the record: takes what the event loops put into their rings, numbers it, carries the chain on, signs
 * now and then, and writes all that came meanwhile at once. A write that fails is tried again until it succeeds. A fault in the
 * program does not end it: what was taken stays, nothing more is accepted until a turn goes well, and that is tried again.
 */
final class AuditWriter implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(AuditWriter.class);
    /** Bytes that one write gathers at most, and entries that one look at a ring takes. */
    private static final int BATCH_BYTES = 512 * 1024;
    private static final int BATCH_ENTRIES = 1024;
    private static final int MOST_NOTES = 1024;
    /** Endpoints whose bytes are remembered; after so many they are computed anew. */
    private static final int MOST_SERVERS = 10_000;
    private static final long IDLE_NANOS = 250_000_000;
    private static final long AGAIN_MILLIS = 250;
    /** Longest wait after a fault in the program; the first is {@link #AGAIN_MILLIS}, and each is twice the one before. */
    private static final long LONGEST_PAUSE_MILLIS = 5_000;
    /** After so many faults in a row the writer counts as dead. */
    static final int FAULTS_OF_A_DEAD_ONE = 3;
    /** Attempts at the last writes of a proxy that ends. */
    static final int LAST_ATTEMPTS = 4;

    record Note(long millis, String action, String who, String subject, String detail) {}

    private final AuditSettings settings;
    private final SegmentFiles files;
    private final SigningKey key;
    private final Seals seals;
    private final ReceiptDesk desk;
    private final Consumer<Checkpoint> checkpointed;
    private final WriterSignal signal;
    private final Forcer forcer;
    private final List<LoopLog> loops = new CopyOnWriteArrayList<>();
    private final ArrayBlockingQueue<Note> notes = new ArrayBlockingQueue<>(MOST_NOTES);
    private final AtomicLong notesLost = new AtomicLong();
    private final EntryWriter entries = new EntryWriter(2 * BATCH_BYTES);
    private final Map<Endpoint, byte[]> servers = new IdentityHashMap<>();
    private final Deque<PendingReceipt> unforced = new ArrayDeque<>();
    private final List<PendingReceipt> batch = new ArrayList<>();
    private final List<Checkpoint> signed = new ArrayList<>();
    private final Deque<Checkpoint> unforcedSigned = new ArrayDeque<>();
    private final RecordRing.Taker taker = this::guarded;
    /** Entries that a fault in the program kept out of the record. */
    private final AtomicLong unrecordable = new AtomicLong();
    /** The chain's hash behind the last entry that was written. */
    private final byte[] writtenHash = new byte[Digest.LENGTH];
    private long lostSaid;
    private long sinceCheckpoint;
    private long checkpointNanos;
    private long forcedNanos;
    /** The last sequence that the forcer was asked for. */
    private long forceAsked;
    /** Asked for since the segment is full: once it is on the disk, what is left to force is little. 0: it is not full yet. */
    private long fullAt;
    private volatile long written;
    private volatile boolean failing;
    private volatile boolean ending;
    private volatile boolean receiptsWait;
    private volatile long faults;
    /** Since the last turn that went well. */
    private volatile int faultsInARow;

    AuditWriter(AuditSettings settings, SegmentFiles files, SigningKey key, ReceiptDesk desk, WriterSignal signal,
            Consumer<Checkpoint> checkpointed) {
        this.settings = settings;
        this.files = files;
        this.key = key;
        this.seals = new Seals(key);
        this.desk = desk;
        this.signal = signal;
        this.checkpointed = checkpointed;
        this.forcer = new Forcer(upTo -> {
            if (receiptsWait) {
                signal.wake();
            }
        });
    }

    /**
     * Opens the segment that is written to, and writes a first entry and a first signature.
     *
     * @param gone the entries that had been signed and are not there any more, as {@code FIRST-LAST}; null if none are known
     * @throws IOException if that fails
     */
    void begin(Recovery earlier, @Nullable String gone) throws IOException {
        long millis = System.currentTimeMillis();
        if (earlier.start() == Recovery.Start.SAME_SEGMENT) {
            files.resume(earlier.segment(), earlier.end());
            entries.start(earlier.nextSequence(), earlier.hash().bytes());
        } else {
            byte[] hash = files.begin(earlier.segment() + 1, earlier.nextSequence(), millis, earlier.hash());
            entries.start(earlier.nextSequence(), hash);
        }
        if (earlier.unproven() > 0) {
            entries.event(millis, Entry.Event.UNPROVEN, "proxy", Long.toString(earlier.unproven()),
                    "they stood behind entry "
                            + (earlier.nextSequence() - 1)
                            + " without this proxy's seal: an unfinished write, or somebody else's");
        } else if (earlier.aside() > 0) {
            entries.event(millis, Entry.Event.RECOVERED, "proxy", "segment " + earlier.segment(),
                    earlier.aside() + " bytes of an unfinished write put aside");
        }
        if (gone != null) {
            entries.event(millis, Entry.Event.CUT, "proxy", gone, "a checkpoint that was kept outside covers them");
        }
        if (earlier.earlierKey() != null) {
            entries.event(millis, Entry.Event.KEY_REPLACED, "proxy", earlier.earlierKey().hex(), "");
        }
        entries.event(millis, "started", "proxy", "", "");
        checkpoint(millis);
        files.append(entries.array(), entries.length());
        written(entries.nextSequence() - 1);
        checkpointNanos = System.nanoTime();
        force(checkpointNanos);
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

    /** The last sequence that was written, forced or not. */
    long written() {
        return written;
    }

    long forced() {
        return forcer.upTo();
    }

    /** Whether the last write, or the last force, failed. */
    boolean failing() {
        return failing || faultsInARow > 0 || forcer.failure() != null;
    }

    /** Faults in the program that the writer met, since the start. */
    long faults() {
        return faults;
    }

    /** Whether it meets nothing but faults: nothing is recorded until that ends. */
    boolean dead() {
        return faultsInARow >= FAULTS_OF_A_DEAD_ONE;
    }

    /** Entries that are not written yet. */
    long waiting() {
        return notes.size() + loops.stream().mapToLong(loop -> loop.ring.size()).sum();
    }

    /** Whether a ring is nearly full: the disk takes less than comes. */
    boolean behind() {
        return loops.stream().anyMatch(loop -> loop.ring.size() > loop.ring.capacity() / 4 * 3);
    }

    /** How long the last force took; 0 before the first. */
    long forceNanos() {
        return forcer.lastNanos();
    }

    long lost() {
        long lost = notesLost.get() + unrecordable.get();
        for (LoopLog loop : loops) {
            lost += loop.lost();
        }
        return lost;
    }

    long refused() {
        return loops.stream().mapToLong(LoopLog::refused).sum();
    }

    /** What it has is written, then it ends. */
    void end() {
        ending = true;
        signal.wake();
    }

    @Override
    public void run() {
        signal.writer(Thread.currentThread());
        long pause = AGAIN_MILLIS;
        while (true) {
            try {
                turns();
                return;
            } catch (RuntimeException | Error e) {
                pause = faultsInARow == 0 ? AGAIN_MILLIS : Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
                fault(e, pause);
            }
            if (ending && faultsInARow >= LAST_ATTEMPTS) {
                giveUp();
                return;
            }
            rest(ending ? AGAIN_MILLIS : pause);
        }
    }

    private void turns() {
        boolean last;
        do {
            last = ending;
            boolean more = gather();
            boolean wrote = commit(last);
            forceIfDue();
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

    /** What was gathered stays, and is written by the next turn. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // this thread alone writes them
    private void fault(Throwable e, long pause) {
        entries.undo();
        signal.accepting(false);
        faults++;
        faultsInARow++;
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
        log.error("event=audit_unwritten entries={}", entries.nextSequence() - 1 - written + waiting());
        forcer.close();
        batch.forEach(receipt -> receipt.complete(null));
        unforced.forEach(receipt -> receipt.complete(null));
    }

    private long idleNanos() {
        long nanos = IDLE_NANOS;
        if (unsigned()) {
            nanos = Math.min(nanos, settings.checkpoints().interval().toNanos());
        }
        if (written > forceAsked && settings.fsync() == Fsync.INTERVAL) {
            nanos = Math.min(nanos, settings.fsyncInterval().toNanos());
        }
        return nanos;
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
        while (entries.length() < BATCH_BYTES && (note = notes.poll()) != null) {
            entries.event(note.millis(), note.action(), note.who(), note.subject(), note.detail());
            sinceCheckpoint++;
        }
        boolean more = false;
        for (LoopLog loop : loops) {
            int taken = BATCH_ENTRIES;
            while (taken == BATCH_ENTRIES && entries.length() < BATCH_BYTES) {
                taken = loop.ring.take(BATCH_ENTRIES, taker);
            }
            more |= taken == BATCH_ENTRIES;
        }
        return more;
    }

    private void sayLost() {
        long lost = lost();
        if (lost > lostSaid) {
            entries.event(System.currentTimeMillis(), Entry.Event.RECORDS_LOST, "proxy", "",
                    Long.toString(lost - lostSaid));
            log.error("event=audit_lost entries={} since-start={}", lost - lostSaid, lost);
            lostSaid = lost;
            sinceCheckpoint++;
        }
    }

    private static byte @Nullable [] certificate(Endpoint endpoint) {
        String fingerprint = endpoint.spec().certificate();
        return fingerprint == null ? null : HexFormat.of().parseHex(fingerprint);
    }

    /** One that can't be taken down must not stand in the way of the others for ever. */
    private void guarded(long millis, int micros, int outcome, int size, long digest0, long digest1, long digest2,
            long digest3, InetSocketAddress client, Endpoint endpoint, byte @Nullable [] clientCertificate,
            @Nullable PendingReceipt receipt) {
        try {
            delivery(millis, micros, outcome, size, digest0, digest1, digest2, digest3, client, endpoint,
                    clientCertificate, receipt);
        } catch (RuntimeException e) {
            entries.undo();
            unrecordable.incrementAndGet();
            log.error("event=audit_entry_failed server={} reason={}", LogValue.of(endpoint.spec().name()),
                    LogValue.of(e.toString()));
            if (receipt != null) {
                receipt.complete(null);
            }
        }
    }

    private void delivery(long millis, int micros, int outcome, int size, long digest0, long digest1, long digest2,
            long digest3, InetSocketAddress client, Endpoint endpoint, byte @Nullable [] clientCertificate,
            @Nullable PendingReceipt receipt) {
        long sequence = entries.nextSequence();
        entries.delivery(millis, micros, outcome, size, digest0, digest1, digest2, digest3, receipt != null,
                clientCertificate, certificate(endpoint), client.getAddress().getAddress(), client.getPort(),
                server(endpoint));
        sinceCheckpoint++;
        if (receipt != null && outcome == Outcome.ANSWERED.code()) {
            receipt.recorded(new Receipt(sequence, files.segment(), new Digest(entries.hash().clone()),
                    Instant.ofEpochMilli(millis), endpoint.spec().policy().text(),
                    endpoint.spec().id().text(), endpoint.spec().host() + ":" + endpoint.spec().port(), size,
                    receipt.sha256()));
            batch.add(receipt);
        }
    }

    private byte[] server(Endpoint endpoint) {
        byte[] server = servers.get(endpoint);
        if (server == null) {
            if (servers.size() >= MOST_SERVERS) {
                servers.clear();
            }
            server = EntryWriter.server(endpoint.spec().address().getAddress(), endpoint.spec().port(),
                    endpoint.spec().policy().text(), endpoint.spec().id().text());
            servers.put(endpoint, server);
        }
        return server;
    }

    private boolean unsigned() {
        return sinceCheckpoint > 0;
    }

    /** Writes what was gathered. @return whether there was anything */
    private boolean commit(boolean last) {
        boolean rotates = mayRotate();
        if (unsigned() && (rotates || sinceCheckpoint >= settings.checkpoints().every()
                || System.nanoTime() - checkpointNanos >= settings.checkpoints().interval().toNanos())) {
            checkpoint(System.currentTimeMillis());
        }
        if (unsigned() && entries.length() > 0) {
            seal(System.currentTimeMillis());
        }
        if (entries.length() == 0 || !write(last)) {
            return false;
        }
        if (rotates) {
            rotate(last);
        } else if (fullAt == 0 && files.size() >= settings.segmentSize()) {
            fullAt = written;
            force(System.nanoTime());
        }
        return true;
    }

    /**
     * A segment must be on the disk before the next one begins, or a power failure could leave a gap between them. Forcing all of
     * it would hold up the writing: the forcer does that first, while the segment grows on.
     */
    private boolean mayRotate() {
        return fullAt > 0 && (forcer.upTo() >= fullAt || files.size() >= 2 * settings.segmentSize());
    }

    private void checkpoint(long millis) {
        signed.add(entries.checkpoint(key, files.segment(), millis));
        sinceCheckpoint = 0;
        checkpointNanos = System.nanoTime();
    }

    /** Behind what no checkpoint covers yet: the next start knows by it what is this proxy's own. */
    private void seal(long millis) {
        entries.seal(millis, seals.mac(files.segment(), entries.nextSequence(), millis, entries.hash()));
    }

    private boolean write(boolean last) {
        boolean done = attempt(last, () -> files.append(entries.array(), entries.length()));
        if (done) {
            written(entries.nextSequence() - 1);
            unforced.addAll(batch);
            receiptsWait = !unforced.isEmpty();
        } else {
            batch.forEach(receipt -> receipt.complete(null));
            // what may still be written goes on behind what is there
            entries.clear();
            entries.start(written + 1, writtenHash);
            signed.clear();
        }
        batch.clear();
        return done;
    }

    private void written(long last) {
        written = last;
        System.arraycopy(entries.hash(), 0, writtenHash, 0, writtenHash.length);
        entries.clear();
        unforcedSigned.addAll(signed);
        while (unforcedSigned.size() > Recovery.MOST_CHECKPOINTS) {
            unforcedSigned.removeFirst();
        }
        signed.clear();
    }

    /** What may fail. */
    private interface Io {
        void run() throws IOException;
    }

    /** Tries until it succeeds; not so often where the proxy ends. */
    private boolean attempt(boolean last, Io io) {
        for (int attempts = 1;; attempts++) {
            try {
                io.run();
                succeeded();
                return true;
            } catch (IOException | RuntimeException e) {
                failed(e);
                if ((last || ending) && attempts >= LAST_ATTEMPTS) {
                    log.error("event=audit_unwritten entries={}", entries.nextSequence() - 1 - written);
                    return false;
                }
                rest(AGAIN_MILLIS);
            }
        }
    }

    /** Not parked: loops that refuse messages would wake it for each. */
    private static void rest(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void failed(Exception e) {
        signal.accepting(false);
        if (!failing) {
            failing = true;
            log.error("event=audit_write_failed directory={} reason={} messages={}",
                    LogValue.of(files.directory().toString()),
                    LogValue.of(e instanceof IOException ? String.valueOf(e.getMessage()) : e.toString()),
                    settings.onFull() == AuditSettings.OnFull.FAIL_CLOSED ? "refused" : "delivered-unrecorded");
        }
    }

    private void succeeded() {
        if (failing) {
            failing = false;
            log.info("event=audit_write_recovered refused={} lost={}", refused(), lost());
            note(new Note(System.currentTimeMillis(), "write-recovered", "proxy", "",
                    "refused " + refused() + ", lost " + lost() + " since the start"));
        }
        signal.accepting(true);
    }

    private void forceIfDue() {
        long now = System.nanoTime();
        boolean due = switch (settings.fsync()) {
            case BATCH -> true;
            case INTERVAL -> now - forcedNanos >= settings.fsyncInterval().toNanos();
            case NEVER -> false;
        };
        if (due && written > forceAsked) {
            force(now);
        }
    }

    private void force(long now) {
        try {
            forcer.force(files.channel(), written, false);
            forceAsked = written;
            forcedNanos = now;
        } catch (IOException e) {
            throw new IllegalStateException("a segment is open while entries are written", e);
        }
    }

    private void rotate(boolean last) {
        Digest before = new Digest(entries.hash().clone());
        long next = entries.nextSequence();
        attempt(last, () -> {
            FileChannel old = files.channel();
            old.force(false);
            byte[] hash = files.begin(files.segment() + 1, next, System.currentTimeMillis(), before);
            entries.start(next, hash);
            System.arraycopy(hash, 0, writtenHash, 0, hash.length);
            fullAt = 0;
            forcer.forced(next - 1);
            forcer.force(old, next - 1, true);
            forceAsked = next - 1;
        });
        try {
            removeOld(last);
        } catch (IOException e) {
            log.warn("event=audit_old_segments_kept reason={}", LogValue.of(String.valueOf(e.getMessage())));
        }
    }

    /** First says so in the record, on the disk, then removes: a crash in between leaves more than was said, not less. */
    private void removeOld(boolean last) throws IOException {
        long most = settings.maxSize();
        List<Long> gone = most == 0 ? List.of() : files.beyond(most);
        if (!gone.isEmpty()) {
            entries.event(System.currentTimeMillis(), Entry.Event.SEGMENTS_REMOVED, "proxy",
                    gone.getFirst() + "-" + gone.getLast(), "over revproc.audit.max-size");
            checkpoint(System.currentTimeMillis());
            if (write(last)) {
                files.channel().force(false);
                forcer.forced(written);
                for (long segment : gone) {
                    files.remove(segment);
                }
            }
        }
    }

    /** Checkpoints and receipts whose entries are as safe as the setting wants them may go out. */
    private void settle() {
        // One that is kept outside and not in the record would look like a record that was cut.
        while (!unforcedSigned.isEmpty() && (settings.fsync() == Fsync.NEVER
                || unforcedSigned.getFirst().sequence() <= forcer.upTo())) {
            checkpointed.accept(unforcedSigned.removeFirst());
        }
        boolean batchwise = settings.fsync() == Fsync.BATCH;
        while (!unforced.isEmpty()) {
            PendingReceipt first = unforced.peekFirst();
            Receipt receipt = first.receipt();
            if (batchwise && receipt != null && receipt.sequence() > forcer.upTo()) {
                return;
            }
            desk.serve(unforced.removeFirst());
        }
        receiptsWait = false;
    }

    private void finish() {
        entries.event(System.currentTimeMillis(), "stopped", "proxy", "", "");
        checkpoint(System.currentTimeMillis());
        if (write(true)) {
            force(System.nanoTime());
        }
        forcer.close();
        settle();
        unforced.forEach(receipt -> receipt.complete(null));
    }
}
