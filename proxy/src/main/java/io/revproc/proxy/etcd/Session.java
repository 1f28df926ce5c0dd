package io.revproc.proxy.etcd;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import io.revproc.proxy.etcd.EtcdLink.Batch;
import io.revproc.proxy.etcd.EtcdLink.Following;
import io.revproc.proxy.etcd.EtcdLink.Outcome;
import io.revproc.proxy.etcd.EtcdLink.Snapshot;
import io.revproc.proxy.etcd.EtcdLink.Write;
import io.revproc.proxy.etcd.SharedTable.Attempt;
import io.revproc.proxy.peers.ProxyStatus;
import io.revproc.proxy.route.Standstill;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a member of etcd: reads the whole table, follows its changes, writes what changes here. Its end ends everything of it:
 * the watch, those who wait to be settled, and what has yet to come back, which is nothing any more. Belongs to the store's thread.
 */
final class Session implements AutoCloseable {
    /** Writes at once. etcd takes those that come together in one go. */
    private static final int MAX_WRITES = 128;
    /** How many events of the watch may wait. */
    private static final int MAX_WAITING = 20_000;
    private static final long SETTLEMENT_CHECK_INTERVAL = TimeUnit.MILLISECONDS.toNanos(250);

    private final EtcdLink link;
    private final Parts parts;
    private final Replica replica;
    private final Membership membership;
    private final Settlements settlements;
    private final Arrivals arrivals;
    private final SignOfLife sign;
    private final Settler settler;
    private final StatusWriter status;
    private @Nullable Following watch;
    private @Nullable Heartbeat heartbeat;
    private boolean over;

    /**
     * The collaborators of a session, which outlive it.
     *
     * @param statuses what this proxy says of itself; null: nothing
     * @param leaving  whether this proxy has begun to stop
     * @param events   what happens to the store's thread
     */
    record Parts(EtcdSettings settings, Keys keys, String proxy, Replica replica, Membership membership,
            Settlements settlements, PeerSync peers, Supplier<@Nullable ProxyStatus> statuses,
            BooleanSupplier leaving, Standstill standstill, StoreStatus status, WriteLog writeLog,
            BlockingQueue<StoreEvent> events) {}

    Session(EtcdLink link, Parts parts) {
        this.link = link;
        this.parts = parts;
        this.replica = parts.replica();
        this.membership = parts.membership();
        this.settlements = parts.settlements();
        this.arrivals = new Arrivals(this, parts.events());
        this.sign = new SignOfLife(link, membership, replica, arrivals);
        this.settler = new Settler(link, parts, arrivals);
        this.status = new StatusWriter(link, parts, arrivals);
    }

    /** Reads the table and begins to follow it. */
    void begin() throws EtcdException, InterruptedException {
        Keys keys = parts.keys();
        membership.join(link);
        long readAt = System.nanoTime();
        long before = membership.showLife(link);
        Snapshot snapshot = link.load(keys.prefix());
        Write naming = replica.load(snapshot, before, membership.wasOver());
        settlements.load(snapshot.items());
        parts.peers().load(snapshot.items());
        parts.standstill().trueAt(readAt);
        watch = link.watch(keys.prefix(), replica.revision() + 1, this::came, reason -> arrivals.later(() -> {
            throw new EtcdException(reason);
        }));
        heartbeat = new Heartbeat(watch, parts.settings().leaseTtl().toNanos(), parts.settings().timeout().toNanos());
        parts.status().connected(link.endpoint().toString(), snapshot.items().size(), membership.gate());
        if (membership.lease() != 0
                && snapshot.items().stream().noneMatch(item -> item.key().equals(membership.key()))) {
            // Before the entries: by this it is known later which of them are of an earlier lease.
            sign.write();
        }
        if (naming != null) {
            name(naming);
        }
    }

    /** Takes from any thread what the watch brings. */
    private void came(Batch batch) {
        if (parts.events().size() > MAX_WAITING) {
            arrivals.later(() -> {
                throw new EtcdException("more changes than can be taken in");
            });
        } else {
            arrivals.later(() -> changed(batch));
        }
    }

    private Heartbeat heartbeat() {
        return Objects.requireNonNull(heartbeat, "after begin()");
    }

