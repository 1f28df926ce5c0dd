package io.revproc.proxy.balance;

import java.net.InetAddress;
import java.util.Arrays;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.Endpoints;
import io.revproc.proxy.route.Permit;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/** Endpoints to choose from. */
final class Candidates {
    private static final PolicyLoad LOAD = new PolicyLoad(Integer.MAX_VALUE, 0);

    private Candidates() {}

    /** Ids from 1 on, with these weights. */
    static Endpoint[] weighted(int... weights) {
        Endpoint[] endpoints = new Endpoint[weights.length];
        for (int i = 0; i < weights.length; i++) {
            endpoints[i] = endpoint(i + 1, weights[i], null);
        }
        return endpoints;
    }

    static Endpoint[] equal(int count) {
        int[] weights = new int[count];
        Arrays.fill(weights, 1);
        return weighted(weights);
    }

    static Endpoint endpoint(int id, int weight, @Nullable String zone) {
        return Endpoints.of(
                new EndpointSpec(Ident.of("PP_1"), Ident.of(id), InetAddress.getLoopbackAddress(), 9000 + id, 2, true,
                        weight, zone, 1_000_000, false, null, null),
                EndpointState.registered("lease"));
    }

    /** One more message in flight. */
    static Permit load(Endpoint endpoint) {
        Permit permit = new Permit();
        if (!permit.tryAcquire(endpoint, LOAD)) {
            throw new AssertionError("no place");
        }
        return permit;
    }
}
