package io.revproc.etcd;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.revproc.access.LineLimit;
import io.revproc.etcd.EtcdFailure.Kind;
import io.revproc.etcd.EtcdLink.Batch;
import io.revproc.etcd.EtcdLink.Following;
import io.revproc.etcd.EtcdLink.Outcome;
import io.revproc.etcd.EtcdLink.Snapshot;
import io.revproc.etcd.EtcdLink.Write;
import io.revproc.etcd.EtcdStatus.State;
import io.revproc.etcd.LocalChanges.Local;
import io.revproc.etcd.SharedTable.Attempt;
import io.revproc.route.SwitchTable;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the switch table in step with etcd, on a thread of its own: reads all of it, follows its changes, writes what changes
 * here. Whatever is wrong with etcd, the table stays as it was, and what is set up meanwhile is written later. Every two seconds
 * at most it renews its lease, asks etcd for its revision and waits for the watch to say that it is as far: a watch that brings
 * nothing any more is found, and the table is read anew. None of that costs etcd a revision. Where etcd takes no writes, for want of
 * space, the table follows it all the same.
 */
public final class EtcdStore implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EtcdStore.class);
    /** Writes at once. etcd takes those that come together in one go. */
    private static final int MAX_WRITES = 128;
    /** What the watch may bring before it is looked at. */
    private static final int MOST_WAITING = 20_000;
    private static final long BEAT = TimeUnit.SECONDS.toNanos(2);
    private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(1);
    /** Where sessions begin and break off at once: each begins with reading the whole table. */
    private static final long LONGEST_PAUSE_BETWEEN_SHORT = TimeUnit.SECONDS.toNanos(5);
    private static final long SHORT_SESSION = TimeUnit.SECONDS.toNanos(5);
    /** How often the watch is asked how far it is, until it says so. */
    private static final long ASK_AGAIN = TimeUnit.MILLISECONDS.toNanos(250);
    /** When that is tried again which etcd does not take. */
    private static final long RETRY_REFUSED = TimeUnit.SECONDS.toNanos(30);
    private static final long LAST_WRITES = TimeUnit.SECONDS.toNanos(2);

    /** What happens to the store's thread; of a session that is over it is nothing any more. */
    private sealed interface Event {
        record Look() implements Event {}

        record Changed(int session, Batch batch) implements Event {}

        record Written(int session, Attempt attempt, Outcome outcome) implements Event {}

        record NotWritten(int session, Attempt attempt, EtcdFailure failure) implements Event {}

        record Alive(int session, Outcome sign) implements Event {}

        /** The sign of life stands; its lease is new if it is another one than before. */
        record Signed(int session, long lease, long clusterId) implements Event {}

        record NotSigned(int session, EtcdFailure failure) implements Event {}

        record Broken(int session, String reason, boolean leaseOver) implements Event {}
    }

    private static final Event LOOK = new Event.Look();

    private final EtcdProperties properties;
    private final List<URI> endpoints;
    private final Keys keys;
    private final String proxy;
    private final LocalChanges locals;
    private final SharedTable shared;
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final AtomicBoolean looking = new AtomicBoolean();
    private final CountDownLatch loaded = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().daemon().name("revproc-etcd").unstarted(this::run);
    private volatile boolean running = true;
    private volatile EtcdStatus status;
    private volatile long since = System.nanoTime();

    // The thread's own.
    private int endpoint;
    /** Whether this session got as far as the table. */
    private boolean connectedNow;
    private int session;
    private long lease;
    private long clusterId;
    private long revision;
    private long reloads;
    private Duration lag = Duration.ZERO;
    private boolean leaseOver;
    /** When etcd last brought something. */
    private long heard;
    /** Until when it is not believed that a proxy whose lease ran out is gone; 0: it is believed. */
    private long sparingUntil;
    private long nextBeat;
    private final WriteGate gate = new WriteGate(ThreadLocalRandom.current()::nextDouble);
    private final LineLimit localSetups = new LineLimit(System::nanoTime);
    private final LineLimit refusals = new LineLimit(System::nanoTime);
    /** etcd's revision when it was last asked; 0: it has not answered yet. */
    private long beatRevision;
    private long beatSent;
    private boolean beating;
    private long askedAt;
    /** How far the watch is, by its own account. */
    private long told;
    private boolean signing;
    private long retryRefusedAt;

    /** @param tokens new texts that nobody can guess */
    public EtcdStore(SwitchTable table, EtcdProperties properties, Supplier<String> tokens) {
        this.properties = properties;
        this.endpoints = properties.uris();
        this.keys = new Keys(properties.prefix());
        this.proxy = tokens.get();
        this.locals = new LocalChanges(table, tokens, this::look);
        this.shared = new SharedTable(new Shown(table, locals::waiting), keys, proxy, Site.ofThisProcess());
        this.status = new EtcdStatus(State.LOST, endpoints.getFirst().toString(), Duration.ZERO, "not started", 0, 0,
                Duration.ZERO, 0);
        locals.ignore(thread);
        table.journal(locals);
    }

    /** Begins, and waits for the table for as long as the settings say. */
    public void start() {
        thread.start();
        try {
            if (!loaded.await(properties.startWait().toNanos(), TimeUnit.NANOSECONDS)) {
                log.warn("event=store_not_there endpoint={} reason={} servers=0 waited_ms={}",
                        LogValue.of(status.endpoint()),
                        LogValue.of(String.valueOf(status.reason())), properties.startWait().toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** How it stands now. */
    public EtcdStatus status() {
        EtcdStatus now = status;
        return new EtcdStatus(now.state(), now.endpoint(), Duration.ofNanos(System.nanoTime() - since),
                now.reason(), now.revision(), now.pending() + locals.size(), now.lag(), now.reloads());
    }

    /** The proxy is about to end: that its sessions end now is not told to the others, to whom its servers will come. */
    public void leave() {
        shared.leave();
    }

    private void look() {
        if (!looking.getAndSet(true)) {
            events.add(LOOK);
        }
    }

    private void run() {
        long pause = FIRST_PAUSE;
        try {
            while (running) {
                long begun = System.nanoTime();
                connectedNow = false;
                try (EtcdLink link = EtcdLink.open(endpoints.get(endpoint), properties)) {
                    session(link);
                } catch (EtcdException e) {
                    lost(String.valueOf(e.getMessage()));
                } catch (RuntimeException e) {
                    log.error("event=store_failed", e);
                    lost(EtcdFailure.reason(e));
                }
                endpoint = (endpoint + 1) % endpoints.size();
                pause = connectedNow && System.nanoTime() - begun > SHORT_SESSION
                        ? FIRST_PAUSE
                        : Math.min(2 * pause, connectedNow ? LONGEST_PAUSE_BETWEEN_SHORT : LONGEST_PAUSE);
                pauseFor(pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Goes on taking what changes here, so that it is known what waits. */
    private void pauseFor(long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        long left;
        while (running && (left = end - System.nanoTime()) > 0) {
            Event event = events.poll(left, TimeUnit.NANOSECONDS);
            if (event instanceof Event.Look) {
                takeLocals();
                say(State.LOST, status.reason());
            }
        }
    }

    private void session(EtcdLink link) throws EtcdException, InterruptedException {
        int number = ++session;
        String name = link.endpoint().toString();
        if (lease == 0 || leaseOver || !link.holds(lease)) {
            leaseOver |= lease != 0;
            lease = 0;
            grant(link);
        }
        Snapshot snapshot = link.load(keys.prefix());
        boolean same = clusterId == snapshot.clusterId() && snapshot.revision() >= revision;
        takeLocals();
        spareAfterOutage();
        shared.load(snapshot, same || clusterId == 0, leaseOver);
        leaseOver = false;
        clusterId = snapshot.clusterId();
        revision = snapshot.revision();
        reloads++;
        beating = false;
        signing = false;
        gate.probeLost();
        told = 0;
        nextBeat = System.nanoTime();
        try (Following watch = link.watch(keys.prefix(), revision + 1,
                batch -> post(number, new Event.Changed(number, batch)),
                reason -> events.add(new Event.Broken(number, reason, false)))) {
            connected(name, snapshot);
            if (lease != 0 && snapshot.items().stream().noneMatch(item -> item.key().equals(keys.proxy(proxy)))) {
                // Before the entries: by this it is known later which of them are of an earlier lease.
                sign(link, lease);
            }
            while (running) {
                follow(link, watch);
            }
            lastWrites(link);
        }
    }

    /** A new lease if etcd gives one; without, the table is read and nothing is written. */
    private void grant(EtcdLink link) throws EtcdException, InterruptedException {
        try {
            lease = link.await(link.grant(properties.leaseTtl()));
        } catch (EtcdException e) {
            if (e.kind() != Kind.FULL) {
                throw e;
            }
            shut(String.valueOf(e.getMessage()));
        }
    }

    /** Where etcd was out of reach for long, leases of proxies that live may have run out, or are about to. */
    private void spareAfterOutage() {
        long now = System.nanoTime();
        if (clusterId != 0 && now - heard > properties.leaseTtl().toNanos() / 2) {
            sparingUntil = now + properties.leaseTtl().toNanos();
            shared.spareEnded(true);
        }
        heard = now;
    }

    private void post(int number, Event event) {
        if (events.size() > MOST_WAITING) {
            events.add(new Event.Broken(number, "more changes than can be taken in", false));
        } else {
            events.add(event);
        }
    }

    /** Handles what has happened; waits for something to happen. */
    private void follow(EtcdLink link, Following watch) throws EtcdException, InterruptedException {
        long now = System.nanoTime();
        if (!beating && now - nextBeat >= 0) {
            beat(link, now);
        }
        if (beating && beatRevision > 0 && now - askedAt >= ASK_AGAIN) {
            askedAt = now;
            watch.ask();
        }
        if (sparingUntil != 0 && now - sparingUntil >= 0) {
            sparingUntil = 0;
            shared.spareEnded(false);
        }
        if (now - retryRefusedAt >= 0) {
            retryRefusedAt = now + RETRY_REFUSED;
            shared.retryRefused();
        }
        if (beating && now - beatSent > 2 * properties.timeout().toNanos()) {
            throw new EtcdException("the watch brings nothing any more");
        }
        long wait = beating ? ASK_AGAIN : Math.max(0, nextBeat - now);
        Event event = events.poll(wait, TimeUnit.NANOSECONDS);
        while (event != null) {
            handle(link, event);
            if (beating && beatRevision > 0 && askedAt == 0) {
                askedAt = System.nanoTime();
                watch.ask();
            }
            event = events.poll();
        }
        write(link);
        sayFollowing();
    }

    private void handle(EtcdLink link, Event event) throws EtcdException, InterruptedException {
        switch (event) {
            case Event.Look() -> takeLocals();
            case Event.Changed(int number, Batch batch) when number == session -> changed(link, batch);
            case Event.Written(int number, Attempt attempt, Outcome outcome) when number == session -> {
                sameCluster(outcome.clusterId());
                if (attempt.write().value() != null && outcome.done()) {
                    opened();
                }
                shared.done(attempt, outcome);
            }
            case Event.NotWritten(int number, Attempt attempt, EtcdFailure failure) when number == session ->
                notWritten(attempt, failure);
            case Event.Alive(int number, Outcome sign) when number == session -> {
                sameCluster(sign.clusterId());
                beatRevision = sign.revision();
                if (!sign.done() && lease != 0 && gate.open()) {
                    sign(link, lease);
                }
                seen(System.nanoTime());
            }
            case Event.Signed(int number, long signedBy, long cluster) when number == session -> {
                sameCluster(cluster);
                signing = false;
                lease = signedBy;
                opened();
            }
            case Event.NotSigned(int number, EtcdFailure failure) when number == session -> {
                signing = false;
                switch (failure.kind()) {
                    case FULL -> shut(failure.reason());
                    case REFUSED -> gate.opened();
                    case LEASE_OVER, GONE -> broken(failure);
                }
            }
            case Event.Broken(int number, String reason, boolean over) when number == session -> {
                leaseOver |= over;
                throw new EtcdException(reason);
            }
            default -> {
                // of an earlier session
            }
        }
    }

    private void notWritten(Attempt attempt, EtcdFailure failure) throws EtcdException {
        switch (failure.kind()) {
            case FULL -> {
                shut(failure.reason());
                if (attempt.claim() != null) {
                    staysLocal(attempt.slot().key, failure.reason());
                }
                shared.refused(attempt, false);
            }
            case REFUSED -> {
                shared.refused(attempt, true);
                long others = refusals.next();
                if (others >= 0) {
                    log.warn("event=store_refused server={} reason={} unlogged={}",
                            LogValue.of(attempt.slot().key.toString()), LogValue.of(failure.reason()), others);
                }
            }
            case LEASE_OVER, GONE -> broken(failure);
        }
    }

    private void broken(EtcdFailure failure) throws EtcdException {
        leaseOver |= failure.kind() == Kind.LEASE_OVER;
        throw new EtcdException(failure);
    }

    private void shut(String reason) {
        if (gate.shut(reason, System.nanoTime())) {
            log.warn("event=store_full endpoint={} reason={} following={} pending={}",
                    LogValue.of(endpoints.get(endpoint).toString()), LogValue.of(reason), clusterId != 0,
                    shared.pending());
        }
    }

    private void opened() {
        if (gate.opened()) {
            log.info("event=store_writable endpoint={} pending={}",
                    LogValue.of(endpoints.get(endpoint).toString()), shared.pending());
        }
    }

    private void sameCluster(long id) throws EtcdException {
        if (id != clusterId) {
            throw new EtcdException("it is another cluster than before");
        }
    }

    private void takeLocals() {
        looking.set(false);
        Map<EntryKey, Local> changes = locals.fetch();
        shared.take(changes);
        String reason = status.connected() ? gate.reason() : status.reason();
        if (reason != null && running) {
            changes.forEach((key, change) -> {
                if (change instanceof Local.Setup) {
                    staysLocal(key, reason);
                }
            });
        }
    }

    /** Others do not hear of this server for now. */
    private void staysLocal(EntryKey key, String reason) {
        long others = localSetups.next();
        if (others >= 0) {
            log.warn("event=registration_pending server={} reason={} unlogged={}", LogValue.of(key.toString()),
                    LogValue.of(reason), others);
        }
    }

    private void changed(EtcdLink link, Batch batch) throws EtcdException, InterruptedException {
        // First what was set up here before this came: it did not know of it.
        takeLocals();
        List<Slot> gone = shared.apply(batch.items());
        if (!batch.items().isEmpty()) {
            // Not the answer's own revision: that one may be ahead of what it brings.
            revision = Math.max(revision, batch.items().getLast().modRevision());
        }
        told = Math.max(told, batch.revision());
        if (!gone.isEmpty()) {
            if (lease == 0 || !link.holds(lease)) {
                leaseOver = true;
                throw new EtcdException("it did not hear of this proxy for too long");
            }
            shared.removedByOthers(gone);
        }
        seen(System.nanoTime());
    }

    private void write(EtcdLink link) {
        int number = session;
        if (gate.probe(System.nanoTime())) {
            probe(link);
        }
        while (shared.underWay() < MAX_WRITES) {
            Attempt attempt = shared.next(lease, gate.open() && lease != 0);
            if (attempt == null) {
                return;
            }
            link.write(attempt.write()).whenComplete((outcome, error) -> events.add(error == null
                    ? new Event.Written(number, attempt, outcome)
                    : new Event.NotWritten(number, attempt, EtcdFailure.of(error))));
        }
    }

    /** Whether etcd has room again. */
    private void probe(EtcdLink link) {
        int number = session;
        if (lease != 0) {
            sign(link, lease);
            return;
        }
        signing = true;
        link.grant(properties.leaseTtl()).whenComplete((granted, error) -> {
            if (error == null) {
                put(link, number, granted);
            } else {
                events.add(new Event.NotSigned(number, EtcdFailure.of(error)));
            }
        });
    }

    /** Writes the sign of life, which stays as long as the lease. */
    private void sign(EtcdLink link, long by) {
        if (!signing) {
            signing = true;
            put(link, session, by);
        }
    }

    private void put(EtcdLink link, int number, long by) {
        link.write(new Write(keys.proxy(proxy), -1, new byte[]{'1'}, by, null))
                .whenComplete((outcome, error) -> events.add(error == null
                        ? new Event.Signed(number, by, outcome.clusterId())
                        : new Event.NotSigned(number, EtcdFailure.of(error))));
    }

    private void beat(EtcdLink link, long now) {
        int number = session;
        beating = true;
        beatSent = now;
        beatRevision = 0;
        askedAt = 0;
        nextBeat = now + Math.min(BEAT, properties.leaseTtl().toNanos() / 5);
        if (lease != 0) {
            link.keepAlive(lease).whenComplete((held, error) -> {
                if (error != null || !held) {
                    events.add(error == null
                            ? new Event.Broken(number, "it did not hear of this proxy for too long", true)
                            : broken(number, error));
                }
            });
        }
        link.look(keys.proxy(proxy)).whenComplete((sign, error) -> events.add(error == null
                ? new Event.Alive(number, sign)
                : broken(number, error)));
    }

    private static Event broken(int number, Throwable error) {
        EtcdFailure failure = EtcdFailure.of(error);
        return new Event.Broken(number, failure.reason(), failure.kind() == Kind.LEASE_OVER);
    }

    /** Whether the watch is as far as etcd was when it was asked. */
    private void seen(long now) {
        if (beating && beatRevision > 0 && told >= beatRevision) {
            beating = false;
            heard = now;
            lag = Duration.ofNanos(now - beatSent);
        }
    }

    private void connected(String name, Snapshot snapshot) {
        if (!status.connected()) {
            since = System.nanoTime();
        }
        log.info("event=store_connected endpoint={} revision={} entries={} pending={}", LogValue.of(name),
                snapshot.revision(),
                snapshot.items().size(), shared.pending());
        connectedNow = true;
        sayFollowing();
        loaded.countDown();
    }

    private void lost(String reason) {
        takeLocals();
        if (status.connected()) {
            since = System.nanoTime();
        }
        if (status.connected() || !reason.equals(status.reason())) {
            log.warn("event=store_lost endpoint={} reason={} routing=last-table pending={}",
                    LogValue.of(endpoints.get(endpoint).toString()), LogValue.of(reason), shared.pending());
        }
        say(State.LOST, reason);
    }

    private void sayFollowing() {
        say(gate.open() ? State.IN_STEP : State.FULL, gate.reason());
    }

    private void say(State state, @Nullable String reason) {
        if ((state == State.FULL) != (status.state() == State.FULL)) {
            since = System.nanoTime();
        }
        status = new EtcdStatus(state, endpoints.get(endpoint).toString(), Duration.ZERO, reason, revision,
                shared.pending(), lag, reloads);
    }

    private void lastWrites(EtcdLink link) throws EtcdException, InterruptedException {
        takeLocals();
        long end = System.nanoTime() + Math.min(LAST_WRITES, properties.timeout().toNanos());
        write(link);
        while (shared.pending() > 0 && gate.open() && System.nanoTime() - end < 0) {
            Event event = events.poll(10, TimeUnit.MILLISECONDS);
            if (event != null) {
                handle(link, event);
            }
            write(link);
        }
    }

    /** Writes what can be written at once, then ends. The entries stay for the lease's time. */
    @Override
    public void close() {
        running = false;
        events.add(LOOK);
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