    /** Waits for something to happen and handles it, for a moment. */
    void follow() throws EtcdException, InterruptedException {
        long now = System.nanoTime();
        if (heartbeat().begins(now, parts.standstill().doubts(now))) {
            beat();
        }
        heartbeat().ask(now);
        replica.whatIsDue(now);
        long wait = Math.min(heartbeat().pause(now), status.pause(now));
        if (!settlements.idle()) {
            wait = Math.min(wait, SETTLEMENT_CHECK_INTERVAL);
        }
        StoreEvent event = parts.events().poll(wait, TimeUnit.NANOSECONDS);
        while (event != null) {
            handle(event);
            heartbeat().askAtOnce();
            event = parts.events().poll();
        }
        write();
        settler.settle();
        status.write(System.nanoTime());
        parts.status().following(link.endpoint().toString(), membership.gate());
    }

    private void handle(StoreEvent event) throws EtcdException, InterruptedException {
        switch (event) {
            case StoreEvent.Look _ -> replica.takeLocals();
            case StoreEvent.Settle settle -> {
                // What gave way to it among them.
                replica.takeLocals();
                settlements.add(settle.newest(), settle.done(), settle.end());
            }
            case StoreEvent.Came(Session session, StoreEvent.Step step) -> {
                if (session == this && !over) {
                    step.run();
                }
            }
        }
    }

    private void beat() {
        long lease = membership.lease();
        if (lease != 0) {
            arrivals.then(link.keepAlive(lease), held -> {
                if (!held) {
                    membership.ends();
                }
            }, membership::breaks);
        }
        arrivals.then(link.look(membership.key()), there -> {
            replica.sameCluster(there.clusterId());
            replica.seen(there.revision());
            heartbeat().answered(there);
            if (!there.done() && membership.writes()) {
                sign.write();
            }
            seen();
        }, membership::breaks);
    }

    /** Returns whether the watch is as far as etcd was when it was asked. */
    private void seen() {
        if (heartbeat().ends()) {
            long now = System.nanoTime();
            replica.heard(now);
            parts.standstill().trueAt(heartbeat().sentAt());
            parts.status().lag(now - heartbeat().sentAt());
        }
    }

    private void changed(Batch batch) throws EtcdException, InterruptedException {
        List<EntryKey> gone = replica.apply(batch);
        batch.items().forEach(settlements::apply);
        parts.peers().apply(batch.items());
        heartbeat().told(batch.revision());
        if (!gone.isEmpty()) {
            if (membership.lease() == 0 || !link.holds(membership.lease())) {
                membership.ends();
            }
            replica.removedByOthers(gone);
        }
        seen();
    }

    private void write() {
        sign.probe(System.nanoTime());
        Attempt attempt;
        while ((attempt = replica.next(membership.lease(), membership.writes(), MAX_WRITES)) != null) {
            Attempt sent = attempt;
            arrivals.then(link.write(sent.write()), outcome -> written(sent, outcome),
                    failure -> notWritten(sent, failure));
        }
    }

    private void written(Attempt attempt, Outcome outcome) throws EtcdException {
        replica.sameCluster(outcome.clusterId());
        if (attempt.write().value() != null && outcome.done()) {
            membership.opened(link);
        }
        replica.done(attempt, outcome);
    }

    private void notWritten(Attempt attempt, EtcdFailure failure) throws EtcdException {
        switch (failure.kind()) {
            case FULL -> {
                membership.shut(link, failure.reason());
                if (attempt.what() instanceof SlotWrite.Enter) {
                    parts.writeLog().pending(attempt.key(), failure.reason());
                }
                replica.refused(attempt, false);
            }
            case REFUSED -> {
                replica.refused(attempt, true);
                parts.writeLog().refused(attempt.key().toString(), failure.reason());
            }
            case LEASE_OVER, GONE -> membership.breaks(failure);
        }
    }

    private void name(Write naming) {
        String name = new String(Objects.requireNonNull(naming.value()), StandardCharsets.UTF_8);
        // Without room for it there is none until the next session.
        arrivals.then(link.write(naming), outcome -> replica.named(name, outcome), _ -> {});
    }

    /** Writes what can be written within this time, in nanoseconds: the proxy is about to end. */
    void lastWrites(long time) throws EtcdException, InterruptedException {
        replica.takeLocals();
        long end = System.nanoTime() + Math.min(time, parts.settings().timeout().toNanos());
        write();
        while (replica.waiting() > 0 && membership.gate().open() && System.nanoTime() - end < 0) {
            StoreEvent event = parts.events().poll(10, TimeUnit.MILLISECONDS);
            if (event != null) {
                handle(event);
            }
            write();
        }
    }

    @Override
    public void close() {
        over = true;
        if (watch != null) {
            watch.close();
        }
        settlements.failAll();
        Settler.tell(settlements);
        link.close();
    }
}
