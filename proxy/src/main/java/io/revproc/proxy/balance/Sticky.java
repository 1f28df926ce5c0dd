package io.revproc.proxy.balance;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.LoadBalancer;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one client go to the same endpoint, as long as that is not overloaded: consistent hashing with bounded load.
 * An endpoint that comes or goes moves only its own share of the clients. An endpoint has at most a quarter more in flight
 * than its share; the rest goes on along the ring.
 */
public final class Sticky implements LoadBalancer {
    /** The ring of the candidates seen last; a race makes it twice, which does no harm. */
    private volatile @Nullable HashRing ring;

    @Override
    public int choose(Endpoint[] candidates, int key) {
        if (candidates.length == 1) {
            return 0;
        }
        HashRing current = ring;
        if (current == null || current.candidates() != candidates) {
            current = HashRing.of(candidates);
            ring = current;
        }
        long inFlight = 0;
        for (Endpoint endpoint : candidates) {
            inFlight += endpoint.inFlight();
        }
        int start = current.find(key);
        for (int step = 0; step < current.length(); step++) {
            int index = current.at(start + step);
            Endpoint endpoint = candidates[index];
            // A quarter over the share that the weight says, and one message always.
            double share = (inFlight + 1) * 1.25 * endpoint.spec().weight() / current.weight();
            if (endpoint.inFlight() < Math.max(1, Math.ceil(share))) {
                return index;
            }
        }
        return current.at(start);
    }
}
