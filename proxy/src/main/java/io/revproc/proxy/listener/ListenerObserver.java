package io.revproc.proxy.listener;

import java.net.InetSocketAddress;

import io.revproc.wire.ErrorCode;

/** Listens to what comes to the listener. Called on the event loops: block never, throw nothing. */
public interface ListenerObserver {
    /** Does nothing. */
    ListenerObserver NONE = new ListenerObserver() {
    };

    /** Tells where the listener listens. */
    default void listening(InetSocketAddress local) {}

    /** Tells of a connection. */
    default void connected(InetSocketAddress peer) {}

    /** Tells of a setup, before it is handled. @param bytes holds it from {@code from} to {@code to}; valid for the call */
    default void setup(byte[] bytes, int from, int to) {}

    /** Tells that the setup was handled. */
    default void setupHandled() {}

    /** Tells of a data message that can be read. @param bytes holds it from {@code from} to {@code to}; valid for the call */
    default void received(byte[] bytes, int from, int to) {}

    /** Tells that this data message is refused: no server has its policy, or its client may not use it. */
    default void unforwarded(ErrorCode code) {}
}
