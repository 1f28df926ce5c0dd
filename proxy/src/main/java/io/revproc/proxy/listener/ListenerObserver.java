package io.revproc.proxy.listener;

import java.net.InetSocketAddress;

import io.revproc.wire.ErrorCode;

/** Listens to what comes to the listener. Called on the event loops: block never, throw nothing. */
public interface ListenerObserver {
    /** Does nothing. */
    ListenerObserver NONE = new ListenerObserver() {
    };

    /** Called with the listener's address. */
    default void listening(InetSocketAddress local) {}

    /** Called for a new connection. */
    default void connected(InetSocketAddress peer) {}

    /** Called for a setup, before it is handled. @param bytes holds it from {@code from} to {@code to}; valid for the call */
    default void setup(byte[] bytes, int from, int to) {}

    /** Called when the setup was handled. */
    default void setupHandled() {}

    /** Called for a valid data message. @param bytes holds it from {@code from} to {@code to}; valid for the call */
    default void received(byte[] bytes, int from, int to) {}

    /** Called when this data message is refused: no server has its policy, or its client may not use it. */
    default void unforwarded(ErrorCode code) {}
}
