package io.revproc.transport;

import org.jspecify.annotations.Nullable;

/**
 * The memory that a peer makes a connection hold, where it never has to wait for room: counts since when, and opens its account
 * when there is something to hold. Belongs to the connection's event loop.
 */
public final class HeldBytes implements HeldMemory.Holder {
    private final LoopContext context;
    private final HeldMemory bound;
    private final Runnable giveUp;
    private HeldMemory.@Nullable Account account;
    /** Since when something is held; 0: nothing is. */
    private long since;

    /**
     * @param bound  on what all connections hold
     * @param giveUp ends the connection, when it has cost most
     */
    public HeldBytes(LoopContext context, HeldMemory bound, Runnable giveUp) {
        this.context = context;
        this.bound = bound;
        this.giveUp = giveUp;
    }

    /** Sets how many bytes are held now. May end the connection. */
    public void set(long bytes) {
        if (bytes == 0 && since == 0) {
            return;
        }
        HeldMemory.Account open = account;
        if (open == null) {
            open = bound.open(context.loop(), null, this);
            account = open;
        }
        long now = context.now();
        if (since == 0) {
            since = now;
        }
        open.hold(bytes, since, now);
        if (bytes == 0) {
            since = 0;
        }
    }

    /** Gives back all that is held, for good. */
    public void close() {
        if (account != null) {
            account.close();
        }
    }

    @Override
    public void giveUp() {
        close();
        giveUp.run();
    }

    @Override
    public void resume() {
        // it never waits for room
    }
}
