package io.revproc.spring;

import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

import io.revproc.server.AsyncHandler;
import io.revproc.server.PolicyServer;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the application's policy server when everything else runs, and drains it before anything else stops. Where no bean has a
 * handler, it starts nothing. Thread-safe.
 */
public final class PolicyServerLifecycle implements SmartLifecycle {
    private final Supplier<@Nullable PolicyServer> maker;
    private volatile @Nullable PolicyServer server;

    /** @param maker makes the server of these handlers, of which there is at least one; does not start it */
    public PolicyServerLifecycle(PolicyHandlers handlers, Function<Map<String, AsyncHandler>, PolicyServer> maker) {
        this(() -> {
            Map<String, AsyncHandler> found = handlers.find();
            return found.isEmpty() ? null : maker.apply(found);
        });
    }

    /** @param maker returns the server, which is not started or only {@linkplain PolicyServer#open() open}; null: there is none */
    public PolicyServerLifecycle(Supplier<@Nullable PolicyServer> maker) {
        this.maker = maker;
    }

    /** Opens the data port and begins to register; does not wait for a proxy. */
    @Override
    public void start() {
        PolicyServer made = server == null ? maker.get() : null;
        if (made == null) {
            return;
        }
        try {
            server = made.start();
        } catch (RuntimeException e) {
            made.close();
            throw e;
        }
    }

    /** Returns the server while it runs; null where there is no handler. */
    public @Nullable PolicyServer server() {
        return server;
    }

    @Override
    public void stop() {
        PolicyServer running = server;
        server = null;
        if (running != null) {
            running.close();
        }
    }

    /** Drains on a thread of its own: the context's time-out for this phase counts. */
    @Override
    public void stop(Runnable callback) {
        Thread.ofVirtual().name("revproc-drain").start(() -> {
            try {
                stop();
            } finally {
                callback.run();
            }
        });
    }

    @Override
    public boolean isRunning() {
        return server != null;
    }
}
