package io.revproc.admin;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.revproc.route.RouteTable;
import io.revproc.route.SwitchTable;
import io.revproc.route.TableObserver;
import io.revproc.upstream.Endpoint;
import io.swagger.v3.oas.annotations.media.Schema;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Sends the changes of the switch table to those who listen. The table never waits: each listener has a bounded queue and a
 * thread of its own, and who does not keep up is cut off. The first to stop, so that open streams don't hold up the end.
 */
@Component
final class RouteEvents implements TableObserver, SmartLifecycle {
    /** How many may listen at once. */
    static final int MAX_SUBSCRIBERS = 64;
    /** How many changes may wait for one of them. */
    static final int MAX_WAITING = 1024;
    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(15);

    /** One change, as JSON. */
    @Schema(name = "RouteEvent")
    record RouteEvent(TableObserver.Change change, String policy, EndpointView server, long version) {}

    /** Too many listen already. */
    static final class TooManyException extends RuntimeException {
        TooManyException() {
            super(MAX_SUBSCRIBERS + " clients follow the events already, the most there may be; try again later", null,
                    false, false);
        }
    }

    private final LeaseTimes leases;
    private final ThreadFactory threads;
    private final Set<Subscriber> subscribers = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean running;

    @Autowired
    RouteEvents(SwitchTable table, LeaseTimes leases) {
        this(table, leases, Thread.ofVirtual().name("route-events").factory());
    }

    RouteEvents(SwitchTable table, LeaseTimes leases, ThreadFactory threads) {
        this.leases = leases;
        this.threads = threads;
        table.observe(this);
    }

    /** @throws TooManyException if {@value #MAX_SUBSCRIBERS} listen already */
    SseEmitter subscribe() {
        if (count.incrementAndGet() > MAX_SUBSCRIBERS) {
            count.decrementAndGet();
            throw new TooManyException();
        }
        Subscriber subscriber = new Subscriber();
        subscribers.add(subscriber);
        subscriber.start();
        return subscriber.emitter;
    }

    int subscribers() {
        return count.get();
    }

    @Override
    public void changed(Change change, Endpoint endpoint, RouteTable table) {
        if (subscribers.isEmpty()) {
            return;
        }
        RouteEvent event = new RouteEvent(change, endpoint.spec().policy().text(), EndpointView.of(endpoint, leases),
                table.version());
        subscribers.forEach(subscriber -> subscriber.offer(event));
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        subscribers.forEach(Subscriber::end);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    private final class Subscriber {
        private final SseEmitter emitter = new SseEmitter(0L);
        private final BlockingQueue<RouteEvent> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
        private final Thread thread = threads.newThread(this::run);

        void start() {
            emitter.onCompletion(this::end);
            emitter.onError(error -> end());
            thread.start();
        }

        void offer(RouteEvent event) {
            if (!waiting.offer(event)) {
                end();
            }
        }

        void end() {
            if (subscribers.remove(this)) {
                count.decrementAndGet();
            }
            thread.interrupt();
        }

        private void run() {
            try {
                emitter.send(SseEmitter.event().comment("the changes of the switch table"));
                while (subscribers.contains(this)) {
                    RouteEvent event = waiting.poll(SIGN_OF_LIFE.toMillis(), TimeUnit.MILLISECONDS);
                    emitter.send(event == null
                            ? SseEmitter.event().comment("still here")
                            : SseEmitter.event().id(Long.toString(event.version())).name("change").data(event,
                                    MediaType.APPLICATION_JSON));
                }
            } catch (IOException | IllegalStateException e) {
                // The client is gone.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                end();
                emitter.complete();
            }
        }
    }
}
