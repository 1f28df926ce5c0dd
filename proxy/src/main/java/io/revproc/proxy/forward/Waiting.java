package io.revproc.proxy.forward;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

import io.revproc.proxy.route.PolicyLoad;
import io.revproc.transport.LoopContext;
import org.jspecify.annotations.Nullable;

/**
 * Lets the messages of one event loop wait for places, and gives places that become free to the first messages that can use them. Used on
 * that loop only, but for {@link #wake}.
 */
final class Waiting {
    private final LoopContext context;
    private final Deadlines deadlines;
    private final Predicate<Exchange> goesOn;
    private final @Nullable Runnable wakeOthers;
    private final WaitQueues queues = new WaitQueues();
    private final AtomicBoolean wakeAsked = new AtomicBoolean();
    private volatile boolean anyWaiting;

    /**
     * @param goesOn     tries a message again, and says whether it has left the queue, this way or that
     * @param wakeOthers tells the other loops that a place became free; null if there are none
     */
    Waiting(LoopContext context, Deadlines deadlines, Predicate<Exchange> goesOn, @Nullable Runnable wakeOthers) {
        this.context = context;
        this.deadlines = deadlines;
        this.goesOn = goesOn;
        this.wakeOthers = wakeOthers;
    }

    /** Returns whether messages of the policy wait here. */
    boolean any(PolicyLoad load) {
        return queues.hasWaiting(load);
    }

    /** Lets a message wait, unless its policy's queue is full. */
    boolean offer(Exchange exchange) {
        boolean others = queues.hasWaiting(exchange.routes.load());
        if (!queues.offer(exchange)) {
            return false;
        }
        anyWaiting = true;
        exchange.stage = Exchange.Stage.WAITING;
        deadlines.enterQueue(exchange, context.now());
        if (others || wakeOthers != null) {
            // a place that those before it can't use, or that another loop gave back before it could see this message wait
            wake();
        }
        return true;
    }

    /** Takes a message out. */
    void leave(Exchange exchange) {
        queues.remove(exchange);
        anyWaiting = !queues.isEmpty();
        exchange.stage = Exchange.Stage.NEW;
        deadlines.leaveQueue(exchange);
    }

    /** Wakes messages that wait, here and on other loops: a place became free. */
    void wakeAll() {
        wake();
        if (wakeOthers != null) {
            wakeOthers.run();
        }
    }

    /** Lets waiting messages try again, at the end of the loop's turn. Thread-safe. */
    void wake() {
        if (anyWaiting && wakeAsked.compareAndSet(false, true)) {
            context.loop().execute(this::drain);
        }
    }

    private void drain() {
        wakeAsked.set(false);
        for (PolicyLoad load : queues.loads()) {
            drain(load);
        }
    }

    /**
     * Gives the free places to the first messages that can use them. One that may not go to every server is passed over where it
     * can't go, and so are those like it; where one that may go anywhere can't, nobody behind it can.
     */
    private void drain(PolicyLoad load) {
        List<Exchange> stuck = new ArrayList<>(0);
        Exchange next;
        for (Exchange exchange = queues.first(load); exchange != null; exchange = next) {
            next = exchange.waitsBefore;
            if (isLike(stuck, exchange) || goesOn.test(exchange)) {
                continue;
            }
            if (!exchange.isRestricted()) {
                return;
            }
            stuck.add(exchange);
        }
    }

    private static boolean isLike(List<Exchange> stuck, Exchange exchange) {
        for (int i = 0; i < stuck.size(); i++) {
            if (stuck.get(i).mayGoWhere(exchange)) {
                return true;
            }
        }
        return false;
    }
}
