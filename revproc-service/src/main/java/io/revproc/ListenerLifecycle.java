package io.revproc;

import io.revproc.proxy.listener.TcpListener;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the raw-TCP listener after the HTTP side and stops it before: health can be asked for as long as messages are on
 * their way.
 */
final class ListenerLifecycle implements SmartLifecycle {
    private final TcpListener listener;

    ListenerLifecycle(TcpListener listener) {
        this.listener = listener;
    }

    @Override
    public void start() {
        listener.start();
    }

    @Override
    public void stop() {
        throw new UnsupportedOperationException("the drain takes time: stop(Runnable)");
    }

    @Override
    public void stop(Runnable stopped) {
        listener.stop(stopped);
    }

    @Override
    public boolean isRunning() {
        return listener.isRunning();
    }
}
