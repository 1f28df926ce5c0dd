package io.revproc.proxy.audit;

import java.io.IOException;
import java.time.Duration;

import io.revproc.proxy.audit.AuditSettings.Fsync;

/** Decides when what was written is forced to the disk, and asks for it. The writer's thread's own. */
final class ForcePolicy {
    private final Fsync fsync;
    private final Duration interval;
    private final SegmentFiles files;
    private final Forcer forcer;
    /** How many entries the forcer was asked for. */
    private long asked;
    private long nanos;

    ForcePolicy(AuditSettings settings, SegmentFiles files, Forcer forcer) {
        this.fsync = settings.fsync();
        this.interval = settings.fsyncInterval();
        this.files = files;
        this.forcer = forcer;
    }

    /**
     * Returns whether something that was written has to be forced now.
     *
     * @param wanted whether somebody waits for it
     */
    static boolean due(Fsync fsync, boolean wanted, long sinceNanos, Duration interval) {
        return switch (fsync) {
            case BATCH -> true;
            case INTERVAL -> wanted || sinceNanos >= interval.toNanos();
            case NEVER -> false;
        };
    }

    /**
     * Asks for a force if it is due.
     *
     * @param written how many entries are written
     */
    void forceIfDue(long written, boolean wanted, long now) {
        if (written > asked && due(fsync, wanted, now - nanos, interval)) {
            force(written, now);
        }
    }

    /** Asks for a force. */
    void force(long written, long now) {
        try {
            forcer.force(files.channel(), written, false);
            asked = written;
            nanos = now;
        } catch (IOException e) {
            throw new IllegalStateException("a segment is open while entries are written", e);
        }
    }

    /** Takes note that so many are asked for elsewhere. */
    void asked(long size) {
        asked = size;
    }

    /** Returns whether a receipt or a checkpoint of so many entries may leave the proxy. */
    boolean mayLeave(long size) {
        return fsync == Fsync.NEVER || size <= forcer.upTo();
    }

    /** Returns how long the writer may sleep. */
    long idleNanos(long written, long atMost) {
        return written > asked && fsync == Fsync.INTERVAL ? Math.min(atMost, interval.toNanos()) : atMost;
    }
}
