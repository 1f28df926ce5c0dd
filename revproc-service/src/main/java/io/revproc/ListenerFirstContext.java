package io.revproc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.LifecycleProcessor;
import org.springframework.context.support.DefaultLifecycleProcessor;

/**
 * Has the listener take messages before the HTTP side is made, which takes as long as all before it. Whether the proxy is ready is
 * asked there, so it is ready when all is there. If the rest of the start fails, what has begun ends as it does at the end: replies that
 * are owed leave first.
 */
final class ListenerFirstContext extends ServletWebServerApplicationContext {
    private @Nullable LifecycleProcessor begun;

    @Override
    protected void onRefresh() {
        DefaultLifecycleProcessor lifecycles = getBean(LIFECYCLE_PROCESSOR_BEAN_NAME, DefaultLifecycleProcessor.class);
        ServerProperties http = getBean(ServerProperties.class);
        ListenerLifecycle listener = getBean(ListenerLifecycle.class);
        requireFree(http);
        begun = lifecycles;
        listener.start();
        super.onRefresh();
    }

    /** What most often stops the HTTP side is known before a message is taken. */
    private static void requireFree(ServerProperties http) {
        int port = Objects.requireNonNullElse(http.getPort(), 8080);
        if (port > 0) {
            try (ServerSocket probe = new ServerSocket()) {
                probe.setReuseAddress(true);
                probe.bind(http.getAddress() == null
                        ? new InetSocketAddress(port)
                        : new InetSocketAddress(http.getAddress(), port));
            } catch (IOException e) {
                PortInUseException.throwIfPortBindingException(e, () -> port);
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Also called when a start has failed, and then nothing but this ends what has begun. */
    @Override
    protected void destroyBeans() {
        if (begun != null) {
            begun.stop();
        }
        super.destroyBeans();
    }
}
