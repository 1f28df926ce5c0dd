package io.revproc.proxy.forward;

import java.util.function.Consumer;

import io.revproc.proxy.route.Endpoint;
import io.revproc.wire.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * Takes down which endpoint was handed which message. One per event loop and used on it alone. No method blocks or throws, and
 * none allocates but for messages that want a receipt.
 */
public interface DeliveryLog {
    /** Takes down nothing. */
    DeliveryLog NONE = new DeliveryLog() {
        @Override
        public boolean admit(Delivery message, byte[] bytes, int from, int to, boolean receipt) {
            return true;
        }

        @Override
        public boolean admitAgain(Delivery message) {
            return true;
        }

        @Override
        public void delivered(Delivery message, Endpoint endpoint, @Nullable ErrorCode failure, long nanos) {}

        @Override
        public void delivered(Delivery message, Endpoint endpoint, long nanos,
                Consumer<byte @Nullable []> receipt) {
            receipt.accept(null);
        }

        @Override
        public void done(Delivery message) {}
    };

    /**
     * Asked before anything of a message is handed over: keeps a place for its record.
     *
     * @param bytes   holds the client's message from {@code from} to {@code to}; valid for the call
     * @param receipt whether the client wants a receipt
     * @return false if the delivery could not be recorded and the message must not be handed over
     */
    boolean admit(Delivery message, byte[] bytes, int from, int to, boolean receipt);

    /** The same for one that has a record and goes to another endpoint. */
    boolean admitAgain(Delivery message);

    /**
     * An endpoint has had the message.
     *
     * @param failure null if it answered; else {@link ErrorCode#TIMEOUT} or {@link ErrorCode#SERVER_FAILED}
     * @param nanos   since it was handed over
     */
    void delivered(Delivery message, Endpoint endpoint, @Nullable ErrorCode failure, long nanos);

    /**
     * An endpoint has answered a message whose client wants a receipt.
     *
     * @param receipt takes the compact JWS in ASCII, later and on this loop, or null if there is none to be had
     */
    void delivered(Delivery message, Endpoint endpoint, long nanos, Consumer<byte @Nullable []> receipt);

    /** Nothing more becomes of the message; the place that is still kept for it is free. */
    void done(Delivery message);
}
