package io.revproc.proxy.etcd;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.revproc.proxy.access.LineLimit;
import io.revproc.proxy.etcd.EtcdFailure.Kind;
import io.revproc.proxy.etcd.EtcdLink.Batch;
import io.revproc.proxy.etcd.EtcdLink.Following;
import io.revproc.proxy.etcd.EtcdLink.Item;
import io.revproc.proxy.etcd.EtcdLink.Outcome;
import io.revproc.proxy.etcd.EtcdLink.Snapshot;
import io.revproc.proxy.etcd.EtcdLink.Write;
import io.revproc.proxy.etcd.EtcdStatus.State;
import io.revproc.proxy.etcd.LocalChanges.Local;
import io.revproc.proxy.etcd.SharedTable.Attempt;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.Settlement;
import io.revproc.proxy.route.Standstill;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.route.TableStore;
import io.revproc.wire.Ident;
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
 *
 * <p>The table has a name in etcd. Is it gone, or another one, or has etcd's revision gone back, then etcd lost its table, and what is
 * known here and missing there is written again: this proxy's own entries, those of Part 1 servers, and the newest word of an operator
 * on each server. Those words and those entries are kept on the disk as well.
 */
public final class EtcdStore implements TableStore, Settlement, AutoCloseable {
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
    /** How long somebody who changed the table waits for etcd to have it. */
    private static final long KEEP_WAIT = TimeUnit.SECONDS.toNanos(1);
    private static final long FORGET_OLD_WORDS = TimeUnit.HOURS.toNanos(1);
    /** When that is tried again which etcd does not take. */
    private static final long RETRY_REFUSED = TimeUnit.SECONDS.toNanos(30);
    /** How much longer than a lease a setup waits for proxies that do not answer: etcd is not quick to end a lease. */
    private static final long LEASES_END = TimeUnit.SECONDS.toNanos(3);
    /** How long the setup of a server with a session waits: shorter than its own lease lasts. */
    private static final long SESSION_WAIT = TimeUnit.SECONDS.toNanos(2);
    private static final long LOOK_AT_SETTLEMENTS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long LAST_WRITES = TimeUnit.SECONDS.toNanos(2);

    /** What happens to the store's thread; of a session that is over it is nothing any more. */
    private sealed interface Event {
        record Look() implements Event {}

        /** A setup took an address from others. */
        record Settle(Endpoint newest, Consumer<Boolean> done, long end) implements Event {}

        record Asked(int session, Outcome outcome) implements Event {}

        record NotAsked(int session, EtcdFailure failure) implements Event {}

        record Acknowledged(int session, long revision) implements Event {}

        record NotAcknowledged(int session, long revision, EtcdFailure failure) implements Event {}

        record Changed(int session, Batch batch) implements Event {}

        record Written(int session, Attempt attempt, Outcome outcome) implements Event {}

        record NotWritten(int session, Attempt attempt, EtcdFailure failure) implements Event {}

        record Alive(int session, Outcome sign) implements Event {}

        /** The sign of life stands; its lease is new if it is another one than before. */
        record Signed(int session, long lease, long clusterId) implements Event {}

        record NotSigned(int session, EtcdFailure failure) implements Event {}

        /** The table has a name. */
        record Named(int session, String name, Outcome outcome) implements Event {}

        record Broken(int session, String reason, boolean leaseOver) implements Event {}
    }

    private static final Event LOOK = new Event.Look();

    private final EtcdSettings properties;
    private final List<URI> endpoints;
    private final Keys keys;
    private final String proxy;
    private final LocalChanges locals;
    /** Guarded by {@link #lock}. */
    private final SharedTable shared;
    /** The thread's own. */
    private final Settlements settlements;
    private final Standstill standstill;
    private final String where;
    private final Keeper keeper;
    /** Not held while something is waited for. Whoever holds it may take the switch table's, never the other way round. */
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stored = lock.newCondition();
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final AtomicBoolean looking = new AtomicBoolean();
    private final CountDownLatch loaded = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().daemon().name("revproc-etcd").unstarted(this::run);
    private final Thread ticker = Thread.ofPlatform().daemon().name("revproc-etcd-ticks").unstarted(this::tick);
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
    private long forgetAt;
    /** etcd's revision as far as it is known, of whatever keys. */
    private long highest;
    private long resets;
    /** Guarded by {@link #lock}. */
    private @Nullable String tableName;

