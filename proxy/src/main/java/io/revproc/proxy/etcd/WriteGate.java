package io.revproc.proxy.etcd;

import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Whether writes are worth a try. After etcd refused one for want of space the gate is shut, and one small write now and then
 * finds out whether there is room again. Not thread-safe.
 */
final class WriteGate {
    static final long FIRST_PAUSE = TimeUnit.SECONDS.toNanos(1);
    static final long MAX_PAUSE = TimeUnit.SECONDS.toNanos(30);
    /** A line this often while it is shut. */
    static final long LINE_PAUSE = TimeUnit.MINUTES.toNanos(1);

    private final DoubleSupplier random;
    private @Nullable String reason;
    private long pause;
    private long probeAt;
    private long sayAt;
    private boolean probing;

    /** @param random from 0 to 1, so that proxies do not ask all at once */
    WriteGate(DoubleSupplier random) {
        this.random = random;
    }

    boolean open() {
        return reason == null;
    }

    /** Returns why it is shut; null if it is open. */
    @Nullable
    String reason() {
        return reason;
    }

    /**
     * etcd took no write.
     *
     * @return whether this is to be said
     */
    boolean shut(String why, long now) {
        boolean first = reason == null;
        if (first || probing) {
            pause = first ? FIRST_PAUSE : Math.min(2 * pause, MAX_PAUSE);
            probeAt = now + pause * 3 / 4 + (long) (random.getAsDouble() * pause / 2);
        }
        probing = false;
        reason = why;
        if (!first && now - sayAt < 0) {
            return false;
        }
        sayAt = now + LINE_PAUSE;
        return true;
    }

    /** Returns whether one write may be tried; its outcome is to be told. */
    boolean probe(long now) {
        if (reason == null || probing || now - probeAt < 0) {
            return false;
        }
        probing = true;
        return true;
    }

    /** The probe's outcome will never come. */
    void probeLost() {
        probing = false;
    }

    /**
     * etcd took a write that needs room.
     *
     * @return whether it was shut
     */
    boolean opened() {
        boolean was = reason != null;
        reason = null;
        probing = false;
        return was;
    }
}
