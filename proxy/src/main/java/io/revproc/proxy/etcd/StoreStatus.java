package io.revproc.proxy.etcd;

import java.time.Duration;

import io.revproc.proxy.etcd.EtcdStatus.State;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The state of the connection between this proxy and etcd. Written by the store's thread, read by any thread. */
final class StoreStatus {
    private static final Logger log = LoggerFactory.getLogger(StoreStatus.class);

    private final Replica replica;
    private volatile EtcdStatus status;
    private volatile long since = System.nanoTime();
    /** The store's thread's own. */
    private Duration lag = Duration.ZERO;

    StoreStatus(Replica replica, String endpoint) {
        this.replica = replica;
        this.status = new EtcdStatus(State.LOST, endpoint, Duration.ZERO, "not started", 0, 0, Duration.ZERO, 0, 0);
    }

    /** Returns how it stands now. */
    EtcdStatus now() {
        EtcdStatus now = status;
        return new EtcdStatus(now.state(), now.endpoint(), Duration.ofNanos(System.nanoTime() - since), now.reason(),
                now.revision(), now.pending() + replica.untaken(), now.lag(), now.reloads(), now.resets());
    }

    State state() {
        return status.state();
    }

    /** Returns why the table is not in step with etcd; null if it is. */
    @Nullable
    String reason() {
        return status.reason();
    }

    /** Sets how long the last sign of life took to etcd and back through the watch. */
    void lag(long nanos) {
        lag = Duration.ofNanos(nanos);
    }

    /** Notes that the table was read. */
    void connected(String endpoint, int entries, WriteGate gate) {
        if (!status.connected()) {
            since = System.nanoTime();
        }
        log.info("event=store_connected endpoint={} revision={} entries={} pending={}", LogValue.of(endpoint),
                replica.revision(), entries, replica.waiting());
        following(endpoint, gate);
    }

    /** Notes that the table is followed, and whether etcd takes writes. */
    void following(String endpoint, WriteGate gate) {
        say(gate.open() ? State.IN_STEP : State.FULL, endpoint, gate.reason());
    }

    /** Notes that etcd can't be reached. */
    void lost(String endpoint, String reason) {
        if (status.connected()) {
            since = System.nanoTime();
        }
        if (status.connected() || !reason.equals(status.reason())) {
            log.warn("event=store_lost endpoint={} reason={} routing=last-table pending={}", LogValue.of(endpoint),
                    LogValue.of(reason), replica.waiting());
        }
        say(State.LOST, endpoint, reason);
    }

    /** Notes that it still can't be reached. */
    void stillLost(String endpoint) {
        say(State.LOST, endpoint, status.reason());
    }

    private void say(State state, String endpoint, @Nullable String reason) {
        if ((state == State.FULL) != (status.state() == State.FULL)) {
            since = System.nanoTime();
        }
        status = replica.status(state, endpoint, reason, lag);
    }
}
