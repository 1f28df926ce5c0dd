package io.revproc.proxy.etcd;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import io.revproc.proxy.etcd.EtcdLink.Batch;
import io.revproc.proxy.etcd.EtcdLink.Outcome;
import io.revproc.proxy.etcd.EtcdLink.Snapshot;
import io.revproc.proxy.etcd.EtcdLink.Write;
import io.revproc.proxy.etcd.LocalChanges.Local;
import io.revproc.proxy.etcd.SharedTable.Attempt;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shared table and what it is known by, under their lock. Outlives the sessions. Thread-safe; nothing is waited for under the lock. Whoever holds it may take the switch table's, never the other way round.
 */
final class Replica {
    private static final Logger log = LoggerFactory.getLogger(Replica.class);
    private static final long FORGET_OLD_WORDS = TimeUnit.HOURS.toNanos(1);
    /** The time at which refused writes are tried again. */
    private static final long RETRY_REFUSED = TimeUnit.SECONDS.toNanos(30);

    private final LocalChanges locals;
    private final String where;
    private final Supplier<@Nullable String> obstacle;
    private final Runnable keptChanged;
    private final WriteLog writeLog;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stored = lock.newCondition();

    // Guarded by the lock.
    private final SharedTable shared;
    private final TableIdentity identity;
    private long reloads;
    private long resets;
    private final Outage outage;
    private long retryRefusedAt;
    private long forgetAt;

    /**
     * @param where       which etcd, by the settings
     * @param leaseTtl    nanoseconds
     * @param obstacle    returns why etcd can't be told now; null if it can
     * @param keptChanged told that something else is to be kept on the disk
     */
    Replica(SharedTable shared, LocalChanges locals, Keys keys, String where, long leaseTtl,
            Supplier<@Nullable String> obstacle, WriteLog writeLog, Runnable keptChanged) {
        this.shared = shared;
        this.locals = locals;
        this.identity = new TableIdentity(keys);
        this.where = where;
        this.outage = new Outage(leaseTtl);
        this.obstacle = obstacle;
        this.writeLog = writeLog;
        this.keptChanged = keptChanged;
    }

