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
    private static final long MAX_BYTES = 16L << 20;

    private final Path path;
    private final Function<byte[], PolicyRules> reader;
    private final RulesInForce rules;
    private final Thread thread;
    private final AtomicLong refused = new AtomicLong();
    private volatile boolean running = true;
    private volatile Status status;
    private @Nullable Look last;
    private @Nullable Look read;
    private byte[] content = {};

    /** The attributes that show that a file was replaced or written. */
    private record Look(long modified, long size, @Nullable Object key) {}

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
        this.path = path;
        this.reader = reader;
        this.rules = rules;
        this.thread = Thread.ofPlatform().daemon().name("revproc-policy-file").unstarted(this::run);
        try {
            Look first = look();
            byte[] bytes = read();
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
        thread.start();
        return this;
    }

    /** Returns how it stands to the rules in force. */
    public Status status() {
        return status;
    }

    /** Returns how often a content was refused. */
    public long refused() {
        return refused.get();
    }

    private void run() {
        while (running) {
            LockSupport.parkNanos(this, CHECK_INTERVAL.toNanos());
            try {
                check();
            } catch (RuntimeException e) {
                refuse("it could not be used: " + e.getClass().getSimpleName());
            }
        }
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
        byte[] bytes = read();
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
        status = new Status(path, before.loadedAt(), before.policies(), before.grants(), problem);
    }

    /** Follows links: a volume of Kubernetes changes where one leads. */
    private Look look() throws IOException {
        BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
        return new Look(found.lastModifiedTime().to(TimeUnit.NANOSECONDS), found.size(), found.fileKey());
    }

    private byte[] read() throws IOException {
        if (Files.size(path) > MAX_BYTES) {
            throw new IOException("it has more than " + (MAX_BYTES >> 20) + " MB");
        }
        return Files.readAllBytes(path);
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
