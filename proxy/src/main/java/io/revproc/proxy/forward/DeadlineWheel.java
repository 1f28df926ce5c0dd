package io.revproc.proxy.forward;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;

import io.revproc.wire.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one event loop's messages: a hashed timing wheel (Varghese and Lauck, scheme 6), intrusive, so that
 * adding and removing allocate nothing. A deadline is noticed up to one tick late. Not thread-safe; time is given by the
 * caller.
 */
final class DeadlineWheel {
    static final long TICK_NANOS = 10_000_000;
    private static final int BUCKETS = 1024;

    private final Exchange[] heads = new Exchange[BUCKETS];
    private long tick;
    private int size;

    private static final class Head extends Exchange {
        @Override
        public byte[] clientId() {
            throw new UnsupportedOperationException();
        }

        @Override
        public InetSocketAddress client() {
            throw new UnsupportedOperationException();
        }

        @Override
        protected void replied(byte[] bytes, int from, int to, int cutStart, int cutEnd) {
            throw new AssertionError();
        }

        @Override
        protected void refused(ErrorCode code, String sentence) {
            throw new AssertionError();
        }
    }

    /** @param now the present time; deadlines are on the same scale, in nanoseconds */
    DeadlineWheel(long now) {
        tick = Math.floorDiv(now, TICK_NANOS);
        for (int i = 0; i < BUCKETS; i++) {
            Exchange head = new Head();
            head.next = head;
            head.previous = head;
            heads[i] = head;
        }
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Arms {@link Exchange#deadlineNanos}. */
    void add(Exchange exchange) {
        assert exchange.previous == null;
        // A deadline in the past belongs to the next tick to be looked at, not to one already gone by.
        long due = Math.max(Math.floorDiv(exchange.deadlineNanos, TICK_NANOS) + 1, tick + 1);
        Exchange head = heads[(int) (due & BUCKETS - 1)];
        Exchange last = previous(head);
        exchange.previous = last;
        exchange.next = head;
        last.next = exchange;
        head.previous = exchange;
        size++;
    }

    void remove(Exchange exchange) {
        Exchange before = exchange.previous;
        Exchange after = exchange.next;
        if (before == null || after == null) {
            return;
        }
        before.next = after;
        after.previous = before;
        exchange.previous = null;
        exchange.next = null;
        size--;
    }

    /** Removes and reports what is due. */
    void advance(long now, Consumer<Exchange> expired) {
        long target = Math.floorDiv(now, TICK_NANOS);
        // After a long pause one round over all buckets sees everything.
        tick = Math.max(tick, target - BUCKETS);
        List<Exchange> due = new ArrayList<>(0);
        while (tick < target) {
            tick++;
            Exchange head = heads[(int) (tick & BUCKETS - 1)];
            for (Exchange at = next(head); at != head; at = next(at)) {
                if (at.deadlineNanos - now <= 0) {
                    due.add(at);
                }
            }
        }
        // Only now, since what one of them sets off may change the lists. It may also have ended another one.
        for (Exchange exchange : due) {
            if (exchange.previous != null) {
                remove(exchange);
                expired.accept(exchange);
            }
        }
    }

    /** Returns those that are watched and are such, in no order. */
    List<Exchange> all(Predicate<Exchange> such) {
        List<Exchange> found = new ArrayList<>(0);
        for (Exchange head : heads) {
            for (Exchange at = next(head); at != head; at = next(at)) {
                if (such.test(at)) {
                    found.add(at);
                }
            }
        }
        return found;
    }

    private static Exchange next(Exchange exchange) {
        return linked(exchange.next);
    }

    private static Exchange previous(Exchange exchange) {
        return linked(exchange.previous);
    }

    private static Exchange linked(@Nullable Exchange exchange) {
        return Objects.requireNonNull(exchange);
    }
}
