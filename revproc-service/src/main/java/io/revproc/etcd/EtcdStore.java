package io.revproc.etcd;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.revproc.etcd.EtcdLink.Batch;
import io.revproc.etcd.EtcdLink.Outcome;
import io.revproc.etcd.EtcdLink.Snapshot;
import io.revproc.etcd.EtcdLink.Write;
import io.revproc.etcd.SharedTable.Attempt;
import io.revproc.route.SwitchTable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the switch table in step with etcd, on a thread of its own: reads all of it, follows its changes, writes what changes
 * here. Whatever is wrong with etcd, the table stays as it was, and what is set up meanwhile is written later. Every two seconds
 * at most it writes a sign of life and waits for it to come back by the watch: a watch that brings nothing any more is found, and
 * the table is read anew.
 */
public final class EtcdStore implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EtcdStore.class);
    /** Writes at once. etcd takes those that come together in one go. */
    private static final int MOST_WRITES = 128;
    /** What the watch may bring before it is looked at. */
    private static final int MOST_WAITING = 20_000;
    private static final long BEAT = TimeUnit.SECONDS.toNanos(2);
    private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(1);
    private static final long LAST_WRITES = TimeUnit.SECONDS.toNanos(2);

    /** What happens to the store's thread; of a session that is over it is nothing any more. */
    private sealed interface Event {
        record Look() implements Event {}

        record Changed(int session, Batch batch) implements Event {}

        record Written(int session, Attempt attempt, Outcome outcome) implements Event {}

        record Alive(int session, long revision, long clusterId, long sent) implements Event {}

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
    /** The sign of life that is on its way: its revision once etcd has it, else 0. */
    private long beatRevision;
    private long beatSent;
    private boolean beating;

    /** @param tokens new texts that nobody can guess */
    public EtcdStore(SwitchTable table, EtcdProperties properties, Supplier<String> tokens) {
        this.properties = properties;
        this.endpoints = properties.uris();
        this.keys = new Keys(properties.prefix());
        this.proxy = tokens.get();
        this.locals = new LocalChanges(table, tokens, this::look);
        this.shared = new SharedTable(new Shown(table, locals::waiting), keys, proxy, Site.ofThisProcess());
        this.status = new EtcdStatus(false, endpoints.getFirst().toString(), Duration.ZERO, "not started", 0, 0,
                Duration.ZERO, 0);
        locals.ignore(thread);
        table.journal(locals);
    }

    /** Begins, and waits for the table for as long as the settings say. */
    public void start() {
        thread.start();
        try {
            if (!loaded.await(properties.startWait().toNanos(), TimeUnit.NANOSECONDS)) {
                log.warn("event=store_not_there endpoint={} reason=\"{}\" servers=0 waited-ms={}", status.endpoint(),
                        status.reason(), properties.startWait().toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** How it stands now. */
    public EtcdStatus status() {
        EtcdStatus now = status;
        return new EtcdStatus(now.connected(), now.endpoint(), Duration.ofNanos(System.nanoTime() - since),
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
                boolean before = status.connected();
                try (EtcdLink link = EtcdLink.open(endpoints.get(endpoint), properties)) {
                    session(link);
                } catch (EtcdException e) {
                    lost(String.valueOf(e.getMessage()));
                } catch (RuntimeException e) {
                    log.error("event=store_failed", e);
                    lost(EtcdLink.reason(e));
                }
                endpoint = (endpoint + 1) % endpoints.size();
                pause = before || status.connected() ? FIRST_PAUSE : Math.min(2 * pause, LONGEST_PAUSE);
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
                say(false, status.reason());
            }
        }
    }

    private void session(EtcdLink link) throws EtcdException, InterruptedException {
        int number = ++session;
        String name = link.endpoint().toString();
        if (lease == 0 || leaseOver || !link.holds(lease)) {
            leaseOver = lease != 0;
            lease = link.grant(properties.leaseTtl());
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
        nextBeat = System.nanoTime();
        AutoCloseable watch = link.watch(keys.prefix(), revision + 1,
                batch -> post(number, new Event.Changed(number, batch)),
                reason -> events.add(new Event.Broken(number, reason, false)));
        try {
            connected(name, snapshot);
            while (running) {
                follow(link);
            }
            lastWrites(link);
        } finally {
            close(watch);
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
    private void follow(EtcdLink link) throws EtcdException, InterruptedException {
        long now = System.nanoTime();
        if (!beating && now - nextBeat >= 0) {
            beat(link, now);
        }
        if (sparingUntil != 0 && now - sparingUntil >= 0) {
            sparingUntil = 0;
            shared.spareEnded(false);
        }
        if (beating && now - beatSent > 2 * properties.timeout().toNanos()) {
            throw new EtcdException("the watch brings nothing any more");
        }
        long wait = beating ? properties.timeout().toNanos() : Math.max(0, nextBeat - now);
        Event event = events.poll(wait, TimeUnit.NANOSECONDS);
        while (event != null) {
            handle(link, event);
            event = events.poll();
        }
        write(link);
        say(true, null);
    }

    private void handle(EtcdLink link, Event event) throws EtcdException, InterruptedException {
        switch (event) {
            case Event.Look() -> takeLocals();
            case Event.Changed(int number, Batch batch) when number == session -> changed(link, batch);
            case Event.Written(int number, Attempt attempt, Outcome outcome) when number == session -> {
                sameCluster(outcome.clusterId());
                shared.done(attempt, outcome);
            }
            case Event.Alive(int number, long written, long cluster, long sent) when number == session -> {
                sameCluster(cluster);
                beatRevision = written;
                seen(System.nanoTime());
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

    private void sameCluster(long id) throws EtcdException {
        if (id != clusterId) {
            throw new EtcdException("it is another cluster than before");
        }
    }

    private void takeLocals() {
        looking.set(false);
        shared.take(locals.fetch());
    }

    private void changed(EtcdLink link, Batch batch) throws EtcdException, InterruptedException {
        // First what was set up here before this came: it did not know of it.
        takeLocals();
        List<Slot> gone = shared.apply(batch.items());
        if (!batch.items().isEmpty()) {
            // Not the answer's own revision: that one may be ahead of what it brings.
            revision = Math.max(revision, batch.items().getLast().modRevision());
        }
        if (!gone.isEmpty()) {
            if (!link.holds(lease)) {
                leaseOver = true;
                throw new EtcdException("it did not hear of this proxy for too long");
            }
            shared.removedByOthers(gone);
        }
        seen(System.nanoTime());
    }

    private void write(EtcdLink link) {
        int number = session;
        while (shared.underWay() < MOST_WRITES) {
            Attempt attempt = shared.next(lease);
            if (attempt == null) {
                return;
            }
            link.write(attempt.write()).whenComplete((outcome, error) -> events.add(error == null
                    ? new Event.Written(number, attempt, outcome)
                    : broken(number, error)));
        }
    }

    private static Event broken(int number, Throwable error) {
        String reason = EtcdLink.reason(error);
        return new Event.Broken(number, reason, reason.contains("lease not found"));
    }

    private void beat(EtcdLink link, long now) {
        int number = session;
        beating = true;
        beatSent = now;
        beatRevision = 0;
        nextBeat = now + Math.min(BEAT, properties.leaseTtl().toNanos() / 5);
        link.keepAlive(lease).whenComplete((held, error) -> {
            if (error != null || !held) {
                events.add(error == null
                        ? new Event.Broken(number, "it did not hear of this proxy for too long", true)
                        : broken(number, error));
            }
        });
        link.write(new Write(keys.proxy(proxy), -1, new byte[]{'1'}, lease, null))
                .whenComplete((outcome, error) -> events.add(error == null
                        ? new Event.Alive(number, outcome.revision(), outcome.clusterId(), now)
                        : broken(number, error)));
    }

    /** Whether the watch has brought the sign of life back. */
    private void seen(long now) {
        if (beating && beatRevision > 0 && revision >= beatRevision) {
            beating = false;
            heard = now;
            lag = Duration.ofNanos(now - beatSent);
        }
    }

    private void connected(String name, Snapshot snapshot) {
        if (!status.connected()) {
            since = System.nanoTime();
        }
        log.info("event=store_connected endpoint={} revision={} entries={} pending={}", name, snapshot.revision(),
                snapshot.items().size(), shared.pending());
        say(true, null);
        loaded.countDown();
    }

    private void lost(String reason) {
        takeLocals();
        if (status.connected()) {
            since = System.nanoTime();
        }
        if (status.connected() || !reason.equals(status.reason())) {
            log.warn("event=store_lost endpoint={} reason=\"{}\" routing=last-table pending={}",
                    endpoints.get(endpoint), reason, shared.pending());
        }
        say(false, reason);
    }

    private void say(boolean connected, @Nullable String reason) {
        status = new EtcdStatus(connected, endpoints.get(endpoint).toString(), Duration.ZERO, reason, revision,
                shared.pending(), lag, reloads);
    }

    private void lastWrites(EtcdLink link) throws EtcdException, InterruptedException {
        takeLocals();
        long end = System.nanoTime() + Math.min(LAST_WRITES, properties.timeout().toNanos());
        write(link);
        while (shared.pending() > 0 && System.nanoTime() - end < 0) {
            Event event = events.poll(10, TimeUnit.MILLISECONDS);
            if (event != null) {
                handle(link, event);
            }
            write(link);
        }
    }

    private static void close(AutoCloseable watch) {
        try {
            watch.close();
        } catch (Exception e) {
            log.debug("event=watch_not_closed reason=\"{}\"", e.toString());
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
