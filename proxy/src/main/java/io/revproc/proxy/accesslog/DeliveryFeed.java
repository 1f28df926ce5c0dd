package io.revproc.proxy.accesslog;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.revproc.proxy.forward.Exchange;
import io.revproc.proxy.forward.MessageLog;
import io.revproc.proxy.forward.RefusedMessage;
import io.revproc.proxy.route.Endpoint;
import io.revproc.wire.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * A sample of the messages that end, for somebody who watches: between two looks the first so many, answered and other ones
 * counted apart, so that what went wrong is seen beside very many that went well. Without a payload. Thread-safe; event loops know
 * of it only while it is open.
 */
public final class DeliveryFeed implements MessageLog {
    /** The most answered messages, and the most others, between two looks. */
    public static final int MOST = 50;

    /** @param endedNanos on the scale of {@link System#nanoTime()} */
    public record Ended(Entry message, long endedNanos) {}

    private final Consumer<@Nullable MessageLog> attach;
    private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger others = new AtomicInteger();

    /** @param attach has the event loops tell this log of messages as well, or, given null, no longer */
    public DeliveryFeed(Consumer<@Nullable MessageLog> attach) {
        this.attach = attach;
    }

    /** From now on messages are taken down. Does nothing more where that is so. */
    public void open() {
        attach.accept(this);
    }

    /** Nobody watches any more. */
    public void close() {
        attach.accept(null);
        take();
    }

    /** What was taken down since the last look. */
    public List<Ended> take() {
        List<Ended> taken = new ArrayList<>();
        Ended one;
        while (taken.size() < 2 * MOST && (one = ended.poll()) != null) {
            taken.add(one);
        }
        answered.set(0);
        others.set(0);
        return taken;
    }

    @Override
    public void ended(Exchange exchange, @Nullable Endpoint endpoint, @Nullable ErrorCode code, int replyBytes,
            long now) {
        if (hasRoom(code == null && replyBytes >= 0 ? answered : others)) {
            ended.add(new Ended(Entry.of(exchange, endpoint, code, replyBytes, now), now));
        }
    }

    @Override
    public void refused(RefusedMessage message) {
        if (hasRoom(others)) {
            ended.add(new Ended(Entry.refused(message), System.nanoTime()));
        }
    }

    /** A look first: where there is no room the loops share a value that does not change. */
    private static boolean hasRoom(AtomicInteger count) {
        return count.get() < MOST && count.getAndIncrement() < MOST;
    }
}
