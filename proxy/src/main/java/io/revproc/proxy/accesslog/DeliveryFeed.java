package io.revproc.proxy.accesslog;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import io.revproc.proxy.forward.Exchange;
import io.revproc.proxy.forward.MessageLog;
import io.revproc.proxy.forward.RefusedMessage;
import io.revproc.proxy.route.Endpoint;
import io.revproc.wire.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * A sample of the messages that end, for somebody who watches: between two looks the first so many, answered and other ones
 * counted apart, so that what went wrong is seen beside very many that went well. Without a payload. Thread-safe; while it is closed, a
 * message costs the event loops a look at a flag.
 */
public final class DeliveryFeed implements MessageLog {
    /** The most answered messages, and the most others, between two looks. */
    public static final int MAX_ENDED = 50;

    /** @param endedNanos on the scale of {@link System#nanoTime()} */
    public record Ended(Entry message, long endedNanos) {}

    private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger others = new AtomicInteger();
    private volatile boolean open;

    /** Takes down messages from now on. Does nothing more where that is so. */
    public void open() {
        open = true;
    }

    /** Takes down nothing more: nobody watches. */
    public void close() {
        open = false;
        take();
    }

    /** Returns what was taken down since the last look. */
    public List<Ended> take() {
        List<Ended> taken = new ArrayList<>();
        Ended one;
        while (taken.size() < 2 * MAX_ENDED && (one = ended.poll()) != null) {
            taken.add(one);
        }
        answered.set(0);
        others.set(0);
        return taken;
    }

    @Override
    public void ended(Exchange exchange, @Nullable Endpoint endpoint, @Nullable ErrorCode code, int replyBytes,
            long now) {
        if (open && exchange.disclosure().accessLog() && hasRoom(code == null && replyBytes >= 0 ? answered : others)) {
            ended.add(new Ended(Entry.of(exchange, endpoint, code, replyBytes, now), now));
        }
    }

    @Override
    public void refused(RefusedMessage message) {
        if (open && message.disclosure().accessLog() && hasRoom(others)) {
            ended.add(new Ended(Entry.refused(message), System.nanoTime()));
        }
    }

    /** Returns whether there is room for one more. A look first: where there is no room the loops share a value that does not change. */
    private static boolean hasRoom(AtomicInteger count) {
        return count.get() < MAX_ENDED && count.getAndIncrement() < MAX_ENDED;
    }
}
