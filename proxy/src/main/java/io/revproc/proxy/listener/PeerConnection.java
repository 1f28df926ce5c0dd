package io.revproc.proxy.listener;

/** The operations of a connection that message handlers may use. */
interface PeerConnection {
    /** Takes no more messages; closes once what is owed was written. */
    void closeAfterReplies();

    /** Closes at the end of the turn, whatever is owed. */
    void closeAtOnce();

    /** Ends the connection of a draining proxy once nothing is owed any more. */
    void leaveSoon();

    /** Takes nothing more before the answer to a setup has come, or a token was checked. */
    void awaitAnswer();

    /** Gives what {@link #awaitAnswer} waits for, and goes on. */
    void answered(Runnable give);
}
