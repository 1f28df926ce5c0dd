package io.revproc.admin;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Those who follow a stream of server-sent events. Who sends never waits: each subscriber has a bounded queue and a thread of its own,
 * and who does not keep up is cut off. Thread-safe.
 */
final class Subscribers {
    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(15);
    /** Wakes the thread of a subscriber that is to end. */
    private static final Event END = new Event("end", null, "");

    /**
     * @param id   null without one
     * @param data what becomes JSON; a string is JSON already
     */
    record Event(String name, @Nullable String id, Object data) {}

    /** Too many clients follow already. */
    static final class TooManyException extends RuntimeException {
        TooManyException(int most) {
            super(most + " clients follow the events already, which is the limit; try again later", null, false,
                    false);
        }
    }

    private final int most;
    private final int mostWaiting;
    private final ThreadFactory threads;
    private final Set<Subscriber> subscribers = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();

    /**
     * @param most        how many may follow at once
     * @param mostWaiting how many events may wait for one of them
     */
    Subscribers(int most, int mostWaiting, ThreadFactory threads) {
        this.most = most;
        this.mostWaiting = mostWaiting;
        this.threads = threads;
    }

    /**
     * @param greeting the comment that the stream begins with
     * @param first    makes the first events, on the subscriber's thread, once later ones are kept for it; null for none
     * @throws TooManyException if there are the most already
     */
    SseEmitter add(String greeting, @Nullable Supplier<List<Event>> first) {
        return add(greeting, first, event -> true);
    }

    /** @param wanted which events this one gets, those first ones included; called on the subscriber's thread alone, one after the other */
    SseEmitter add(String greeting, @Nullable Supplier<List<Event>> first, Predicate<Event> wanted) {
        if (count.incrementAndGet() > most) {
            count.decrementAndGet();
            throw new TooManyException(most);
        }
        Subscriber subscriber = new Subscriber(greeting, first, wanted);
        subscribers.add(subscriber);
        subscriber.start();
        return subscriber.emitter;
    }

    void send(Event event) {
        subscribers.forEach(subscriber -> subscriber.offer(event));
    }

    boolean isEmpty() {
        return subscribers.isEmpty();
    }

    int size() {
        return count.get();
    }

    /** Ends all streams. */
    void end() {
        subscribers.forEach(Subscriber::end);
    }

    private final class Subscriber {
        private final SseEmitter emitter = new SseEmitter(0L);
        private final BlockingQueue<Event> waiting = new ArrayBlockingQueue<>(mostWaiting);
        private final String greeting;
        private final @Nullable Supplier<List<Event>> first;
        private final Predicate<Event> wanted;
        private final Thread thread = threads.newThread(this::run);

        Subscriber(String greeting, @Nullable Supplier<List<Event>> first, Predicate<Event> wanted) {
            this.greeting = greeting;
            this.first = first;
            this.wanted = wanted;
        }

        void start() {
            emitter.onCompletion(this::end);
            emitter.onError(error -> end());
            thread.start();
        }

        void offer(Event event) {
            if (!waiting.offer(event)) {
                end();
            }
        }

        void end() {
            if (subscribers.remove(this)) {
                count.decrementAndGet();
                // No interrupt: in the middle of a write it closes the socket behind the container's back, and the request never ends.
                waiting.clear();
                waiting.offer(END);
            }
        }

        private void run() {
            try {
                emitter.send(SseEmitter.event().comment(greeting));
                if (first != null) {
                    for (Event event : first.get()) {
                        send(event);
                    }
                }
                while (subscribers.contains(this)) {
                    Event event = waiting.poll(SIGN_OF_LIFE.toMillis(), TimeUnit.MILLISECONDS);
                    if (event == END) {
                        break;
                    }
                    if (event == null) {
                        emitter.send(SseEmitter.event().comment("still here"));
                    } else {
                        send(event);
                    }
                }
            } catch (IOException | IllegalStateException e) {
                // The client is gone.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                end();
                complete();
            }
        }

        private void complete() {
            try {
                emitter.complete();
            } catch (IllegalStateException e) {
                // The container has noticed that the client is gone, and ends the request itself.
            }
        }

        private void send(Event event) throws IOException {
            if (!wanted.test(event)) {
                return;
            }
            SseEmitter.SseEventBuilder sent = SseEmitter.event().name(event.name());
            if (event.id() != null) {
                sent = sent.id(event.id());
            }
            // As text: a client that left in the middle is then no failure to make JSON.
            Object data = event.data() instanceof String text
                    ? text
                    : JsonMapper.shared().writeValueAsString(event.data());
            emitter.send(sent.data(data, MediaType.APPLICATION_JSON));
        }
    }
}
