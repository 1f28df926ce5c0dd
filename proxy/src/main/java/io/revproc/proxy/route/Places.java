package io.revproc.proxy.route;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A bounded number of places. One that is free is never refused, and never more are taken than there are: a try looks first and
 * takes then, and leaves no trace where it takes nothing. Thread-safe, lock-free; nothing is allocated.
 */
final class Places {
    private static final VarHandle TAKEN;

    static {
        try {
            TAKEN = MethodHandles.lookup().findVarHandle(Places.class, "taken", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int most;
    private volatile int taken;

    Places(int most) {
        this.most = most;
    }

    /** Takes a place if there is one. */
    boolean take() {
        int seen = taken;
        while (seen < most) {
            int found = (int) TAKEN.compareAndExchange(this, seen, seen + 1);
            if (found == seen) {
                return true;
            }
            seen = found;
        }
        return false;
    }

    /**
     * Gives a place back.
     *
     * @return how many are still taken
     */
    int giveBack() {
        int left = (int) TAKEN.getAndAdd(this, -1) - 1;
        assert left >= 0;
        return left;
    }

    int taken() {
        return taken;
    }

    boolean free() {
        return taken < most;
    }
}
