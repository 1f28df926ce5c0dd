package io.revproc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Objects;

import io.revproc.proxy.listener.ListenerSettings;
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
        requireFree(http, getBean(ListenerSettings.class));
        begun = lifecycles;
        listener.start();
        super.onRefresh();
    }

    /** What most often stops the HTTP side is known before a message is taken. */
    private static void requireFree(ServerProperties http, ListenerSettings listener) {
        int port = Objects.requireNonNullElse(http.getPort(), 8080);
        if (port <= 0) {
            return;
        }
        InetSocketAddress address = http.getAddress() == null
                ? new InetSocketAddress(port)
                : new InetSocketAddress(http.getAddress(), port);
        if (port == listener.port() && overlap(address.getAddress(), listener.address())) {
            throw new SamePortException(port);
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(address);
        } catch (IOException e) {
            PortInUseException.throwIfPortBindingException(e, () -> port);
            throw new UncheckedIOException(e);
        }
    }

    private static boolean overlap(InetAddress one, InetAddress other) {
        return one.isAnyLocalAddress() || other.isAnyLocalAddress() || one.equals(other);
    }

    /** Also called when a start has failed, and then nothing but this ends what has begun. */
    @Override
    protected void destroyBeans() {
        try {
            if (begun != null) {
                begun.stop();
            }
        } finally {
            super.destroyBeans();
        }
    }

    /** HTTP and the listener can't have one port. Its message is one sentence for a person. */
    static final class SamePortException extends RuntimeException {
        SamePortException(int port) {
            super("server.port and revproc.listener.port are both " + port + "; give one of them another", null, false,
                    false);
        }
    }
}
