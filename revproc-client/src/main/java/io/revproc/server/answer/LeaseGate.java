package io.revproc.server.answer;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.netty.channel.ChannelHandlerContext;

/**
 * Holds a connection's messages back while it is not known whether its proxy may send them. Its first bytes may overtake the
 * answer to our setup, which travels on another connection; so that answer gets a second. Runs on the connection's event loop.
 */
final class LeaseGate {
    private static final int CHECKS = 50;
    private static final Duration BETWEEN = Duration.ofMillis(20);

    private boolean shut;
    private int checks;

    /** Returns whether messages have to wait. */
    boolean shut() {
        return shut;
    }

    /**
     * Shuts the gate until it is known that the proxy may send, or time is up.
     *
     * @param known  whether the proxy may send
     * @param opened is run, with the gate open, when it is known
     * @param denied is run, with the gate open, when time is up
     */
    void await(ChannelHandlerContext ctx, BooleanSupplier known, Runnable opened, Runnable denied) {
        shut = true;
        checks = 0;
        checkLater(ctx, known, opened, denied);
    }

    private void checkLater(ChannelHandlerContext ctx, BooleanSupplier known, Runnable opened, Runnable denied) {
        ctx.executor().schedule(() -> {
            if (!ctx.channel().isActive()) {
                return;
            }
            boolean yes = known.getAsBoolean();
            if (!yes && ++checks < CHECKS) {
                checkLater(ctx, known, opened, denied);
                return;
            }
            shut = false;
            (yes ? opened : denied).run();
        }, BETWEEN.toMillis(), TimeUnit.MILLISECONDS);
    }
}
