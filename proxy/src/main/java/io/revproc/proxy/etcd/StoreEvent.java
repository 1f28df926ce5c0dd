package io.revproc.proxy.etcd;

import java.util.function.Consumer;

import io.revproc.proxy.route.Endpoint;

/** The events of the store's thread. */
sealed interface StoreEvent {
    /** Something was changed here. */
    record Look() implements StoreEvent {}

    /**
     * A setup took an address from others.
     *
     * @param end when it is given up, on the scale of {@link System#nanoTime()}
     */
    record Settle(Endpoint newest, Consumer<Boolean> done, long end) implements StoreEvent {}

    /** Something came back to a session; once the session is over it is nothing any more. */
    record Came(Session session, Step step) implements StoreEvent {}

    /** Handles an event in a session. */
    @FunctionalInterface
    interface Step {
        /** @throws EtcdException if the session is over by it */
        void run() throws EtcdException, InterruptedException;
    }
}
