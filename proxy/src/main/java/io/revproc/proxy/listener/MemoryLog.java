package io.revproc.proxy.listener;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import io.revproc.proxy.access.LineLimit;
import io.revproc.transport.HeldMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs that a limit on memory was reached, in one line in ten seconds at most. Thread-safe. */
final class MemoryLog implements HeldMemory.Observer {
    private static final Logger log = LoggerFactory.getLogger(MemoryLog.class);
    private static final Duration PERIOD = Duration.ofSeconds(10);

    private final LineLimit lines;
    private final AtomicLong connections = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    /** @param nanoClock as {@link System#nanoTime()} */
    MemoryLog(LongSupplier nanoClock) {
        this.lines = new LineLimit(nanoClock, 1, PERIOD);
    }

    @Override
    public void gaveUp(HeldMemory memory, int holders, long freed) {
        connections.addAndGet(holders);
        bytes.addAndGet(freed);
        if (lines.next() >= 0) {
            log.warn("event=memory_limit kind={} limit={} closed-connections={} freed-bytes={}", memory.kind(),
                    memory.max(),
                    connections.getAndSet(0), bytes.getAndSet(0));
        }
    }
}
