package io.revproc.proxy.audit;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import io.revproc.record.Checkpoint;
import io.revproc.record.KeptCheckpoints;
import io.revproc.record.VerifyingKey;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings checkpoints outside, on a virtual thread: who owns the record's disk could rewrite the record, but not what others keep.
 * Only the newest one matters, so nothing piles up where the outside does not answer. Thread-safe.
 */
final class CheckpointOutbox implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CheckpointOutbox.class);
    private static final int ATTEMPTS = 3;
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration FAREWELL = Duration.ofSeconds(3);
    /** Of the kept checkpoints' file, from its end. */
    private static final int KEPT_BYTES = 64 * 1024;
    private static final String FILE = "checkpoints.jsonl";

    private final @Nullable Path directory;
    private final @Nullable URI url;
    private final Duration interval;
    private final Duration pause;
    private final AtomicReference<@Nullable Checkpoint> newest = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean urgent;
    private volatile boolean closing;
    private volatile long failures;
    private boolean failing;
    private @Nullable HttpClient client;

    /** @param pause before the second attempt; it doubles */
    CheckpointOutbox(@Nullable Path directory, @Nullable URI url, Duration interval, Duration pause) {
        this.directory = directory;
        this.url = url;
        this.interval = interval;
        this.pause = pause;
        thread = Thread.ofVirtual().name("audit-checkpoints").start(this::run);
    }

    /**
     * Returns the checkpoint of this key that was kept in a directory last; null if there is none, or if the directory does not
     * answer within 3 s.
     */
    static @Nullable Checkpoint kept(Path directory, VerifyingKey key) {
        CompletableFuture<@Nullable Checkpoint> read = new CompletableFuture<>();
        Thread.ofVirtual().name("audit-kept").start(() -> {
            try {
                read.complete(last(directory.resolve(FILE), key));
            } catch (IOException | RuntimeException e) {
                read.complete(null);
            }
        });
        try {
            return read.get(CONNECT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private static @Nullable Checkpoint last(Path file, VerifyingKey key) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer end = ByteBuffer.allocate((int) Math.min(channel.size(), KEPT_BYTES));
            long at = channel.size() - end.capacity();
            while (end.hasRemaining() && channel.read(end, at + end.position()) >= 0) {
                // until all of it is read
            }
            List<String> lines = new String(end.array(), 0, end.position(), StandardCharsets.UTF_8).lines().toList();
            for (String line : lines.reversed()) {
                try {
                    List<Checkpoint> kept = KeptCheckpoints.read(line, List.of(key)).log();
                    if (!kept.isEmpty()) {
                        return kept.getLast();
                    }
                } catch (IllegalArgumentException e) {
                    // another proxy's, or one that a kill has torn
                }
            }
            return null;
        }
    }

    /**
     * Takes the newest one.
     *
     * @param atOnce whether it is to go out now
     */
    void offer(Checkpoint checkpoint, boolean atOnce) {
        newest.set(checkpoint);
        if (atOnce) {
            urgent = true;
            LockSupport.unpark(thread);
        }
    }

    /** Checkpoints that could not be brought outside. */
    long failures() {
        return failures;
    }

    private void run() {
        boolean last;
        do {
            last = closing;
            urgent = false;
            Checkpoint checkpoint = newest.getAndSet(null);
            if (checkpoint != null) {
                send(checkpoint);
            }
            long until = System.nanoTime() + interval.toNanos();
            while (!last && !closing && !urgent && until - System.nanoTime() > 0) {
                LockSupport.parkNanos(until - System.nanoTime());
            }
        } while (!last);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // of one thread alone
    private void send(Checkpoint checkpoint) {
        try {
            if (directory != null) {
                Files.createDirectories(directory);
                Files.writeString(directory.resolve(FILE), checkpoint.json() + "\n", StandardCharsets.UTF_8,
                        StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
            if (url != null) {
                post(checkpoint.json(), url);
            }
            if (failing) {
                failing = false;
                log.info("event=checkpoint_push_recovered size={}", checkpoint.size());
            }
        } catch (IOException | RuntimeException e) {
            failures++;
            if (!failing) {
                failing = true;
                log.warn("event=checkpoint_push_failed size={} reason={}", checkpoint.size(),
                        LogValue.of(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()));
            }
        }
    }

    private void post(String json, URI to) throws IOException {
        HttpClient http = client;
        if (http == null) {
            http = HttpClient.newBuilder().connectTimeout(CONNECT).build();
            client = http;
        }
        HttpRequest request = HttpRequest.newBuilder(to).timeout(ANSWER).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)).build();
        long wait = pause.toNanos();
        for (int attempt = 1;; attempt++) {
            try {
                int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
                if (status / 100 == 2) {
                    return;
                }
                throw new IOException("the answer was " + status);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            } catch (IOException e) {
                if (attempt == ATTEMPTS || closing && attempt > 1) {
                    throw e;
                }
            }
            LockSupport.parkNanos(wait);
            wait *= 2;
        }
    }

    /** Sends the newest one, within bounds. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        LastMoments.await(thread, FAREWELL,
                () -> log.warn("event=checkpoint_push_failed reason=\"no answer before the end\""));
        HttpClient http = client;
        if (http != null) {
            http.shutdownNow();
        }
    }
}
