package io.revproc.admin;

import java.util.concurrent.ThreadFactory;
import java.util.function.Predicate;

import com.fasterxml.jackson.annotation.JsonValue;
import io.revproc.proxy.events.Event;
import io.revproc.proxy.events.EventLog;
import io.revproc.proxy.events.EventQuery;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Sends events to those who follow them, and first what they missed. Whoever has an event happen never waits. Among the first to stop, so
 * that open streams don't hold up the end.
 */
@Component
final class EventStream implements SmartLifecycle {
    /** How many clients may follow at a time. */
    static final int MAX_SUBSCRIBERS = 64;
    /** How many events may wait for one client. */
    static final int MAX_WAITING = 1024;
    /** The most that is sent of what somebody missed: the newest. */
    static final int MAX_MISSED = 1000;

    private final EventLog log;
    private final Subscribers subscribers;
    private volatile boolean running;

    @Autowired
    EventStream(EventLog log) {
        this(log, Thread.ofVirtual().name("event-stream").factory());
    }

    EventStream(EventLog log, ThreadFactory threads) {
        this.log = log;
        this.subscribers = new Subscribers(MAX_SUBSCRIBERS, MAX_WAITING, threads);
        log.observe(event -> {
            if (!subscribers.isEmpty()) {
                subscribers.send(sent(event));
            }
        });
    }

    /**
     * @param peer   who asks, as {@link Subscribers#peer} names it
     * @param query  which events are wanted
     * @param missed whether those that happened before are sent as well
     * @throws Subscribers.TooManyException if {@value #MAX_SUBSCRIBERS} follow already, or half as many of this peer
     */
    SseEmitter subscribe(String peer, EventQuery query, boolean missed) {
        EventQuery wanted = missed ? query : query.after(log.lastId());
        return subscribers.add(peer, "what happens; docs/events.md says what each event means",
                () -> log.newest(wanted, MAX_MISSED).stream().map(EventStream::sent).toList(), new Wanted(wanted));
    }

    private static Subscribers.Event sent(Event event) {
        return new Subscribers.Event("event", Long.toString(event.id()), new Sent(event, EventView.of(event)));
    }

    /** An event, and how it is written. */
    private record Sent(Event event, @JsonValue EventView view) {}

    /** An event that came while the missed ones were sent is sent once. For one thread. */
    private static final class Wanted implements Predicate<Subscribers.Event> {
        private EventQuery query;

        Wanted(EventQuery query) {
            this.query = query;
        }

        @Override
        public boolean test(Subscribers.Event sent) {
            if (sent.data() instanceof Sent one && query.matches(one.event())) {
                query = query.after(one.event().id());
                return true;
            }
            return false;
        }
    }

    int subscribers() {
        return subscribers.size();
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
