package io.revproc.proxy.registration;

/** The way back to a registered server: its connection, as the listener lends it. Thread-safe; never blocks. */
public interface Outbox {
    /** Sends a message in one write. Does nothing once the connection is gone. */
    void send(byte[] message);

    /** Gives the answer that came {@link Answer#LATER}. Does nothing once the connection is gone. */
    void answer(Answer answer);

    /** Closes the connection after what was sent. */
    void close();
}
