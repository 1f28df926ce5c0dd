package io.revproc.proxy.registration;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;

import org.jspecify.annotations.Nullable;

/**
 * All leases: held, or lost and in their grace. Time is handed in, in nanoseconds of one scale. Since all leases last equally
 * long, the order of renewal is the order of expiry: to renew, to end and to look for the next one due each take the same
 * few steps however many there are. Thread-safe; calls nobody while it holds its lock.
 */
final class LeaseTable {
    /** Nothing is due. */
    static final long NEVER = Long.MAX_VALUE;

    /** The result of a sweep: leases that have just expired, and leases whose grace is over, which are forgotten now. */
    record Due(List<Lease> expired, List<Lease> over) {}

    private final long ttl;
    private final long grace;
    private final Map<String, Lease> byId = new HashMap<>();
    private final LinkedHashSet<Lease> held = new LinkedHashSet<>();
    private final LinkedHashSet<Lease> lost = new LinkedHashSet<>();

    /** The time before which no lease expires, if {@link #lenient}. */
    private long lenientUntil;
    private boolean lenient;

    LeaseTable(long ttlNanos, long graceNanos) {
        this.ttl = ttlNanos;
        this.grace = graceNanos;
    }

    synchronized @Nullable Lease find(String id) {
        return byId.get(id);
    }

    synchronized void grant(Lease lease, long now) {
        byId.put(lease.id(), lease);
        lease.dueAt = now + ttl;
        held.addLast(lease);
    }

    /**
     * Starts the lease's time anew.
     *
     * @return false if it is not held any more: an expired lease does not come back
     */
    synchronized boolean renew(Lease lease, long now) {
        if (!held.contains(lease)) {
            return false;
        }
        lease.dueAt = now + ttl;
        held.addLast(lease);
        return true;
    }

    /**
     * The session is gone: the grace begins.
     *
     * @return false if the lease was not held any more
     */
    synchronized boolean lose(Lease lease, long now) {
        if (!held.remove(lease)) {
            return false;
        }
        wait(lease, now);
        return true;
    }

    /** Begins a grace for a lease that was never held here, or one more. */
    synchronized void await(Lease lease, long now) {
        byId.put(lease.id(), lease);
        wait(lease, now);
    }

    private void wait(Lease lease, long now) {
        lease.dueAt = now + grace;
        lost.addLast(lease);
    }

    /** Forgets the lease. */
    synchronized void end(Lease lease) {
        byId.remove(lease.id(), lease);
        held.remove(lease);
        lost.remove(lease);
    }

    /**
     * Lets nothing expire for a while: the proxy itself stood still, and heartbeats that came meanwhile may not have been read
     * yet.
     */
    synchronized void lenientUntil(long time) {
        lenient = true;
        lenientUntil = time;
    }

    /** Takes what is due out of its list; what has expired begins its grace. */
    synchronized Due sweep(long now) {
        List<Lease> over = take(lost, now);
        over.forEach(lease -> byId.remove(lease.id(), lease));
        if (lenient && lenientUntil - now > 0) {
            return new Due(List.of(), over);
        }
        lenient = false;
        List<Lease> expired = take(held, now);
        expired.forEach(lease -> wait(lease, now));
        return new Due(expired, over);
    }

    private static List<Lease> take(SequencedSet<Lease> leases, long now) {
        if (leases.isEmpty() || leases.getFirst().dueAt - now > 0) {
            return List.of();
        }
        List<Lease> due = new ArrayList<>();
        do {
            due.add(leases.removeFirst());
        } while (!leases.isEmpty() && leases.getFirst().dueAt - now <= 0);
        return due;
    }

    /** Nanoseconds until the next sweep has something to do, 0 if it has already; {@link #NEVER} if there are no leases. */
    synchronized long untilDue(long now) {
        long untilExpiry = until(held, now);
        if (lenient && untilExpiry != NEVER) {
            untilExpiry = Math.max(untilExpiry, lenientUntil - now);
        }
        return Math.min(untilExpiry, until(lost, now));
    }

    private static long until(SequencedSet<Lease> leases, long now) {
        return leases.isEmpty() ? NEVER : Math.max(0, leases.getFirst().dueAt - now);
    }

    /** Returns the leases that are held now. */
    synchronized List<Lease> held() {
        return List.copyOf(held);
    }

    synchronized int size() {
        return byId.size();
    }
}
