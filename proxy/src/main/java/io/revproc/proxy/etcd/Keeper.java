package io.revproc.proxy.etcd;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.revproc.wire.LogValue;
import io.revproc.wire.ThreadEnd;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keeps what is to outlive this process on the disk: soon after a change, on a virtual thread of its own, or at once for somebody who
 * waits for it. Whatever is wrong with the disk, the proxy runs. Thread-safe.
 */
final class Keeper implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Keeper.class);
    /** The least time between two writes that nobody waits for. */
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Disk disk;
    private final Supplier<Kept> content;
    private final JsonMapper json = JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    private final Semaphore changes = new Semaphore(0);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread writer = Thread.ofVirtual().name("shared-table-keeper").unstarted(this::run);
    // Guarded by this.
    private byte @Nullable [] written;
    private boolean failing;

    /** @param content called without a lock of the caller's that the content needs */
    Keeper(Disk disk, Supplier<Kept> content) {
        this.disk = disk;
        this.content = content;
    }

    /** Returns what was kept before. Begins to write. */
    Kept start() {
        Kept kept = read();
        writer.start();
        return kept;
    }

    private Kept read() {
        byte[] bytes = disk.read();
        if (bytes.length == 0) {
            return Kept.NOTHING;
        }
        try {
            Kept kept = json.readValue(bytes, Kept.class);
            kept.check();
            return kept;
        } catch (JacksonException | NullPointerException | IllegalArgumentException e) {
            log.warn("event=shared_table_unreadable reason=\"its entries can't be read\"");
            return Kept.NOTHING;
        }
    }

    /** Something is different. */
    void changed() {
        if (changes.availablePermits() == 0) {
            changes.release();
        }
    }

    /** Writes what is different; returns whether it is on the disk. */
    synchronized boolean write() {
        byte[] bytes = json.writeValueAsBytes(content.get());
        if (Arrays.equals(bytes, written)) {
            return true;
        }
        try {
            disk.write(bytes);
            written = bytes;
            failing = false;
            return true;
        } catch (IOException e) {
            // Once, not for every change: the disk may be full for hours.
            if (!failing) {
                log.error("event=shared_table_not_kept reason={}", LogValue.of(e.toString()));
            }
            failing = true;
            return false;
        }
    }

    private void run() {
        try {
            do {
                changes.acquire();
                changes.drainPermits();
                write();
            } while (!closing.await(PAUSE.toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes what is not written yet. */
    @Override
    public void close() {
        closing.countDown();
        changes.release();
        // Not interrupted: that would close the file under its write.
        ThreadEnd.thenWrite(writer, this::write);
    }
}
