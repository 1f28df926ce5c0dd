package io.revproc.proxy.balance;

import java.util.concurrent.atomic.AtomicLong;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.LoadBalancer;
import org.jspecify.annotations.Nullable;

/**
 * In turn, in order of registration, over all event loops: with servers 1 and 2, messages go to 1, 2, 1, 2, 1. With weights 2
 * and 1 they go to 1, 2, 1, 1, 2, 1: as evenly mixed as the weights allow.
 */
public final class RoundRobin implements LoadBalancer {
    private final AtomicLong cursor = new AtomicLong();
    /** The turn of the candidates seen last; a race makes it twice, which does no harm. */
    private volatile @Nullable WeightedTurn turn;

    @Override
    public int choose(Endpoint[] candidates, int key) {
        if (candidates.length == 1) {
            return 0;
        }
        WeightedTurn current = turn;
        if (current == null || current.candidates() != candidates) {
            current = WeightedTurn.of(candidates);
            turn = current;
        }
        return current.at(cursor.getAndIncrement());
    }
}
