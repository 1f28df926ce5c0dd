package io.revproc.proxy.policy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.LongSupplier;

import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the rules in force as a file says, which may change. A new content counts as a whole or not at all: one that is no valid one
 * changes nothing, and what is wrong is said. Thread-safe.
 */
public final class PolicyFile implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PolicyFile.class);
    /** How often the file is looked at. It is read once it was the same at two looks: a writer may be in the middle of it. */
    static final Duration CHECK_INTERVAL = Duration.ofMillis(200);
    /** A file that nobody has looked at for so long is said to have a problem: what it says now is not in force. */
    static final Duration MAX_SILENCE = Duration.ofSeconds(10);
    private static final int MAX_MEGABYTES = 16;

    private final Path path;
    private final Function<byte[], PolicyRules> reader;
    private final RulesInForce rules;
    private final Thread thread;
    private final LongSupplier nanoClock;
    private final AtomicLong refused = new AtomicLong();
    private volatile boolean running = true;
    private volatile Status status;
    /** When the file was looked at last; not before it is watched. */
    private volatile @Nullable Long checkedAt;
    private @Nullable Look last;
    private @Nullable Look read;
    private byte[] content = {};

    /**
     * The attributes that show that a file was replaced or written.
     *
     * @param changed when anything of the file changed, which nobody can set back; null where the system does not know
     */
    private record Look(long modified, long size, @Nullable Object key, @Nullable Object changed) {}

    /**
     * How the file stands to the rules in force.
     *
     * @param loadedAt when the rules in force were read
     * @param problem  why the file as it is now is not in force; null if it is
     */
    public record Status(Path file, Instant loadedAt, int policies, int grants, @Nullable String problem) {}

    /**
     * Reads the file for the first time, and puts it in force.
     *
     * @param reader makes the rules of the file's bytes; throws an {@link IllegalArgumentException} that says what is wrong
     * @throws IllegalArgumentException if it can't be read, or is not valid
     */
    public PolicyFile(Path path, Function<byte[], PolicyRules> reader, RulesInForce rules) {
        this(path, reader, rules, System::nanoTime);
    }

    PolicyFile(Path path, Function<byte[], PolicyRules> reader, RulesInForce rules, LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.path = path;
        this.reader = reader;
        this.rules = rules;
        this.thread = Thread.ofPlatform().daemon().name("revproc-policy-file").unstarted(this::run);
        try {
            Look first = look();
            byte[] bytes = RegularFile.read(path, MAX_MEGABYTES);
            PolicyRules parsed = reader.apply(bytes);
            last = first;
            read = first;
            content = bytes;
            status = loaded(parsed);
        } catch (IOException e) {
            throw new IllegalArgumentException(sentence(e), e);
        }
    }

    /** Begins to watch it. */
    public PolicyFile watch() {
        checkedAt = nanoClock.getAsLong();
        thread.start();
        return this;
    }

    /** Returns how it stands to the rules in force. A file that is not being looked at any more has a problem whatever it says. */
    public Status status() {
        Status known = status;
        Long checked = checkedAt;
        long silent = checked == null ? 0 : nanoClock.getAsLong() - checked;
        if (silent <= MAX_SILENCE.toNanos()) {
            return known;
        }
        return with(known, "it was last looked at " + TimeUnit.NANOSECONDS.toSeconds(silent)
                + " s ago, and changes since then are not in force; restart the proxy");
    }

    /** Returns how often a content was refused. */
    public long refused() {
        return refused.get();
    }

    private void run() {
        while (running) {
            LockSupport.parkNanos(this, CHECK_INTERVAL.toNanos());
            checkSafely();
        }
    }

    /** Looks at the file, and survives whatever becomes of it: a watcher that has ended takes nothing back any more. */
    void checkSafely() {
        try {
            check();
        } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
            refuse("it could not be used: " + e.getClass().getSimpleName());
        }
        checkedAt = nanoClock.getAsLong();
    }

    /** Looks at the file, and takes it up if it is another one and nobody is writing it. One call at a time. */
    void check() {
        try {
            Look now = look();
            boolean quiet = now.equals(last);
            last = now;
            if (quiet && !now.equals(read)) {
                take(now);
            }
        } catch (IOException e) {
            read = null;
            refuse(sentence(e));
        }
    }

    private void take(Look now) throws IOException {
        byte[] bytes = RegularFile.read(path, MAX_MEGABYTES);
        read = now;
        if (Arrays.equals(bytes, content) && status.problem() == null) {
            return;
        }
        content = bytes;
        try {
            PolicyRules parsed = reader.apply(bytes);
            status = loaded(parsed);
        } catch (IllegalArgumentException e) {
            refuse(String.valueOf(e.getMessage()));
        }
    }

    private Status loaded(PolicyRules parsed) {
        rules.replace(parsed);
        log.info("event=policy_file_loaded file={} policies={} grants={}", LogValue.of(path.toString()),
                parsed.declared().size(), parsed.grants().size());
        return new Status(path, rules.now(), parsed.declared().size(), parsed.grants().size(), null);
    }

    private void refuse(String problem) {
        Status before = status;
        if (Objects.equals(before.problem(), problem)) {
            return;
        }
        refused.getAndIncrement();
        log.error("event=policy_file_refused file={} reason={} rules=as-before", LogValue.of(path.toString()),
                LogValue.of(problem));
        status = with(before, problem);
    }

    private static Status with(Status known, String problem) {
        return new Status(known.file(), known.loadedAt(), known.policies(), known.grants(), problem);
    }

    /** Follows links: a volume of Kubernetes changes where one leads. */
    private Look look() throws IOException {
        BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
        return new Look(found.lastModifiedTime().to(TimeUnit.NANOSECONDS), found.size(), found.fileKey(), changed());
    }

    private @Nullable Object changed() throws IOException {
        return path.getFileSystem().supportedFileAttributeViews().contains("unix")
                ? Files.getAttribute(path, "unix:ctime")
                : null;
    }

    private static String sentence(IOException e) {
        return e instanceof NoSuchFileException ? "it is not there" : "it can't be read: " + e.getMessage();
    }

    @Override
    public void close() {
        running = false;
        LockSupport.unpark(thread);
    }
}
