package io.revproc.proxy.forward;

import io.revproc.transport.HeldMemory;
import io.revproc.transport.LoopContext;
import io.revproc.wire.MessageFramer;
import org.jspecify.annotations.Nullable;

/** What one connection to a server holds of an answer that is not complete. Belongs to the connection's event loop. */
final class AnswerMemory implements HeldMemory.Holder {
    private final LoopContext context;
    private final HeldMemory bound;
    private final Runnable giveUp;
    /** Opened when there is something to hold. */
    private HeldMemory.@Nullable Account account;
    private long since;

    /**
     * @param bound  on what all connections hold
     * @param giveUp ends the connection
     */
    AnswerMemory(LoopContext context, HeldMemory bound, Runnable giveUp) {
        this.context = context;
        this.bound = bound;
        this.giveUp = giveUp;
    }

    /** Looks at what a read has left in the framer. */
    void look(MessageFramer framer) {
        int held = framer.held();
        if (held > 0 || account != null) {
            hold(held);
        }
    }

    private void hold(int held) {
        HeldMemory.Account open = account;
        if (open == null) {
            open = bound.open(context.loop(), null, this);
            account = open;
        }
        long now = context.now();
        if (since == 0) {
            since = now;
        }
        open.hold(held, since, now);
        if (held == 0) {
            since = 0;
        }
    }

    void close() {
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
