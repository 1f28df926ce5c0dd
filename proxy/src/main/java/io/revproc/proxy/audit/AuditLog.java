package io.revproc.proxy.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;

import io.revproc.proxy.forward.DeliveryLog;
import io.revproc.record.Checkpoint;
import io.revproc.record.Entry.Digest;
import io.revproc.record.ReceiptSearch;
import io.revproc.record.RecordTiles;
import io.revproc.record.Salts;
import io.revproc.record.TreeFiles;
import io.revproc.record.VerifyingKey;
import io.revproc.record.tlog.NoteKey;
import io.revproc.record.tlog.Tile;
import io.revproc.record.tlog.TlogProof;
import io.revproc.wire.LogValue;
import io.revproc.wire.ThreadEnd;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The record of one proxy: opens it, gives each event loop its end of it, and says how it stands. Thread-safe. */
public final class AuditLog implements AuditTrail, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AuditLog.class);
    private static final long END_MILLIS = 20_000;
    /** Checkpoints are brought to witnesses so often. */
    private static final Duration ROUNDS = Duration.ofSeconds(1);

    private final AuditSettings settings;
    private final KeyFiles keys;
    private final ReceiptDesk desk = new ReceiptDesk();
    private final TreeFiles tree;
    private final RecordTiles tiles;
    private final WriterSignal signal = new WriterSignal();
    private final AuditWriter writer;
    private final SegmentFiles files;
    private final @Nullable CheckpointOutbox outbox;
    private final @Nullable Witnesses witnesses;
    private final Deque<Checkpoint> newest = new ArrayDeque<>();
    private final Thread thread;
    private final AtomicBoolean searching = new AtomicBoolean();
    private long pushedSegment;

    private AuditLog(AuditSettings settings, KeyFiles keys, SegmentFiles files) throws IOException {
        this.settings = settings;
        this.keys = keys;
        this.files = files;
        AuditSettings.Checkpoints outside = settings.checkpoints();
        Path outsideAt = path("checkpoints.directory", outside.directory());
        Recovery earlier = Recovery.of(files.directory(), keys.signing(), keys.log().name());
        tree = new TreeFiles(files.directory());
        tiles = new RecordTiles(files.directory());
        String gone = gone(earlier, outsideAt);
        earlier.checkpoints().forEach(newest::addLast);
        outbox = outsideAt == null && outside.pushUrl() == null
                ? null
                : new CheckpointOutbox(outsideAt, outside.pushUrl(), outside.pushInterval(), Duration.ofSeconds(1));
        witnesses = settings.witnesses().isEmpty()
                ? null
                : new Witnesses(settings.witnesses(), tiles, this, ROUNDS, Witnesses.ROUND);
        writer = new AuditWriter(settings, files, tree,
                new Batch(keys.signing(), new Salts(keys.digest()), keys.log().name()), signal, this::checkpointed);
        writer.begin(earlier, gone);
        thread = Thread.ofPlatform().daemon().name("audit-writer").unstarted(writer);
        log.info("event=audit directory={} segment={} entries={} fsync={} on-full={} key={}",
                LogValue.of(files.directory().toString()),
                files.segment(), writer.written(), lower(settings.fsync()), lower(settings.onFull()),
                keys.signing().publicKey().id().hex().substring(0, 16));
        say(earlier, gone);
    }

    /** The entries that a checkpoint kept outside covers and the record does not hold, as {@code FIRST-LAST}; null if there are none. */
    private @Nullable String gone(Recovery earlier, @Nullable Path outside) {
        Checkpoint kept = outside == null ? null : CheckpointOutbox.kept(outside, keys.signing().publicKey());
        return kept == null || kept.size() <= earlier.size()
                ? null
                : earlier.size() + "-" + (kept.size() - 1);
    }

    private static void say(Recovery earlier, @Nullable String gone) {
        if (earlier.unproven() > 0) {
            log.warn("event=audit_unproven segment={} entries={} bytes-put-aside={} "
                    + "reason=\"they are not this proxy's: an unfinished write, or somebody added them\"",
                    earlier.segment(),
                    earlier.unproven(), earlier.aside());
        } else if (earlier.aside() > 0) {
            log.warn("event=audit_recovered segment={} bytes-put-aside={}", earlier.segment(), earlier.aside());
        }
        if (gone != null) {
            log.error("event=audit_cut entries={} reason=\"a checkpoint that was kept outside covers them\"", gone);
        }
        if (earlier.earlierKey() != null) {
            log.warn("event=audit_key_replaced segment={} earlier-key={}", earlier.segment(),
                    earlier.earlierKey().hex().substring(0, 16));
        }
        if (earlier.start() == Recovery.Start.BEHIND_DAMAGE) {
            log.error("event=audit_damaged segment={} reason=\"it was changed; 'bin/revproc audit verify' says where\"",
                    earlier.segment());
        }
    }

    /**
     * Opens a record, and makes directory and keys where there are none. Nothing is written by itself before {@link #start}.
     *
     * @throws AuditException if it can't be opened; its message is one sentence
     */
    public static AuditLog open(AuditSettings settings, Path directory) {
        return open(settings, directory, SegmentFiles::new);
    }

    /** Makes the files; replaced by tests. */
    interface Opener {
        SegmentFiles open(Path directory, Digest keyId) throws IOException;
    }

    static AuditLog open(AuditSettings settings, Path directory, Opener opener) {
        Path at = directory.toAbsolutePath();
        try {
            create(at);
            Path keyDirectory = path("key-directory", settings.keyDirectory());
            Path keysAt = keyDirectory == null ? at.resolve("keys") : keyDirectory.toAbsolutePath();
            create(keysAt);
            KeyFiles keys = KeyFiles.in(keysAt, settings.origin(), host() + "/" + name(at));
            SegmentFiles files = opener.open(at, keys.signing().publicKey().id());
            try {
                return new AuditLog(settings, keys, files);
            } catch (IOException | RuntimeException e) {
                files.close();
                throw e;
            }
        } catch (IllegalArgumentException e) {
            throw new AuditException("the delivery record has no usable keys: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new AuditException("the delivery record can't be kept in '" + directory + "' (" + reason(e)
                    + "); choose another directory with revproc.audit.directory, or none with revproc.audit.enabled=false",
                    e);
        }
    }

    private static String reason(IOException e) {
        String kind = e.getClass().getSimpleName().replace("Exception", "");
        return kind.equals("IO") ? String.valueOf(e.getMessage()) : kind + " " + e.getMessage();
    }

    /** The machine's name, or what of it may stand in a log's. No name server is asked for it. */
    private static String host() {
        String name = System.getenv("HOSTNAME");
        try {
            name = name == null || name.isBlank() ? Files.readString(Path.of("/proc/sys/kernel/hostname")) : name;
        } catch (IOException e) {
            name = "localhost";
        }
        return clean(name.strip());
    }

    private static String name(Path directory) {
        return clean(String.valueOf(directory.getFileName()));
    }

    private static String clean(String name) {
        String clean = name.replaceAll("[^A-Za-z0-9._-]", "-");
        return clean.isEmpty() ? "record" : clean.substring(0, Math.min(clean.length(), 90));
    }

    private static void create(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        if (parent != null && Files.getFileStore(parent).supportsFileAttributeView("posix")) {
            Files.createDirectory(directory,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
        } else {
            Files.createDirectories(directory);
        }
    }

    private static @Nullable Path path(String setting, @Nullable String text) {
        try {
            return text == null || text.isBlank() ? null : Path.of(text);
        } catch (InvalidPathException e) {
            throw new AuditException("revproc.audit." + setting + " '" + text + "' is not a path", e);
        }
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Begins to write. */
    public void start() {
        thread.start();
    }

    /** The end of the record on an event loop. */
    public DeliveryLog forLoop(ScheduledExecutorService loop) {
        LoopLog end = new LoopLog(new RecordRing(settings.buffer()), signal, desk, loop,
                new Salts(keys.digest()), failsClosed(), this);
        writer.add(end);
        return end;
    }

    @Override
    public void note(String action, String who, String subject, String detail) {
        writer.note(new AuditWriter.Note(System.currentTimeMillis(), action, who, subject, detail));
    }

    private void checkpointed(Checkpoint checkpoint) {
        synchronized (newest) {
            newest.addLast(checkpoint);
            if (newest.size() > Recovery.MAX_CHECKPOINTS) {
                newest.removeFirst();
            }
        }
        if (outbox != null) {
            outbox.offer(checkpoint, checkpoint.segment() != pushedSegment);
            pushedSegment = checkpoint.segment();
        }
        if (witnesses != null) {
            witnesses.offer(checkpoint);
        }
    }

    /** Returns the log's name and key, as verifiers of C2SP notes take it. */
    public NoteKey logKey() {
        return keys.log();
    }

    /**
     * Returns the bytes of what a path of C2SP tlog-tiles names, such as {@code tile/0/x001/x234/067}; null if the newest checkpoint
     * covers no such tile, or its entries were removed. Reads files.
     *
     * @throws IOException if they can't be read
     */
    public byte @Nullable [] tile(String path) throws IOException {
        Tile tile = Tile.parse(path);
        Checkpoint covers = lastCheckpoint();
        if (tile == null || covers == null || !tile.within(covers.size())) {
            return null;
        }
        try {
            return tiles.read(tile);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /**
     * Returns the receipt of the newest delivery of a message that was answered and that a checkpoint covers; null if there is none.
     * Reads all entries since then; one search goes on at a time.
     *
     * @throws IOException           if the record can't be read
     * @throws IllegalStateException if another search is going on
     */
    public byte @Nullable [] receipt(byte[] message, Instant since) throws IOException {
        Checkpoint newestOne = lastCheckpoint();
        Checkpoint shown = shownCheckpoint();
        if (newestOne == null || shown == null) {
            return null;
        }
        if (!searching.compareAndSet(false, true)) {
            throw new IllegalStateException("another receipt is being looked for");
        }
        try {
            ReceiptSearch search = new ReceiptSearch(files.directory(), new Salts(keys.digest()));
            TlogProof found = search.newest(message, since, shown, tiles);
            if (found == null && shown.size() < newestOne.size()) {
                // no witness has seen it yet
                found = search.newest(message, since, newestOne, tiles);
            }
            return found == null ? null : found.bytes();
        } finally {
            searching.set(false);
        }
    }

    /** The newest checkpoints, oldest first; at most 100. */
    public List<Checkpoint> checkpoints() {
        synchronized (newest) {
            return List.copyOf(newest);
        }
    }

    /** Returns the key that verifies checkpoints and receipts. */
    public VerifyingKey publicKey() {
        return keys.signing().publicKey();
    }

    /**
     * How the record stands.
     *
     * @param written      the last sequence that was written
     * @param forced       the last one that is on the disk
     * @param lost         deliveries and notes that are not in the record, since the start
     * @param refused      messages that were refused since they could not have been recorded, since the start
     * @param waiting      entries that are not written yet
     * @param failing      whether the disk takes nothing at the moment, or takes so little that entries pile up
     * @param forceNanos   how long the disk took for the last force; 0 before the first
     * @param pushFailures checkpoints that could not be brought outside, since the start
     * @param faults       faults in the program that the writer met, since the start
     * @param dead         whether the writer meets nothing but faults, or has ended
     */
    public record Status(long written, long forced, long lost, long refused, long waiting, boolean failing,
            long forceNanos, long pushFailures, long faults, boolean dead, long receipts, long receiptsDenied) {}

    public Status status() {
        return new Status(writer.written(), writer.forced(), writer.lost(), writer.refused(), writer.waiting(),
                writer.failing() || writer.behind(), writer.forceNanos(), outbox == null ? 0 : outbox.failures(),
                writer.faults(), writer.dead() || thread.getState() == Thread.State.TERMINATED, desk.given(),
                desk.denied());
    }

    /** Returns whether messages are refused while the disk takes nothing. */
    public boolean failsClosed() {
        return settings.onFull() == AuditSettings.OnFull.FAIL_CLOSED;
    }

    /** The newest checkpoint; null if there is none yet. */
    public @Nullable Checkpoint lastCheckpoint() {
        synchronized (newest) {
            return newest.peekLast();
        }
    }

    /**
     * Returns the checkpoint to show to others: with witnesses the newest one that most of them cosigned, which is about a second old;
     * null if there is none yet.
     */
    public @Nullable Checkpoint shownCheckpoint() {
        Checkpoint shown = witnesses == null ? null : witnesses.shown();
        return shown == null ? lastCheckpoint() : shown;
    }

    /** Returns how the witnesses stand; none if there are none. */
    public List<Witnesses.Status> witnesses() {
        return witnesses == null ? List.of() : witnesses.status();
    }

    /** Returns how often a witness was asked and did not cosign, since the start. */
    public long witnessFailures() {
        return witnesses == null ? 0 : witnesses.failures();
    }

    /** Writes and signs all that there is, then ends. The event loops must have ended. */
    @Override
    public void close() {
        if (thread.getState() == Thread.State.NEW) {
            thread.start();
        }
        writer.end();
        if (!ThreadEnd.await(thread, Duration.ofMillis(END_MILLIS))) {
            log.error("event=audit_unfinished reason=\"the disk did not answer\"");
        }
        try {
            if (witnesses != null) {
                witnesses.close();
            }
            if (outbox != null) {
                outbox.close();
            }
            tree.close();
            files.close();
        } catch (IOException e) {
            log.warn("event=audit_close_failed reason={}", LogValue.of(String.valueOf(e.getMessage())));
        }
    }
}
