package io.revproc.balance;

import java.util.concurrent.atomic.AtomicLong;

import io.revproc.upstream.Endpoint;

/** In turn, in order of registration, over all event loops: with servers 1 and 2, messages go to 1, 2, 1, 2, 1. */
public final class RoundRobin implements LoadBalancer {
    private final AtomicLong cursor = new AtomicLong();

    @Override
    public int choose(Endpoint[] candidates, int key) {
        return candidates.length == 1 ? 0 : (int) (cursor.getAndIncrement() % candidates.length);
    }
}