    private <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            unlock();
        }
    }

    private void unlock() {
        if (lock.getHoldCount() == 1) {
            stored.signalAll();
            if (shared.keptChanged()) {
                keptChanged.run();
            }
        }
        lock.unlock();
    }

    private void update(Runnable work) {
        locked(() -> {
            work.run();
            return true;
        });
    }

    /** Takes what was kept on the disk, if it is of this etcd. */
    void recall(Kept kept) {
        if (!kept.store().equals(where)) {
            if (!kept.store().isEmpty()) {
                log.warn("event=shared_table_of_another_store words={} servers={} used=false", kept.words().size(),
                        kept.servers().size());
            }
            return;
        }
        update(() -> {
            identity.recall(kept);
            shared.recall(kept);
        });
        log.info("event=shared_table_recalled words={} servers={} pending={}", kept.words().size(),
                kept.servers().size(), waiting());
    }

    /** Returns what is to be kept on the disk. */
    Kept kept() {
        return locked(() -> shared.kept(where, identity.name(), identity.highest()));
    }

    /** Waits, while etcd is in step and for so long at most, until it has heard of this entry; returns whether it has. */
    boolean awaitStored(EntryKey key, BooleanSupplier inStep, long nanos) {
        long left = nanos;
        lock.lock();
        try {
            while (left > 0 && pending(key) && inStep.getAsBoolean()) {
                left = stored.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        return !shared.pending(key);
    }

    /** Returns whether etcd has yet to hear something of this entry. Takes no lock that a change of the table holds. */
    boolean pending(EntryKey key) {
        return shared.pending(key) || locals.waiting(key);
    }

    /** Returns how many changes made here were not taken yet. */
    int untaken() {
        return locals.size();
    }

    /** Returns how many entries etcd has yet to hear of. */
    int waiting() {
        return locked(shared::pending);
    }

    /** Takes what was changed here. */
    void takeLocals() {
        update(() -> {
            String reason = obstacle.get();
            Map<EntryKey, Local> changes = shared.take(locals::fetch, reason != null);
            if (reason != null) {
                changes.forEach((key, change) -> {
                    if (change instanceof Local.Setup) {
                        writeLog.pending(key, reason);
                    }
                });
            }
        });
    }

    /**
     * Takes in the whole of etcd's table.
     *
     * @param before    etcd's revision before this proxy wrote anything
     * @param leaseOver whether this proxy's lease was over before
     * @return a name for the table, if it has none that can be used
     */
    @Nullable
    Write load(Snapshot snapshot, long before, boolean leaseOver) {
        lock.lock();
        try {
            takeLocals();
            String lostWhy = identity.lostWhy(snapshot, before);
            boolean reset = lostWhy != null;
            if (outage.ends(reset, identity.known(), System.nanoTime())) {
                shared.spareEnded(true);
            }
            int again = shared.load(snapshot, reset, leaseOver);
            if (lostWhy != null) {
                resets++;
                log.warn("event=store_reset reason={} revision={} entries={} written-again={}", LogValue.of(lostWhy),
                        snapshot.revision(), snapshot.items().size(), again);
            }
            shared.forgetOldWords();
            reloads++;
            return identity.load(snapshot, reset);
        } finally {
            unlock();
        }
    }

    /** Takes that the table has this name now, or the one that another proxy gave it first. */
    void named(String name, Outcome outcome) {
        update(() -> identity.named(name, outcome));
        keptChanged.run();
    }

    /** Takes that etcd is at this revision, of whatever keys. */
    void seen(long known) {
        update(() -> identity.seen(known));
    }

    /** Takes that etcd brings what it is asked for. */
    void heard(long now) {
        update(() -> outage.heard(now));
    }

    /**
     * Takes changes of etcd's table.
     *
     * @return own entries that are gone: by somebody's will, or because the lease is over
     * @throws EtcdException if the table is deleted: all that goes with it goes by nobody's will
     */
    List<EntryKey> apply(Batch batch) throws EtcdException {
        lock.lock();
        try {
            if (identity.rename(batch.items())) {
                keptChanged.run();
            }
            // First what was set up here before this came: it did not know of it.
            takeLocals();
            List<EntryKey> gone = shared.apply(batch.items());
            identity.applied(batch.items());
            return gone;
        } finally {
            unlock();
        }
    }

    void removedByOthers(List<EntryKey> gone) {
        update(() -> shared.removedByOthers(gone));
    }

    /** Does what is due by now, on the scale of {@link System#nanoTime()}. */
    void whatIsDue(long now) {
        update(() -> {
            if (outage.over(now)) {
                shared.spareEnded(false);
            }
            if (now - retryRefusedAt >= 0) {
                retryRefusedAt = now + RETRY_REFUSED;
                shared.retryRefused();
            }
            if (now - forgetAt >= 0) {
                forgetAt = now + FORGET_OLD_WORDS;
                shared.forgetOldWords();
            }
        });
    }

    /** Returns the next write while there are fewer than this under way; null if there is none now. */
    @Nullable
    Attempt next(long lease, boolean room, int most) {
        lock.lock();
        try {
            return shared.underWay() < most ? shared.next(lease, room) : null;
        } finally {
            unlock();
        }
    }

    void done(Attempt attempt, Outcome outcome) {
        update(() -> shared.done(attempt, outcome));
    }

    void refused(Attempt attempt, boolean forGood) {
        update(() -> shared.refused(attempt, forGood));
    }

    boolean committed(EndpointSpec newest) {
        return locked(() -> shared.committed(newest));
    }

    boolean decided() {
        return locked(shared::decided);
    }

    /** Returns etcd's revision that the table is at; 0: none yet. */
    long revision() {
        return locked(identity::revision);
    }

    /** @throws EtcdException if this is not the cluster that the table was read from */
    void sameCluster(long id) throws EtcdException {
        if (!locked(() -> identity.isOf(id))) {
            throw new EtcdException("it is another cluster than before");
        }
    }

    EtcdStatus status(EtcdStatus.State state, String endpoint, @Nullable String reason, Duration lag) {
        return locked(
                () -> new EtcdStatus(state, endpoint, Duration.ZERO, reason, identity.revision(), shared.pending(), lag,
                        reloads, resets));
    }
}
