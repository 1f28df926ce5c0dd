package io.revproc.policyserver;

import java.util.function.Consumer;

import org.springframework.context.SmartLifecycle;

/** The actions of one phase of the start and the stop. */
final class Phase implements SmartLifecycle {
    private final int phase;
    private final Runnable starting;
    private final Consumer<Runnable> stopping;
    private volatile boolean running;

    /** @param stopping gets what it has to run when it is done */
    Phase(int phase, Runnable starting, Consumer<Runnable> stopping) {
        this.phase = phase;
        this.starting = starting;
        this.stopping = stopping;
    }

    @Override
    public void start() {
        starting.run();
        running = true;
    }

    @Override
    public void stop(Runnable callback) {
        running = false;
        stopping.accept(callback);
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return phase;
    }
}
