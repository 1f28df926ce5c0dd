package io.revproc.proxy.etcd;

/**
 * Until when it is not believed that a proxy whose lease ran out is gone: where etcd was out of reach for long, leases of proxies that live
 * may have run out, or are about to. Times are those of {@link System#nanoTime()}. Not thread-safe.
 */
final class Outage {
    private final long leaseTtl;
    /** When etcd last brought something. */
    private long heard;
    /** 0: it is believed. */
    private long until;

    /** @param leaseTtl nanoseconds */
    Outage(long leaseTtl) {
        this.leaseTtl = leaseTtl;
    }

    /** Notes that etcd brings what it is asked for. */
    void heard(long now) {
        heard = now;
    }

    /**
     * Notes that etcd's table was read.
     *
     * @param reset whether etcd had lost it
     * @param again whether it was read before
     * @return whether leases that run out say nothing from now on
     */
    boolean ends(boolean reset, boolean again, long now) {
        boolean wasLong = reset || again && now - heard > leaseTtl / 2;
        heard = now;
        if (wasLong) {
            until = now + leaseTtl;
        }
        return wasLong;
    }

    /** Returns, once, whether leases that run out say from now on that their proxies are gone. */
    boolean over(long now) {
        boolean over = until != 0 && now - until >= 0;
        if (over) {
            until = 0;
        }
        return over;
    }
}
