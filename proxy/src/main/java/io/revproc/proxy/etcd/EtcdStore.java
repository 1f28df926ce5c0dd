package io.revproc.proxy.etcd;

import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.revproc.proxy.etcd.EtcdStatus.State;
import io.revproc.proxy.peers.Peers;
import io.revproc.proxy.peers.ProxyStatus;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.Settlement;
import io.revproc.proxy.route.Standstill;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.route.TableStore;
import io.revproc.wire.Ident;
import io.revproc.wire.LogValue;
import io.revproc.wire.ThreadEnd;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the switch table in step with etcd, on a thread of its own: one {@link Session} after the other reads all of it, follows its
 * changes and writes what changes here. Whatever is wrong with etcd, the table stays as it was, and what is set up meanwhile is written
 * later. Where etcd takes no writes, for want of space, the table follows it all the same.
 *
 * <p>The table has a name in etcd. Is it gone, or another one, or has etcd's revision gone back, then etcd lost its table, and what is
 * known here and missing there is written again: this proxy's own entries, those of Part 1 servers, and the newest word of an operator
 * on each server. Those words and those entries are kept on the disk as well.
 */
public final class EtcdStore implements TableStore, Settlement, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EtcdStore.class);
    private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long MAX_PAUSE = TimeUnit.SECONDS.toNanos(1);
    /** The pause between sessions that end at once, since each begins with reading the whole table. */
    private static final long MAX_PAUSE_BETWEEN_SHORT = TimeUnit.SECONDS.toNanos(5);
    private static final long SHORT_SESSION = TimeUnit.SECONDS.toNanos(5);
    /** How long a change of the table over HTTP waits for etcd. */
    private static final long KEEP_WAIT = TimeUnit.SECONDS.toNanos(1);
    /** How much longer than a lease a setup waits for proxies that do not answer: etcd is not quick to end a lease. */
    private static final long LEASES_END = TimeUnit.SECONDS.toNanos(3);
    /** How long the setup of a server with a session waits: shorter than its own lease lasts. */
    private static final long SESSION_WAIT = TimeUnit.SECONDS.toNanos(2);
    private static final long LAST_WRITES = TimeUnit.SECONDS.toNanos(2);
    private static final StoreEvent LOOK = new StoreEvent.Look();

    private final EtcdSettings settings;
    private final List<URI> endpoints;
    private final SharedTable shared;
    private final Replica replica;
    private final Membership membership;
    /** The thread's own. */
    private final Settlements settlements;
    private final Peers peers = new Peers();
    private final Standstill standstill;
    private final StoreStatus status;
    private final Keeper keeper;
    private final Session.Parts parts;
    private final LinkedBlockingQueue<StoreEvent> events = new LinkedBlockingQueue<>();
    private final CountDownLatch loaded = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().daemon().name("revproc-etcd").unstarted(this::run);
    private final Thread ticker = Thread.ofPlatform().daemon().name("revproc-etcd-ticks").unstarted(this::tick);
    private volatile boolean running = true;
    private volatile boolean leaving;
    /** The thread's own: which member is asked. */
    private int endpoint;

    /**
     * @param tokens new texts that nobody can guess
     * @param disk   where words and entries are kept that etcd may not have
     * @param words  what this proxy says of itself to the others, null for nothing; called on the store's thread
     */
    public EtcdStore(SwitchTable table, EtcdSettings settings, Supplier<String> tokens, Disk disk,
            Supplier<@Nullable ProxyStatus> words) {
        this.settings = settings;
        this.endpoints = settings.uris();
        Keys keys = new Keys(settings.prefix());
        String proxy = tokens.get();
        LocalChanges locals = new LocalChanges(tokens, this::look);
        this.shared = new SharedTable(new EntrySync(table, locals::waiting, System::currentTimeMillis), keys,
                new Self(proxy, Site.ofThisProcess()), System::currentTimeMillis);
        String where = endpoints.stream().map(URI::toString).sorted().collect(Collectors.joining(",")) + " "
                + keys.prefix();
        WriteLog writeLog = new WriteLog();
        long ttl = settings.leaseTtl().toNanos();
        this.replica = new Replica(shared, locals, keys, where, ttl, this::obstacle, writeLog, this::keptChanged);
        this.membership = new Membership(keys, proxy, settings.leaseTtl(), replica);
        this.settlements = new Settlements(keys, proxy);
        this.standstill = new Standstill(ttl / 2, ttl, System.nanoTime());
        this.keeper = new Keeper(disk, replica::kept);
        this.status = new StoreStatus(replica, endpoints.getFirst().toString());
        this.parts = new Session.Parts(settings, keys, proxy, replica, membership, settlements,
                new PeerSync(keys, proxy, peers, InstantSource.system()), words, () -> leaving, standstill, status,
                writeLog, events);
        table.journal(locals);
    }

    /**
     * Begins, and waits for the table for as long as the settings say.
     *
     * @param ending whether it need not be waited for any more, since the process ends; asked again and again
     */
    public void start(BooleanSupplier ending) {
        replica.recall(keeper.start());
        standstill.tick(System.nanoTime());
        ticker.start();
        thread.start();
        try {
            if (!StartWait.await(loaded, settings.startWait(), ending) && !ending.getAsBoolean()) {
                log.warn("event=store_not_there endpoint={} reason={} servers=0 waited_ms={}",
                        LogValue.of(status.now().endpoint()), LogValue.of(String.valueOf(status.reason())),
                        settings.startWait().toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void keptChanged() {
        keeper.changed();
    }

    /** Returns why etcd can't be told now; null if it can, or if the proxy ends. */
    private @Nullable String obstacle() {
        return !running ? null : status.state() == State.LOST ? status.reason() : membership.gate().reason();
    }

    @Override
    public boolean keep(Ident policy, Ident id) {
        EntryKey key = new EntryKey(policy, id);
        replica.takeLocals();
        events.add(LOOK);
        keeper.write();
        if (!replica.awaitStored(key, () -> status.state() == State.IN_STEP, KEEP_WAIT)) {
            return false;
        }
        // Nobody need write it again.
        keeper.changed();
        return true;
    }

    @Override
    public boolean pending(Ident policy, Ident id) {
        return replica.pending(new EntryKey(policy, id));
    }

    /** Returns how it stands now. */
    public EtcdStatus status() {
        return status.now();
    }

    /** Returns the other proxies that share the table. */
    public Peers peers() {
        return peers;
    }

    /** Notes that the proxy is about to end: that its sessions end now is not told to the others, to whom its servers will come. */
    public void leave() {
        shared.leave();
        leaving = true;
        look();
    }

    /** Returns what knows whether the table may be out of date since the process stood still. */
    public Standstill standstill() {
        return standstill;
    }

    private void tick() {
        long pause = settings.leaseTtl().toMillis() / 20;
        try {
            while (running) {
                Thread.sleep(pause);
                if (standstill.tick(System.nanoTime())) {
                    long millis = settings.leaseTtl().toMillis() / 2;
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
        long wait = newest.spec().proto() == 1 ? settings.leaseTtl().toNanos() + LEASES_END : SESSION_WAIT;
        events.add(new StoreEvent.Settle(newest, done, System.nanoTime() + wait));
    }

    private void look() {
        events.add(LOOK);
    }

    private void run() {
        long pause = FIRST_PAUSE;
        try {
            while (running) {
                long begun = System.nanoTime();
                boolean connected = session();
                endpoint = (endpoint + 1) % endpoints.size();
                pause = connected && System.nanoTime() - begun > SHORT_SESSION
                        ? FIRST_PAUSE
                        : Math.min(2 * pause, connected ? MAX_PAUSE_BETWEEN_SHORT : MAX_PAUSE);
                pauseFor(pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns whether the session got as far as the table. */
    private boolean session() throws InterruptedException {
        boolean connected = false;
        try (Session session = new Session(EtcdLink.open(endpoints.get(endpoint), settings), parts)) {
            session.begin();
            connected = true;
            loaded.countDown();
            while (running) {
                session.follow();
            }
            session.lastWrites(LAST_WRITES);
        } catch (EtcdException e) {
            lost(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            log.error("event=store_failed", e);
            lost(EtcdFailure.reason(e));
        }
        return connected;
    }

    /** Goes on taking what changes here, so that it is known what waits. */
    private void pauseFor(long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        long left;
        while (running && (left = end - System.nanoTime()) > 0) {
            switch (events.poll(left, TimeUnit.NANOSECONDS)) {
                case StoreEvent.Settle settle -> fail(settle);
                case StoreEvent.Look _ -> {
                    replica.takeLocals();
                    status.stillLost(endpoints.get(endpoint).toString());
                }
                case StoreEvent.Came _ -> {
                    // of a session that is over
                }
                case null -> {
                }
            }
        }
    }

    private void fail(StoreEvent.Settle settle) {
        try {
            settle.done().accept(false);
        } catch (RuntimeException e) {
            log.error("event=settlement_failed", e);
        }
    }

    private void lost(String reason) {
        replica.takeLocals();
        status.lost(endpoints.get(endpoint).toString(), reason);
    }

    /** Writes what can be written at once, then ends. The entries stay for the lease's time. */
    @Override
    public void close() {
        running = false;
        if (thread.getState() == Thread.State.NEW) {
            // It has read nothing, so that what the disk has is newer.
            return;
        }
        events.add(LOOK);
        if (loaded.getCount() > 0) {
            // It waits for etcd to answer, and has nothing to write.
            thread.interrupt();
        }
        ThreadEnd.await(thread, Duration.ofSeconds(10));
        ticker.interrupt();
        settlements.failAll();
        Settler.tell(settlements);
        StoreEvent event;
        while ((event = events.poll()) != null) {
            if (event instanceof StoreEvent.Settle settle) {
                fail(settle);
            }
        }
        keeper.close();
    }
}
