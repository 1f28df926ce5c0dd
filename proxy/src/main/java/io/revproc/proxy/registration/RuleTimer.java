package io.revproc.proxy.registration;

import java.util.concurrent.locks.LockSupport;

import io.revproc.proxy.policy.RulesInForce;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that puts the rules into effect: at once when they are replaced, and when a grant begins or ends. */
public final class RuleTimer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RuleTimer.class);

    private final RuleKeeper keeper;
    private final Thread thread;
    private volatile boolean running = true;

    private RuleTimer(RuleKeeper keeper) {
        this.keeper = keeper;
        this.thread = Thread.ofPlatform().daemon().name("revproc-rules").unstarted(this::run);
    }

    /** Starts it. One for each keeper. */
    public static RuleTimer start(RuleKeeper keeper, RulesInForce rules) {
        RuleTimer timer = new RuleTimer(keeper);
        rules.onChange(() -> LockSupport.unpark(timer.thread));
        timer.thread.start();
        return timer;
    }

    private void run() {
        while (running) {
            long wait = RuleKeeper.CHECK_INTERVAL.toNanos();
            try {
                wait = keeper.tick().toNanos();
            } catch (RuntimeException e) {
                // One entry's trouble must not keep the rules from the others.
                log.error("event=rule_timer_failed", e);
            }
            if (wait > 0) {
                LockSupport.parkNanos(this, wait);
            }
        }
    }

    @Override
    public void close() {
        running = false;
        LockSupport.unpark(thread);
    }
}
