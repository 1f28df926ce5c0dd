package io.revproc.proxy.forward;

import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Sets and watches the deadlines of one event loop's messages. A message that waits for a place has the queue's, which is never later than
 * its own. Used on that loop only.
 */
final class Deadlines {
    private final ScheduledExecutorService loop;
    private final Consumer<Exchange> expired;
    private final LongSupplier nanoClock;
    private final DeadlineWheel wheel;
    private final long ownNanos;
    private final long maxNanos;
    private final long queueNanos;
    private boolean ticking;

    /**
     * @param nanoClock as {@link System#nanoTime()}
     * @param expired   takes the messages whose deadline is over; they are watched no longer
     */
    Deadlines(ScheduledExecutorService loop, LongSupplier nanoClock, ForwardSettings settings,
            Consumer<Exchange> expired) {
        this.loop = loop;
        this.nanoClock = nanoClock;
        this.wheel = new DeadlineWheel(nanoClock.getAsLong());
        this.expired = expired;
        this.ownNanos = settings.deadline().toNanos();
        this.maxNanos = settings.maxDeadline().toNanos();
        this.queueNanos = settings.queueTimeout().toNanos();
    }

    /** Returns the proxy's own deadline, in nanoseconds. */
    long ownNanos() {
        return ownNanos;
    }

    /**
     * Sets the deadline of a message that has just come.
     *
     * @param wantedMillis how long the client waits; 0 if it did not say
     */
    void start(Exchange exchange, int wantedMillis) {
        long wanted = wantedMillis == 0 ? ownNanos : Math.min(TimeUnit.MILLISECONDS.toNanos(wantedMillis), maxNanos);
        exchange.clientsDeadline = wanted < ownNanos;
        exchange.deadlineNanos = exchange.arrivedNanos + wanted;
        watch(exchange);
    }

    /** Waits for the server for as long as the proxy's own deadline says: its client has been told that its own is over. */
    void extend(Exchange exchange) {
        exchange.clientsDeadline = true;
        exchange.deadlineNanos = exchange.sentNanos + ownNanos;
        watch(exchange);
    }

    /** Sets the queue's deadline. */
    void enterQueue(Exchange exchange, long now) {
        wheel.remove(exchange);
        exchange.finalDeadlineNanos = exchange.deadlineNanos;
        exchange.deadlineNanos = Math.min(exchange.deadlineNanos, now + queueNanos);
        wheel.add(exchange);
    }

    /** Sets the message's own deadline again. */
    void leaveQueue(Exchange exchange) {
        wheel.remove(exchange);
        exchange.deadlineNanos = exchange.finalDeadlineNanos;
        wheel.add(exchange);
    }

    /** Watches the message no longer. */
    void end(Exchange exchange) {
        wheel.remove(exchange);
    }

    /** Returns the messages on their way that are such, in no order: each is watched until it ends. */
    List<Exchange> all(Predicate<Exchange> such) {
        return wheel.all(such);
    }

    private void watch(Exchange exchange) {
        wheel.add(exchange);
        if (!ticking) {
            ticking = true;
            scheduleTick();
        }
    }

    private void scheduleTick() {
        loop.schedule(this::tick, DeadlineWheel.TICK_NANOS, TimeUnit.NANOSECONDS);
    }

    private void tick() {
        wheel.advance(nanoClock.getAsLong(), expired);
        ticking = !wheel.isEmpty();
        if (ticking) {
            scheduleTick();
        }
    }
}
