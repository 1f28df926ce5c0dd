package io.revproc.server.answer;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * Holds a connection's messages back while the lease of its hello is not known. A hello may overtake the answer to our setup,
 * which travels on another connection; so the lease gets a second to become ours. Runs on the connection's event loop.
 */
final class LeaseGate {
    private static final int CHECKS = 50;
    private static final Duration BETWEEN = Duration.ofMillis(20);

    private final Leases leases;
    private @Nullable String unknown;
    private int checks;

    LeaseGate(Leases leases) {
        this.leases = leases;
    }

    /** Whether messages have to wait. */
    boolean shut() {
        return unknown != null;
    }

    /**
     * A hello came.
     *
     * @param opened is run later if the gate is shut now and the lease becomes known
     * @param denied is run later if it does not
     */
    void hello(ChannelHandlerContext ctx, String lease, Runnable opened, Runnable denied) {
        if (!leases.holds(lease)) {
            unknown = lease;
            checks = 0;
            checkLater(ctx, lease, opened, denied);
        }
    }

    private void checkLater(ChannelHandlerContext ctx, String lease, Runnable opened, Runnable denied) {
        ctx.executor().schedule(() -> {
            if (!ctx.channel().isActive()) {
                return;
            }
            if (leases.holds(lease)) {
                unknown = null;
                opened.run();
            } else if (++checks < CHECKS) {
                checkLater(ctx, lease, opened, denied);
            } else {
                denied.run();
            }
        }, BETWEEN.toMillis(), TimeUnit.MILLISECONDS);
    }
}
