package io.revproc.proxy.forward;

import io.revproc.transport.HeldMemory;
import io.revproc.wire.MessageFramer;
import org.jspecify.annotations.Nullable;

/** What one connection to a server holds of an answer that is not complete. Belongs to the connection's event loop. */
final class AnswerMemory implements HeldMemory.Holder {
    private final Forwarder forwarder;
    private final Runnable giveUp;
    /** Opened when there is something to hold. */
    private HeldMemory.@Nullable Account account;
    private long since;

    /** @param giveUp ends the connection */
    AnswerMemory(Forwarder forwarder, Runnable giveUp) {
        this.forwarder = forwarder;
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
        if (account == null) {
            account = forwarder.account(this);
        }
        long now = forwarder.context().now();
        if (since == 0) {
            since = now;
        }
        if (account != null) {
            account.hold(held, since, now);
        }
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
