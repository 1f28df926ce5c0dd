package io.revproc.proxy.forward;

import java.util.function.Consumer;

import io.revproc.proxy.route.Endpoint;

/**
 * Takes down which endpoint was handed which message: an observer that is asked first. One per event loop and used on it alone. No
 * method blocks or throws, and none allocates but for messages that want a receipt.
 */
public interface DeliveryLog extends ForwardObserver {
    /** Takes down nothing. */
    DeliveryLog NONE = new DeliveryLog() {
        private static final byte[] NO_RECEIPT = "\"receiptError\": \"No delivery record is kept here\""
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII);

        @Override
        public boolean admit(Delivery message, byte[] bytes, int from, int to, boolean receipt) {
            message.receipt = receipt;
            return true;
        }

        @Override
        public boolean admitAgain(Delivery message) {
            return true;
        }

        @Override
        public void delivered(Delivery message, Endpoint endpoint, long nanos,
                Consumer<byte[]> receipt) {
            receipt.accept(NO_RECEIPT);
        }
    };

    /**
     * Keeps a place for a message's record; asked before anything of it is handed over.
     *
     * @param bytes   holds the client's message from {@code from} to {@code to}; valid for the call
     * @param receipt whether the client wants a receipt
     * @return false if the delivery could not be recorded and the message must not be handed over
     */
    boolean admit(Delivery message, byte[] bytes, int from, int to, boolean receipt);

    /** Does the same for a message that has a record and goes to another endpoint. */
    boolean admitAgain(Delivery message);

    /**
     * Takes down why messages that an endpoint had were cut off; each of them was told of before.
     *
     * @param messages how many
     */
    default void cutOff(Endpoint endpoint, String why, int messages) {}

    /**
     * Takes down that an endpoint has answered a message whose client wants a receipt.
     *
     * @param receipt takes the member that the answer gets, later and on this loop: the receipt, or why there is none
     */
    void delivered(Delivery message, Endpoint endpoint, long nanos, Consumer<byte[]> receipt);
}
