package io.revproc.proxy.forward;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

import io.revproc.proxy.route.PolicyLoad;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one event loop that wait for a place at an endpoint, one queue per policy, so that one policy's stuck servers
 * hold up nobody else. Linked through the messages, so that one leaves from the middle at no cost. The bound is the policy's,
 * over all loops. Not thread-safe.
 */
final class WaitQueues {
    private final Map<PolicyLoad, Queue> queues = new IdentityHashMap<>();

    private static final class Queue {
        @Nullable
        Exchange first;
        @Nullable
        Exchange last;
    }

    /** Lets a message wait, unless its policy's queue is full. */
    boolean offer(Exchange exchange) {
        PolicyLoad load = exchange.routes.load();
        if (!load.tryWait()) {
            return false;
        }
        Queue queue = queues.computeIfAbsent(load, key -> new Queue());
        exchange.waitsBehind = queue.last;
        if (queue.last == null) {
            queue.first = exchange;
        } else {
            queue.last.waitsBefore = exchange;
        }
        queue.last = exchange;
        return true;
    }

    boolean hasWaiting(PolicyLoad load) {
        return !queues.isEmpty() && queues.containsKey(load);
    }

    /** Returns the message that waits longest; it stays in the queue. {@link Exchange#waitsBefore} leads to the next one. */
    @Nullable
    Exchange first(PolicyLoad load) {
        Queue queue = queues.get(load);
        return queue == null ? null : queue.first;
    }

    /** Takes a message out; does nothing if it does not wait. */
    void remove(Exchange exchange) {
        PolicyLoad load = exchange.routes.load();
        Queue queue = queues.get(load);
        if (queue == null || exchange.waitsBehind == null && queue.first != exchange) {
            return;
        }
        Exchange ahead = exchange.waitsBehind;
        Exchange behind = exchange.waitsBefore;
        if (ahead == null) {
            queue.first = behind;
        } else {
            ahead.waitsBefore = behind;
        }
        if (behind == null) {
            queue.last = ahead;
        } else {
            behind.waitsBehind = ahead;
        }
        exchange.waitsBehind = null;
        exchange.waitsBefore = null;
        load.waited();
        if (queue.first == null) {
            queues.remove(load);
        }
    }

    /** Returns the policies that have waiting messages. */
    List<PolicyLoad> loads() {
        return new ArrayList<>(queues.keySet());
    }

    boolean isEmpty() {
        return queues.isEmpty();
    }
}
