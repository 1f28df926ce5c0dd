package io.revproc.forward;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

import io.revproc.upstream.PolicyLoad;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one event loop that wait for a place at an endpoint, one queue per policy, so that one policy's stuck servers
 * hold up nobody else. The bound is the policy's, over all loops. Not thread-safe.
 */
final class WaitQueues {
    private final Map<PolicyLoad, Queue<Exchange>> queues = new IdentityHashMap<>();

    /** Lets a message wait, unless its policy's queue is full. */
    boolean offer(Exchange exchange) {
        PolicyLoad load = exchange.routes.load();
        if (!load.tryWait()) {
            return false;
        }
        queues.computeIfAbsent(load, key -> new ArrayDeque<>()).add(exchange);
        return true;
    }

    boolean hasWaiting(PolicyLoad load) {
        return !queues.isEmpty() && queues.containsKey(load);
    }

    /** The message that waits longest; it stays in the queue. */
    @Nullable
    Exchange peek(PolicyLoad load) {
        Queue<Exchange> queue = queues.get(load);
        return queue == null ? null : queue.peek();
    }

    /** Takes a message out; does nothing if it does not wait. */
    void remove(Exchange exchange) {
        PolicyLoad load = exchange.routes.load();
        Queue<Exchange> queue = queues.get(load);
        if (queue != null && queue.remove(exchange)) {
            load.waited();
            if (queue.isEmpty()) {
                queues.remove(load);
            }
        }
    }

    /** The policies that have waiting messages. */
    List<PolicyLoad> loads() {
        return new ArrayList<>(queues.keySet());
    }

    boolean isEmpty() {
        return queues.isEmpty();
    }
}
