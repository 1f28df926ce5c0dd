package io.revproc.proxy.route;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many of a policy's messages may be risked on a server that failed messages, while another one serves the policy: one in
 * {@value #MESSAGES_PER_TRIAL}, at most one saved up. Thread-safe, lock-free.
 */
public final class TrialBudget {
    /** How many messages go to other servers before one is used for a trial. */
    public static final int MESSAGES_PER_TRIAL = 100;

    private final AtomicInteger passed = new AtomicInteger();

    /** Counts a message of the policy. Needed only while a server of the policy is out. */
    public void passed() {
        if (passed.get() < MESSAGES_PER_TRIAL) {
            // two loops may both count the last one: it is only ever compared with "at least"
            passed.getAndIncrement();
        }
    }

    /** Takes a trial if enough messages have passed since the last one. */
    public boolean spend() {
        int seen = passed.get();
        return seen >= MESSAGES_PER_TRIAL && passed.compareAndSet(seen, 0);
    }

    /** Gives back a trial that was not made after all. */
    public void refund() {
        passed.set(MESSAGES_PER_TRIAL);
    }
}
