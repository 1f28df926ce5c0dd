package io.revproc.admin;

import java.util.concurrent.ThreadFactory;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.RouteTable;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.route.TableObserver;
import io.swagger.v3.oas.annotations.media.Schema;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Sends the changes of the switch table to those who listen. The table never waits. The first to stop, so that open streams don't
 * hold up the end.
 */
@Component
final class RouteEvents implements TableObserver, SmartLifecycle {
    /** How many clients may listen at a time. */
    static final int MAX_SUBSCRIBERS = 64;
    /** How many changes may wait for one client. */
    static final int MAX_WAITING = 1024;

    /** One change, as JSON. */
    @Schema(name = "RouteEvent")
    record RouteEvent(TableObserver.Change change, String policy, EndpointView server, long version) {}

    private final LeaseTimes leases;
    private final Subscribers subscribers;
    private volatile boolean running;

    @Autowired
    RouteEvents(SwitchTable table, LeaseTimes leases) {
        this(table, leases, Thread.ofVirtual().name("route-events").factory());
    }

    RouteEvents(SwitchTable table, LeaseTimes leases, ThreadFactory threads) {
        this.leases = leases;
        this.subscribers = new Subscribers(MAX_SUBSCRIBERS, MAX_WAITING, threads);
        table.observe(this);
    }

    /**
     * @param peer who asks, as {@link Subscribers#peer} names it
     * @throws Subscribers.TooManyException if {@value #MAX_SUBSCRIBERS} listen already, or half as many of this peer
     */
    SseEmitter subscribe(String peer) {
        return subscribers.add(peer, "the changes of the switch table", null);
    }

    int subscribers() {
        return subscribers.size();
    }

    @Override
    public void changed(Change change, Endpoint endpoint, RouteTable table) {
        if (!subscribers.isEmpty()) {
            subscribers.send(new Subscribers.Event("change", Long.toString(table.version()),
                    new RouteEvent(change, endpoint.spec().policy().text(), EndpointView.of(endpoint, leases),
                            table.version())));
        }
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        subscribers.end();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
