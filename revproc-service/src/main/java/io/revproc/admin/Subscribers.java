package io.revproc.admin;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.revproc.proxy.access.AddressKey;
import jakarta.servlet.http.HttpServletRequest;
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
        private final boolean ofPeer;

        private TooManyException(String sentence, boolean ofPeer) {
            super(sentence, null, false, false);
            this.ofPeer = ofPeer;
        }

        /** Returns whether it is the limit of one peer. */
        boolean ofPeer() {
            return ofPeer;
        }
    }

    private final int most;
    private final int mostWaiting;
    private final ThreadFactory threads;
    private final Set<Subscriber> subscribers = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();
    /** How many streams each peer has; no entry for one without. */
    private final Map<String, Integer> ofPeer = new ConcurrentHashMap<>();

    /**
     * @param most        how many may follow at once; half of them of one peer, so that nobody takes all
     * @param mostWaiting how many events may wait for one of them
     */
    Subscribers(int most, int mostWaiting, ThreadFactory threads) {
        this.most = most;
        this.mostWaiting = mostWaiting;
        this.threads = threads;
    }

    /**
     * @param peer     whose stream it is
     * @param greeting the comment that the stream begins with
     * @param first    makes the first events, on the subscriber's thread, once later ones are kept for it; null for none
     * @throws TooManyException if there are the most already
     */
    SseEmitter add(String peer, String greeting, @Nullable Supplier<List<Event>> first) {
        return add(peer, greeting, first, event -> true);
    }

    /** @param wanted which events this one gets, those first ones included; called on the subscriber's thread alone, one after the other */
    SseEmitter add(String peer, String greeting, @Nullable Supplier<List<Event>> first, Predicate<Event> wanted) {
        if (ofPeer.merge(peer, 1, Integer::sum) > mostOfPeer()) {
            release(peer);
            throw new TooManyException(
                    mostOfPeer() + " streams of this kind go to this account or address already, which is the limit; "
                            + "close one of them, such as a dashboard that nobody looks at (it counts for up to half a minute more)",
                    true);
        }
        if (count.incrementAndGet() > most) {
            count.decrementAndGet();
            release(peer);
            throw new TooManyException(most + " clients follow the events already, which is the limit; try again later",
                    false);
        }
        Subscriber subscriber = new Subscriber(peer, greeting, first, wanted);
        subscribers.add(subscriber);
        subscriber.start();
        return subscriber.emitter;
    }

    /** Returns whose a stream is: the account's, or the address's where nobody said who it is. */
    static String peer(HttpServletRequest request) {
        return peer(request.getRemoteUser(), request.getRemoteAddr());
    }

    /** All of loopback is one peer, as is an IPv6 network of 64 bits: who has one of these addresses has all of them. */
    static String peer(@Nullable String account, String address) {
        if (account != null && !account.equals(LocalReading.NAME)) {
            return "account " + account;
        }
        try {
            InetAddress from = InetAddress.ofLiteral(address);
            return from.isLoopbackAddress() ? "loopback" : AddressKey.of(from).toString();
        } catch (IllegalArgumentException e) {
            return address;
        }
    }

    private int mostOfPeer() {
        return Math.max(1, most / 2);
    }

    private void release(String peer) {
        ofPeer.computeIfPresent(peer, (reader, streams) -> streams == 1 ? null : streams - 1);
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
        private final String peer;
        private final String greeting;
        private final @Nullable Supplier<List<Event>> first;
        private final Predicate<Event> wanted;
        private final Thread thread = threads.newThread(this::run);

        Subscriber(String peer, String greeting, @Nullable Supplier<List<Event>> first, Predicate<Event> wanted) {
            this.peer = peer;
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
                release(peer);
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
