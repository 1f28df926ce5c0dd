package io.revproc.proxy.etcd;

import java.util.concurrent.TimeUnit;

import io.revproc.proxy.etcd.EtcdLink.Following;
import io.revproc.proxy.etcd.EtcdLink.Outcome;

/**
 * Finds a watch that brings nothing any more: asks etcd for its revision now and then, and waits for the watch to say that it is as far.
 * None of that costs etcd a revision. Of one session; belongs to the store's thread.
 */
final class Heartbeat {
    private static final long BEAT = TimeUnit.SECONDS.toNanos(2);
    /** How often the watch is asked for its revision until it answers. */
    private static final long RETRY_DELAY = TimeUnit.MILLISECONDS.toNanos(250);

    private final Following watch;
    private final long interval;
    private final long limit;
    private boolean beating;
    private long sent;
    private long next = System.nanoTime();
    /** etcd's revision when it was last asked; 0: it has not answered yet. */
    private long revision;
    private long askedAt;
    /** The revision that the watch has reported. */
    private long told;

    /**
     * @param leaseTtl nanoseconds
     * @param timeout  nanoseconds that an answer may take
     */
    Heartbeat(Following watch, long leaseTtl, long timeout) {
        this.watch = watch;
        this.interval = Math.min(BEAT, leaseTtl / 5);
        this.limit = 2 * timeout;
    }

    /**
     * Begins a beat if it is time.
     *
     * @param atOnce whether it is time anyhow
     * @return whether etcd is to be asked now
     */
    boolean begins(long now, boolean atOnce) {
        if (beating || now - next < 0 && !atOnce) {
            return false;
        }
        beating = true;
        sent = now;
        revision = 0;
        askedAt = 0;
        next = now + interval;
        return true;
    }

    /** Asks the watch again. */
    void ask(long now) throws EtcdException {
        if (beating && revision > 0 && now - askedAt >= RETRY_DELAY) {
            askedAt = now;
            watch.ask();
        }
        if (beating && now - sent > limit) {
            throw new EtcdException("the watch brings nothing any more");
        }
    }

    /** Asks the watch for the first time, as soon as it is known what for. */
    void askAtOnce() {
        if (beating && revision > 0 && askedAt == 0) {
            askedAt = System.nanoTime();
            watch.ask();
        }
    }

    /** Returns how long nothing is to be done here, in nanoseconds. */
    long pause(long now) {
        return beating ? RETRY_DELAY : Math.max(0, next - now);
    }

    /** Takes etcd's answer. */
    void answered(Outcome sign) {
        revision = sign.revision();
    }

    /** Takes that the watch is as far. */
    void told(long far) {
        told = Math.max(told, far);
    }

    /** Returns whether the watch has come as far as etcd was, which ends the beat. */
    boolean ends() {
        boolean ends = beating && revision > 0 && told >= revision;
        beating &= !ends;
        return ends;
    }

    /** Returns when the beat began, on the scale of {@link System#nanoTime()}. */
    long sentAt() {
        return sent;
    }
}