    /**
     * @param tokens new texts that nobody can guess
     * @param disk   where words and entries are kept that etcd may not have
     */
    public EtcdStore(SwitchTable table, EtcdSettings properties, Supplier<String> tokens, Disk disk) {
        this.properties = properties;
        this.endpoints = properties.uris();
        this.keys = new Keys(properties.prefix());
        this.proxy = tokens.get();
        this.locals = new LocalChanges(tokens, this::look);
        this.shared = new SharedTable(new EntrySync(table, locals::waiting, System::currentTimeMillis), keys,
                new Self(proxy, Site.ofThisProcess()), System::currentTimeMillis);
        this.settlements = new Settlements(keys, proxy);
        long ttl = properties.leaseTtl().toNanos();
        this.standstill = new Standstill(ttl / 2, ttl, System.nanoTime());
        this.where = endpoints.stream().map(URI::toString).sorted().collect(Collectors.joining(",")) + " "
                + keys.prefix();
        this.keeper = new Keeper(disk, this::kept);
        this.status = new EtcdStatus(State.LOST, endpoints.getFirst().toString(), Duration.ZERO, "not started", 0, 0,
                Duration.ZERO, 0, 0);
        table.journal(locals);
    }

    /** Begins, and waits for the table for as long as the settings say. */
    public void start() {
        recall(keeper.start());
        standstill.tick(System.nanoTime());
        ticker.start();
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

    private void recall(Kept kept) {
        if (!kept.store().equals(where)) {
            if (!kept.store().isEmpty()) {
                log.warn("event=shared_table_of_another_store words={} servers={} used=false", kept.words().size(),
                        kept.servers().size());
            }
            return;
        }
        lock();
        try {
            tableName = kept.table();
            highest = kept.revision();
            shared.recall(kept);
        } finally {
            unlock();
        }
        log.info("event=shared_table_recalled words={} servers={} pending={}", kept.words().size(),
                kept.servers().size(), waiting());
    }

    private Kept kept() {
        lock();
        try {
            return shared.kept(where, tableName, Math.max(revision, highest));
        } finally {
            unlock();
        }
    }

    private void lock() {
        lock.lock();
    }

    private void unlock() {
        if (lock.getHoldCount() == 1) {
            stored.signalAll();
            if (shared.keptChanged()) {
                keeper.changed();
            }
        }
        lock.unlock();
    }

    @Override
    public boolean keep(Ident policy, Ident id) {
        EntryKey key = new EntryKey(policy, id);
        takeLocals();
        events.add(LOOK);
        keeper.write();
        long left = KEEP_WAIT;
        lock.lock();
        try {
            while (left > 0 && pending(policy, id) && status.state() == State.IN_STEP) {
                left = stored.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        if (shared.pending(key)) {
            return false;
        }
        // Nobody need write it again.
        keeper.changed();
        return true;
    }

    @Override
    public boolean pending(Ident policy, Ident id) {
        EntryKey key = new EntryKey(policy, id);
        return shared.pending(key) || locals.waiting(key);
    }

    /** How it stands now. */
    public EtcdStatus status() {
        EtcdStatus now = status;
        return new EtcdStatus(now.state(), now.endpoint(), Duration.ofNanos(System.nanoTime() - since),
                now.reason(), now.revision(), now.pending() + locals.size(), now.lag(), now.reloads(),
                now.resets());
    }

    /** The proxy is about to end: that its sessions end now is not told to the others, to whom its servers will come. */
    public void leave() {
        shared.leave();
    }

    /** What knows whether the table may be out of date since the process stood still. */
    public Standstill standstill() {
        return standstill;
    }

    private void tick() {
        long pause = properties.leaseTtl().toMillis() / 20;
        try {
            while (running) {
                Thread.sleep(pause);
                if (standstill.tick(System.nanoTime())) {
                    long millis = properties.leaseTtl().toMillis() / 2;
                    log.warn("event=table_doubted stood_still_ms_at_least={}", millis);
                    look();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>True once etcd has the change and every other proxy that is alive there routes by it; false at once where etcd is out of reach
     * or takes nothing.
     */
    @Override
    public void settle(Endpoint newest, Consumer<Boolean> done) {
        if (!running || status.state() != State.IN_STEP) {
            done.accept(false);
            return;
        }
        long wait = newest.spec().proto() == 1 ? properties.leaseTtl().toNanos() + LEASES_END : SESSION_WAIT;
        events.add(new Event.Settle(newest, done, System.nanoTime() + wait));
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
            if (event instanceof Event.Settle settle) {
                tell(() -> settle.done().accept(false));
            }
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
            if (lease != 0) {
                // A lease that ran out is not gone yet: what goes with it is not to go later, as if somebody had taken it out.
                link.revoke(lease);
                leaseOver = true;
                lease = 0;
            }
            grant(link);
        }
        long readAt = System.nanoTime();
        long before = showLife(link);
        Snapshot snapshot = link.load(keys.prefix());
        Write naming = taken(snapshot, before);
        standstill.trueAt(readAt);
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
            if (naming != null) {
                name(link, naming);
            }
            while (running) {
                follow(link, watch);
            }
            lastWrites(link);
        }
    }

    /**
     * Writes the sign of life before the table is read: whoever asks the proxies that are there what they route by asks this one too,
     * or has asked before it read the table.
     *
     * @return etcd's revision before that
     */
    private long showLife(EtcdLink link) throws EtcdException, InterruptedException {
        Outcome sign = link.await(link.look(keys.proxy(proxy)));
        if (!sign.done() && lease != 0 && gate.open()) {
            try {
                link.await(link.write(signOfLife(lease)));
            } catch (EtcdException e) {
                if (e.kind() != Kind.FULL) {
                    throw e;
                }
                shut(String.valueOf(e.getMessage()));
            }
        }
        return sign.revision();
    }

    private Write signOfLife(long by) {
        return new Write(keys.proxy(proxy), -1, Settlements.SIGN, by, null);
    }

    /**
     * Takes in the whole table.
     *
     * @param before etcd's revision before this proxy wrote anything
     * @return a name for it, if it has none that can be used
     */
    private @Nullable Write taken(Snapshot snapshot, long before) {
        lock();
        try {
            takeLocals();
            Item named = snapshot.items().stream().filter(item -> item.key().equals(keys.table())).findFirst()
                    .orElse(null);
            String found = named == null ? null : name(named);
            String lostWhy = lostWhy(found, snapshot, before);
            boolean reset = lostWhy != null;
            spareAfterOutage(reset);
            int again = shared.load(snapshot, reset, leaseOver);
            settlements.load(snapshot.items());
            if (lostWhy != null) {
                resets++;
                log.warn("event=store_reset reason={} revision={} entries={} written-again={}", LogValue.of(lostWhy),
                        snapshot.revision(), snapshot.items().size(), again);
            }
            shared.forgetOldWords();
            boolean rename = found == null || reset && found.equals(tableName);
            tableName = rename ? tableName : found;
            leaseOver = false;
            clusterId = snapshot.clusterId();
            revision = snapshot.revision();
            highest = revision;
            reloads++;
            return rename
                    ? new Write(keys.table(), named == null ? 0 : named.modRevision(),
                            UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8), 0, null)
                    : null;
        } finally {
            unlock();
        }
    }

    private static @Nullable String name(Item named) {
        return named.value() == null ? null : new String(named.value(), StandardCharsets.UTF_8);
    }

    /** Why this is not the table that was known, or not all of it; null if it is. */
    private @Nullable String lostWhy(@Nullable String found, Snapshot snapshot, long before) {
        if (tableName != null && found == null) {
            return "the table is gone";
        }
        if (tableName != null && !tableName.equals(found)) {
            return "it is another table than before";
        }
        if (clusterId != 0 && clusterId != snapshot.clusterId()) {
            return "it is another cluster than before";
        }
        return before < Math.max(revision, highest) ? "its revision went back" : null;
    }

    private void name(EtcdLink link, Write naming) {
        int number = session;
        String name = new String(Objects.requireNonNull(naming.value()), StandardCharsets.UTF_8);
        link.write(naming).whenComplete((outcome, error) -> {
            // Without room for it there is none until the next session.
            if (error == null) {
                events.add(new Event.Named(number, name, outcome));
            }
        });
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
    private void spareAfterOutage(boolean reset) {
        long now = System.nanoTime();
        if (reset || clusterId != 0 && now - heard > properties.leaseTtl().toNanos() / 2) {
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
        if (!beating && (now - nextBeat >= 0 || standstill.doubts(now))) {
            beat(link, now);
        }
        if (beating && beatRevision > 0 && now - askedAt >= ASK_AGAIN) {
            askedAt = now;
            watch.ask();
        }
        whatIsDue(now);
        if (beating && now - beatSent > 2 * properties.timeout().toNanos()) {
            throw new EtcdException("the watch brings nothing any more");
        }
        long wait = beating ? ASK_AGAIN : Math.max(0, nextBeat - now);
        if (!settlements.idle()) {
            wait = Math.min(wait, LOOK_AT_SETTLEMENTS);
        }
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
        settle(link);
        sayFollowing();
    }

    private void settle(EtcdLink link) {
        boolean room = gate.open() && lease != 0;
        boolean ask;
        long acknowledge;
        lock();
        try {
            if (!room) {
                settlements.failAll();
            }
            ask = room && settlements.ask(newest -> shared.committed(newest.spec()));
            acknowledge = room ? settlements.acknowledge(shared.decided()) : 0;
            settlements.decide(System.nanoTime());
        } finally {
            unlock();
        }
        int number = session;
        if (ask) {
            link.write(new Write(keys.settling(proxy), -1, Settlements.QUESTION, lease, null))
                    .whenComplete((outcome, error) -> events.add(error == null
                            ? new Event.Asked(number, outcome)
                            : new Event.NotAsked(number, EtcdFailure.of(error))));
        }
        if (acknowledge > 0) {
            byte[] upTo = Long.toString(acknowledge).getBytes(StandardCharsets.UTF_8);
            link.write(new Write(keys.ack(proxy), -1, upTo, lease, null))
                    .whenComplete((outcome, error) -> events.add(error == null
                            ? new Event.Acknowledged(number, acknowledge)
                            : new Event.NotAcknowledged(number, acknowledge, EtcdFailure.of(error))));
        }
        settlements.verdicts().forEach(EtcdStore::tell);
    }

    private static void tell(Runnable verdict) {
        try {
            verdict.run();
        } catch (RuntimeException e) {
            log.error("event=settlement_failed", e);
        }
    }

    private void settleNone() {
        settlements.failAll();
        settlements.verdicts().forEach(EtcdStore::tell);
    }

    private void whatIsDue(long now) {
        lock();
        try {
            if (sparingUntil != 0 && now - sparingUntil >= 0) {
                sparingUntil = 0;
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
        } finally {
            unlock();
        }
    }

    private void handle(EtcdLink link, Event event) throws EtcdException, InterruptedException {
        if (event instanceof Event.Changed(int number, Batch batch)) {
            if (number == session) {
                changed(link, batch);
            }
            return;
        }
        lock();
        try {
            locked(link, event);
        } finally {
            unlock();
        }
    }

    private void locked(EtcdLink link, Event event) throws EtcdException {
        switch (event) {
            case Event.Look() -> takeLocals();
            case Event.Settle(Endpoint newest, Consumer<Boolean> done, long end) -> {
                // What gave way to it among them.
                takeLocals();
                settlements.add(newest, done, end);
            }
            case Event.Asked(int number, Outcome outcome) when number == session -> {
                sameCluster(outcome.clusterId());
                settlements.asked(outcome.revision());
            }
            case Event.NotAsked(int number, EtcdFailure failure) when number == session -> {
                settlements.notAsked();
                refused(failure);
            }
            case Event.Acknowledged(int number, long upTo) when number == session -> settlements.acknowledged(upTo);
            case Event.NotAcknowledged(int number, long upTo, EtcdFailure failure) when number == session -> {
                // What etcd will not take is not tried again: who asked hears nothing.
                settlements.acknowledged(failure.kind() == Kind.REFUSED ? upTo : 0);
                refused(failure);
            }
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
                highest = Math.max(highest, beatRevision);
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
            case Event.Named(int number, String name, Outcome outcome) when number == session -> {
                Item other = outcome.current();
                tableName = outcome.done() ? name : other == null ? tableName : name(other);
                keeper.changed();
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
                if (attempt.what() instanceof SlotWrite.Enter) {
                    staysLocal(attempt.key(), failure.reason());
                }
                shared.refused(attempt, false);
            }
            case REFUSED -> {
                shared.refused(attempt, true);
                long others = refusals.next();
                if (others >= 0) {
                    log.warn("event=store_refused server={} reason={} unlogged={}",
                            LogValue.of(attempt.key().toString()), LogValue.of(failure.reason()), others);
                }
            }
            case LEASE_OVER, GONE -> broken(failure);
        }
    }

    /** A write that is no entry's was not made. */
    private void refused(EtcdFailure failure) throws EtcdException {
        switch (failure.kind()) {
            case FULL -> shut(failure.reason());
            case REFUSED -> {
                long others = refusals.next();
                if (others >= 0) {
                    log.warn("event=store_refused server=none reason={} unlogged={}", LogValue.of(failure.reason()),
                            others);
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
                    waiting());
        }
    }

    private void opened() {
        if (gate.opened()) {
            log.info("event=store_writable endpoint={} pending={}",
                    LogValue.of(endpoints.get(endpoint).toString()), waiting());
        }
    }

    private void sameCluster(long id) throws EtcdException {
        if (id != clusterId) {
            throw new EtcdException("it is another cluster than before");
        }
    }

    private void takeLocals() {
        lock();
        try {
            looking.set(false);
            Map<EntryKey, Local> changes = shared.take(locals::fetch, status.state() != State.IN_STEP);
            String reason = status.connected() ? gate.reason() : status.reason();
            if (reason != null && running) {
                changes.forEach((key, change) -> {
                    if (change instanceof Local.Setup) {
                        staysLocal(key, reason);
                    }
                });
            }
        } finally {
            unlock();
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
        List<EntryKey> gone = apply(batch);
        if (!gone.isEmpty()) {
            if (lease == 0 || !link.holds(lease)) {
                leaseOver = true;
                throw new EtcdException("it did not hear of this proxy for too long");
            }
            lock();
            try {
                shared.removedByOthers(gone);
            } finally {
                unlock();
            }
        }
        seen(System.nanoTime());
    }

    private List<EntryKey> apply(Batch batch) throws EtcdException {
        lock();
        try {
            for (Item item : batch.items()) {
                if (item.key().equals(keys.table())) {
                    if (item.value() == null) {
                        // All that goes with it goes by nobody's will.
                        throw new EtcdException("the table was deleted");
                    }
                    tableName = name(item);
                    keeper.changed();
                }
            }
            // First what was set up here before this came: it did not know of it.
            takeLocals();
            List<EntryKey> gone = shared.apply(batch.items());
            batch.items().forEach(settlements::apply);
            if (!batch.items().isEmpty()) {
                // Not the answer's own revision: that one may be ahead of what it brings.
                revision = Math.max(revision, batch.items().getLast().modRevision());
            }
            told = Math.max(told, batch.revision());
            return gone;
        } finally {
            unlock();
        }
    }

    private void write(EtcdLink link) {
        int number = session;
        if (gate.probe(System.nanoTime())) {
            probe(link);
        }
        Attempt attempt;
        while ((attempt = next()) != null) {
            send(link, number, attempt);
        }
    }

    private @Nullable Attempt next() {
        lock();
        try {
            return shared.underWay() < MAX_WRITES ? shared.next(lease, gate.open() && lease != 0) : null;
        } finally {
            unlock();
        }
    }

    private void send(EtcdLink link, int number, Attempt attempt) {
        link.write(attempt.write()).whenComplete((outcome, error) -> events.add(error == null
                ? new Event.Written(number, attempt, outcome)
                : new Event.NotWritten(number, attempt, EtcdFailure.of(error))));
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
        link.write(signOfLife(by))
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
            standstill.trueAt(beatSent);
            lag = Duration.ofNanos(now - beatSent);
        }
    }

    private void connected(String name, Snapshot snapshot) {
        if (!status.connected()) {
            since = System.nanoTime();
        }
        log.info("event=store_connected endpoint={} revision={} entries={} pending={}", LogValue.of(name),
                snapshot.revision(),
                snapshot.items().size(), waiting());
        connectedNow = true;
        sayFollowing();
        loaded.countDown();
    }

    private void lost(String reason) {
        settleNone();
        takeLocals();
        if (status.connected()) {
            since = System.nanoTime();
        }
        if (status.connected() || !reason.equals(status.reason())) {
            log.warn("event=store_lost endpoint={} reason={} routing=last-table pending={}",
                    LogValue.of(endpoints.get(endpoint).toString()), LogValue.of(reason), waiting());
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
                waiting(), lag, reloads, resets);
    }

    /** How many entries etcd has yet to hear of. */
    private int waiting() {
        lock.lock();
        try {
            return shared.pending();
        } finally {
            lock.unlock();
        }
    }

    private void lastWrites(EtcdLink link) throws EtcdException, InterruptedException {
        takeLocals();
        long end = System.nanoTime() + Math.min(LAST_WRITES, properties.timeout().toNanos());
        write(link);
        while (waiting() > 0 && gate.open() && System.nanoTime() - end < 0) {
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
        ticker.interrupt();
        settleNone();
        Event event;
        while ((event = events.poll()) != null) {
            if (event instanceof Event.Settle settle) {
                tell(() -> settle.done().accept(false));
            }
        }
        keeper.close();
    }
}
