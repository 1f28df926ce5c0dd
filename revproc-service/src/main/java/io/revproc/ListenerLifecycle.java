package io.revproc;

import java.util.Comparator;
import java.util.List;

import io.revproc.proxy.listener.TcpListener;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the raw-TCP listener, after all that has to begin before it; where it is started first ({@link ListenerFirstContext}), it has that
 * begin. Stops it before the HTTP side: health can be asked for as long as messages are on their way.
 */
final class ListenerLifecycle implements SmartLifecycle {
    private final TcpListener listener;
    private final List<PhasedLifecycle> before;

    /** @param before what begins before the listener takes the first message */
    ListenerLifecycle(TcpListener listener, List<PhasedLifecycle> before) {
        this.listener = listener;
        this.before = before.stream().sorted(Comparator.comparingInt(PhasedLifecycle::getPhase)).toList();
    }

    @Override
    public void start() {
        start(() -> {});
    }

    /** @param beforeEach called before each step; what it throws ends the start there */
    void start(Runnable beforeEach) {
        before.stream().filter(each -> !each.isRunning()).forEach(each -> {
            beforeEach.run();
            each.start();
        });
        beforeEach.run();
        listener.start();
    }

    @Override
    public void stop() {
        throw new UnsupportedOperationException("the drain takes time: stop(Runnable)");
    }

    @Override
    public void stop(Runnable stopped) {
        before.stream().filter(PhasedLifecycle::isRunning).forEach(PhasedLifecycle::ending);
        listener.stop(stopped);
    }

    @Override
    public boolean isRunning() {
        return listener.isRunning();
    }
}
