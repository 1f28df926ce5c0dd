package io.revproc;

import org.springframework.context.SmartLifecycle;

/**
 * What begins in one phase of the proxy's start and ends in the same one of its end. The listener has the last phase: it takes messages when all
 * of this has begun, and none any more before it ends. Begun and ended by one thread at a time.
 */
abstract class PhasedLifecycle implements SmartLifecycle {
    private final int phase;
    private volatile boolean running;

    /** @param phase lower ones begin earlier and end later */
    PhasedLifecycle(int phase) {
        this.phase = phase;
    }

    abstract void begin();

    /** Called when the proxy begins to end, at its end as after a start that failed: its listener still takes messages. */
    void ending() {}

    abstract void end();

    @Override
    public final void start() {
        begin();
        running = true;
    }

    @Override
    public final void stop() {
        end();
        running = false;
    }

    @Override
    public final boolean isRunning() {
        return running;
    }

    @Override
    public final int getPhase() {
        return phase;
    }
}
