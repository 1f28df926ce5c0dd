package io.revproc.proxy.listener;

/**
 * The state of a client connection: how near its end is, and what keeps messages from being taken. Immutable: each transition returns the
 * next state, or the same one where nothing changes. Decides; does nothing.
 *
 * @param phase      how near the end is; only forward
 * @param paused     nothing is read: too much is unanswered or unsent, or there is no room for the rest of what has begun
 * @param inputEnded the peer has said that nothing more comes
 * @param leaving    a message was refused since the proxy drains: the connection ends once every message that has come was answered or
 *                   refused
 * @param settling   the answer to a setup, or what becomes of a token, is yet to come: nothing more is taken before it
 */
record ConnectionState(Phase phase, boolean paused, boolean inputEnded, boolean leaving, boolean settling) {
    /** A connection that has just begun. */
    static final ConnectionState NEW = new ConnectionState(Phase.OPEN, false, false, false, false);

    /** The phase of a connection's life. */
    enum Phase {
        OPEN,
        /** Takes no more messages; what is owed is still written. */
        CLOSING,
        /** All was written; the peer gets time to read it. */
        LINGERING,
        CLOSED
    }

    /** The next action. */
    enum Next {
        NOTHING,
        /** Take what was held back, and read on. */
        RESUME,
        /** Take no more messages, and close once what is owed was written. */
        CLOSE,
        /** Close if nothing is owed or held back: the proxy drains. */
        LEAVE,
        /** Write what there is, and end. */
        FINISH,
        /** Close the channel at once. */
        DISCONNECT
    }

    ConnectionState pause() {
        return paused ? this : new ConnectionState(phase, true, inputEnded, leaving, settling);
    }

    ConnectionState resume() {
        return paused ? new ConnectionState(phase, false, inputEnded, leaving, settling) : this;
    }

    ConnectionState endInput() {
        return inputEnded ? this : new ConnectionState(phase, paused, true, leaving, settling);
    }

    ConnectionState leave() {
        return leaving ? this : new ConnectionState(phase, paused, inputEnded, true, settling);
    }

    ConnectionState awaitAnswer() {
        return settling ? this : new ConnectionState(phase, paused, inputEnded, leaving, true);
    }

    ConnectionState answered() {
        return settling ? new ConnectionState(phase, paused, inputEnded, leaving, false) : this;
    }

    /** Goes on to a later phase; never back. */
    ConnectionState to(Phase later) {
        return phase.compareTo(later) < 0
                ? new ConnectionState(later, paused, inputEnded, leaving, settling)
                : this;
    }

    boolean isOpen() {
        return phase == Phase.OPEN;
    }

    /** Returns whether messages are taken. */
    boolean takes() {
        return phase == Phase.OPEN && !settling;
    }

    /** Returns whether messages that were held back may be taken now. */
    boolean mayResume() {
        return paused && takes();
    }

    /**
     * Returns what the connection owes, with the answer to a setup.
     *
     * @param replies how many replies it owes
     */
    int owed(int replies) {
        return replies + (settling ? 1 : 0);
    }

    /**
     * Returns whether the connection may end now, with nothing owed and no message held back.
     *
     * @param replies how many it owes
     */
    boolean mayFinish(int replies) {
        return phase != Phase.LINGERING && owed(replies) == 0 && !(paused && isOpen());
    }

    /**
     * Returns whether the connection of a draining proxy may be closed now.
     *
     * @param replies how many it owes
     */
    boolean mayLeave(int replies) {
        return isOpen() && !paused && replies == 0;
    }

    /**
     * Returns what is next once a reply was written.
     *
     * @param closing  whether the reply is one after which the connection is closed
     * @param replies  how many are owed still
     * @param resumeAt at how many owed replies a connection is read again
     * @param held     whether what has come last may be the peer's end
     */
    Next afterReply(boolean closing, int replies, int resumeAt, boolean held) {
        if (closing) {
            return Next.CLOSE;
        }
        if (paused && isOpen()) {
            return replies <= resumeAt ? Next.RESUME : Next.NOTHING;
        }
        if (replies > 0) {
            return Next.NOTHING;
        }
        if (!isOpen() || inputEnded || held) {
            return Next.FINISH;
        }
        return leaving ? Next.LEAVE : Next.NOTHING;
    }

    /** Returns what is next once what was held back was taken; {@link #afterReply} has the parameters. */
    Next afterResume(int replies, boolean held) {
        if ((inputEnded || held) && replies == 0) {
            return Next.FINISH;
        }
        return leaving ? Next.LEAVE : Next.NOTHING;
    }

    /**
     * Returns what is next once the peer has ended its side.
     *
     * @param replies how many are owed
     */
    Next afterInputEnd(int replies) {
        if (phase == Phase.LINGERING) {
            return Next.DISCONNECT;
        }
        return replies == 0 ? Next.FINISH : Next.NOTHING;
    }
}
