package io.revproc.proxy.store;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.EndpointState.Liveness;
import io.revproc.proxy.route.Origin;
import io.revproc.proxy.route.RouteTable;
import io.revproc.proxy.route.Settlement;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.route.TableObserver;
import io.revproc.proxy.route.TableStore;
import io.revproc.wire.Ident;
import io.revproc.wire.LogValue;
import io.revproc.wire.ThreadEnd;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a snapshot file of the table, and of the policies that had a server, up to date, on a virtual thread of its own: many changes at once are one write, and a
 * change that the file does not hold is none. Whatever is wrong with the file, the proxy runs.
 */
public final class SnapshotStore implements TableObserver, TableStore, Settlement, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SnapshotStore.class);

    /** The state of a restored entry whose server has sessions: it is expected to register anew. */
    @FunctionalInterface
    public interface Expected {
        void expect(EndpointSpec spec, EndpointState.Mode mode, Instant registeredAt);
    }

    private final SwitchTable table;
    private final SnapshotFile file;
    private final Duration pause;
    private final boolean keepsServers;
    private final Semaphore changes = new Semaphore(0);
    /** The setups that wait for the next write. */
    private final Queue<Consumer<Boolean>> unsettled = new ConcurrentLinkedQueue<>();
    private final Semaphore urgent = new Semaphore(0);
    private volatile boolean closing;
    private final Thread writer = Thread.ofVirtual().name("route-snapshot").unstarted(this::run);
    private byte @Nullable [] written;
    private volatile boolean failing;

    /**
     * @param pause        the least time between two writes
     * @param keepsServers whether the file holds servers; else only which policies had one
     */
    public SnapshotStore(SwitchTable table, Path file, Duration pause, boolean keepsServers) {
        this.table = table;
        this.file = new SnapshotFile(file);
        this.pause = pause;
        this.keepsServers = keepsServers;
    }

    /**
     * Brings back what the file holds, then begins to write. Part 1 servers come back as failed with a trial due at once:
     * nobody knows whether they still run, and the next message tries it.
     *
     * @param allowed  whether a server may still be registered: the settings may have changed since
     * @param expected takes the entries of servers with a session
     */
    public void start(Predicate<EndpointSpec> allowed, Expected expected) {
        probe();
        SnapshotFile.Content content = read();
        List<StoredEntry> entries = keepsServers ? content.servers() : List.of();
        int refused = 0;
        for (StoredEntry entry : entries) {
            Optional<EndpointSpec> spec = entry.spec().filter(allowed);
            if (spec.isEmpty()) {
                refused++;
            } else if (entry.proto() == 1) {
                restore(entry, spec.get());
            } else {
                expected.expect(spec.get(), entry.mode(), entry.registeredAt());
            }
        }
        if (!entries.isEmpty()) {
            log.info("event=restored servers={} refused={} file={} state=unverified", entries.size() - refused, refused,
                    LogValue.of(file.path().getFileName().toString()));
        }
        for (StoredPolicy policy : content.policies()) {
            policy.ident().ifPresent(ident -> table.remember(ident, policy.noServerSince()));
        }
        written = file.body(content);
        table.observe(this);
        if (!content.equals(SnapshotFile.Content.NONE)) {
            // Some may not be as they were.
            changes.release();
        }
        writer.start();
    }

    /** A file of an earlier version may hold two entries with one address: it is the later one's. */
    private void restore(StoredEntry entry, EndpointSpec spec) {
        table.edit(edit -> {
            boolean lost = Boolean.TRUE.equals(entry.lost())
                    || edit.rivals(spec).stream().anyMatch(rival -> rival.registeredAt().isAfter(entry.registeredAt()));
            if (!lost || entry.mode() == EndpointState.Mode.MAINTENANCE) {
                edit.register(spec, new EndpointState(entry.mode(), lost ? Liveness.LOST : Liveness.FAILED, null),
                        entry.registeredAt());
            }
            return lost;
        }, Origin.HERE);
    }

    private SnapshotFile.Content read() {
        try {
            return file.read();
        } catch (CheckedFile.DamagedException e) {
            setAside(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            log.warn("event=snapshot_unreadable file={} reason={} servers=0", LogValue.of(file.path().toString()),
                    LogValue.of(e.toString()));
        }
        return SnapshotFile.Content.NONE;
    }

    /** Reports at the start, and not with the first server, that nothing will be kept. */
    private void probe() {
        try {
            file.probe();
        } catch (IOException e) {
            log.error(
                    "event=snapshot_not_writable file={} reason={} hint=\"choose another file with revproc.store.file\"",
                    LogValue.of(file.path().toString()), LogValue.of(e.toString()));
        }
    }

    private void setAside(String why) {
        try {
            log.warn("event=snapshot_damaged file={} reason={} kept-as={} servers=0",
                    LogValue.of(file.path().toString()),
                    LogValue.of(why), LogValue.of(file.setAside().getFileName().toString()));
        } catch (IOException e) {
            log.warn("event=snapshot_damaged file={} reason={} servers=0", LogValue.of(file.path().toString()),
                    LogValue.of(why));
        }
    }

    @Override
    public void changed(Change change, Endpoint endpoint, RouteTable routes) {
        changes.release();
    }

    @Override
    public void unservedChanged(Ident policy, RouteTable routes) {
        changes.release();
    }

    @Override
    public boolean keep(Ident policy, Ident id) {
        write();
        return !failing;
    }

    @Override
    public boolean pending(Ident policy, Ident id) {
        return failing;
    }

    /** Settles after the next write, which comes at once. A disk that takes no writes does not stop registrations; the log reports it. */
    @Override
    public void settle(Endpoint newest, Consumer<Boolean> done) {
        unsettled.add(done);
        if (closing && unsettled.remove(done)) {
            done.accept(false);
            return;
        }
        changes.release();
        urgent.release();
    }

    private void run() {
        try {
            do {
                changes.acquire();
                changes.drainPermits();
                urgent.drainPermits();
                writeAndSettle();
                if (!closing) {
                    urgent.tryAcquire(pause.toNanos(), TimeUnit.NANOSECONDS);
                }
            } while (!closing);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void writeAndSettle() {
        List<Consumer<Boolean>> due = new ArrayList<>();
        Consumer<Boolean> next;
        while ((next = unsettled.poll()) != null) {
            due.add(next);
        }
        write();
        for (Consumer<Boolean> done : due) {
            try {
                done.accept(true);
            } catch (RuntimeException e) {
                log.error("event=settlement_failed", e);
            }
        }
    }

    private synchronized void write() {
        RouteTable routes = table.routes();
        List<StoredEntry> entries = routes.policies().stream().filter(policy -> keepsServers)
                .flatMap(policy -> policy.endpoints().stream()).filter(StoredEntry::worthKeeping).map(StoredEntry::of)
                .toList();
        List<StoredPolicy> policies = Stream.concat(routes.policies().stream(), routes.unserved().stream())
                .map(StoredPolicy::of).sorted(Comparator.comparing(StoredPolicy::policy)).toList();
        byte[] body = file.body(new SnapshotFile.Content(entries, policies));
        if (Arrays.equals(body, written)) {
            return;
        }
        try {
            file.write(body);
            written = body;
            failing = false;
        } catch (IOException e) {
            // Once, not for every change: the disk may be full for hours.
            if (!failing) {
                log.error("event=snapshot_not_written file={} reason={}", LogValue.of(file.path().toString()),
                        LogValue.of(e.toString()));
            }
            failing = true;
        }
    }

    /** Writes what is not written yet. */
    @Override
    public void close() {
        closing = true;
        changes.release();
        urgent.release();
        // Not interrupted: that would close the file under its write.
        ThreadEnd.thenWrite(writer, this::writeAndSettle);
    }
}
