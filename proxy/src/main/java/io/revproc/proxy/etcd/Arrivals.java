package io.revproc.proxy.etcd;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;

import io.revproc.proxy.etcd.StoreEvent.Step;

/** Brings what comes back to a session to the store's thread. Thread-safe. */
final class Arrivals {
    private final Session session;
    private final BlockingQueue<StoreEvent> events;

    Arrivals(Session session, BlockingQueue<StoreEvent> events) {
        this.session = session;
        this.events = events;
    }

    /** Handles an arrival. */
    @FunctionalInterface
    interface Taker<T> {
        void take(T value) throws EtcdException, InterruptedException;
    }

    /** Does this on the store's thread, unless the session is over by then. */
    void later(Step step) {
        events.add(new StoreEvent.Came(session, step));
    }

    /** Does one of these on the store's thread once this has come, or failed, unless the session is over by then. */
    <T> void then(CompletableFuture<T> coming, Taker<T> came, Taker<EtcdFailure> failed) {
        coming.whenComplete((value, error) -> {
            if (error == null) {
                later(() -> came.take(value));
            } else {
                later(() -> failed.take(EtcdFailure.of(error)));
            }
        });
    }
}
