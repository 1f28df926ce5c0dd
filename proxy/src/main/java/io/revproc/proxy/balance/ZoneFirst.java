package io.revproc.proxy.balance;

import java.util.Arrays;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.LoadBalancer;
import org.jspecify.annotations.Nullable;

/** Endpoints of one zone first, by another algorithm among them; those of other zones only where the zone has none. */
public final class ZoneFirst implements LoadBalancer {
    private final String zone;
    private final LoadBalancer among;
    private volatile @Nullable Near near;

    /** The endpoints of the zone, and their indices among all. */
    private record Near(Endpoint[] candidates, Endpoint[] endpoints, int[] indexes) {}

    /** @param among chooses among the zone's endpoints, or among all where there are none */
    public ZoneFirst(String zone, LoadBalancer among) {
        this.zone = zone;
        this.among = among;
    }

    @Override
    public int choose(Endpoint[] candidates, int key) {
        Near current = near;
        if (current == null || current.candidates() != candidates) {
            current = of(candidates);
            near = current;
        }
        return current.indexes().length == 0
                ? among.choose(candidates, key)
                : current.indexes()[among.choose(current.endpoints(), key)];
    }

    private Near of(Endpoint[] candidates) {
        Endpoint[] endpoints = new Endpoint[candidates.length];
        int[] indexes = new int[candidates.length];
        int n = 0;
        for (int i = 0; i < candidates.length; i++) {
            if (zone.equals(candidates[i].spec().zone())) {
                endpoints[n] = candidates[i];
                indexes[n++] = i;
            }
        }
        return new Near(candidates, Arrays.copyOf(endpoints, n), Arrays.copyOf(indexes, n));
    }
}
