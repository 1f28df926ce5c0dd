package io.revproc.proxy.etcd;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.revproc.proxy.etcd.EtcdLink.Write;
import io.revproc.proxy.peers.ProxyStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the other proxies what this one says of itself: every few seconds if it differs, else twice a minute. Its key hangs on this proxy's
 * lease. Of one session; belongs to the store's thread.
 */
final class StatusWriter {
    private static final Logger log = LoggerFactory.getLogger(StatusWriter.class);
    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(5);
    /** The pause while there is none, as while the proxy starts. */
    private static final long SOON = TimeUnit.MILLISECONDS.toNanos(250);
    /** How often a status is told that does not differ, in intervals. */
    private static final int REPEAT = 6;

    private final EtcdLink link;
    private final Session.Parts parts;
    private final Arrivals arrivals;
    private final Supplier<@Nullable ProxyStatus> statuses;
    private final StatusCodec codec = new StatusCodec();
    private final long interval;
    private long next;
    private int unchanged;
    private boolean underWay;
    private boolean refused;
    private boolean saidStopping;
    private byte @Nullable [] told;

    StatusWriter(EtcdLink link, Session.Parts parts, Arrivals arrivals) {
        this.link = link;
        this.parts = parts;
        this.arrivals = arrivals;
        this.statuses = parts.statuses();
        this.interval = Math.min(INTERVAL, parts.settings().leaseTtl().toNanos() / 2);
        this.next = System.nanoTime();
    }

    /** Writes it if it is time, and etcd takes writes. */
    void write(long now) {
        boolean stops = parts.leaving().getAsBoolean() && !saidStopping;
        if (now - next < 0 && !stops) {
            return;
        }
        next = now + interval;
        if (underWay || refused || !parts.membership().writes()) {
            return;
        }
        byte[] status = status();
        if (status == null) {
            next = now + SOON;
            return;
        }
        saidStopping |= stops;
        if (Arrays.equals(status, told) && ++unchanged < REPEAT) {
            return;
        }
        told = status;
        unchanged = 0;
        underWay = true;
        Write write = new Write(parts.keys().status(parts.proxy()), -1, status, parts.membership().lease(), null);
        arrivals.then(link.write(write), outcome -> {
            parts.replica().sameCluster(outcome.clusterId());
            underWay = false;
        }, failure -> {
            underWay = false;
            told = null;
            switch (failure.kind()) {
                case FULL -> parts.membership().shut(link, failure.reason());
                case REFUSED -> {
                    // Not tried again in this session: etcd's permissions do not change by themselves.
                    refused = true;
                    parts.writeLog().refused("none", failure.reason());
                }
                case LEASE_OVER, GONE -> parts.membership().breaks(failure);
            }
        });
    }

    /** Returns how long nothing is to be done here, in nanoseconds. */
    long pause(long now) {
        return Math.max(0, next - now);
    }

    private byte @Nullable [] status() {
        try {
            ProxyStatus status = statuses.get();
            if (status == null) {
                return null;
            }
            return codec.bytes(parts.leaving().getAsBoolean() ? status.leaving() : status);
        } catch (RuntimeException e) {
            // Routing does not depend on it.
            log.error("event=proxy_status_failed", e);
            return null;
        }
    }
}
