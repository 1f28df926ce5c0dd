package io.revproc.proxy.registration;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.RouteTable;
import io.revproc.proxy.route.TableObserver;
import org.jspecify.annotations.Nullable;

/** Counts the table's entries, and says when there are as many as there may be. Thread-safe. */
final class TableLimits implements TableObserver {
    private final int max;
    private final int maxPerPolicy;
    private final AtomicInteger entries = new AtomicInteger();
    private final Map<String, Integer> byGrant = new ConcurrentHashMap<>();

    TableLimits(RegistrationSettings settings) {
        max = settings.maxEndpoints();
        maxPerPolicy = settings.maxEndpointsPerPolicy();
    }

    @Override
    public void changed(Change change, Endpoint endpoint, RouteTable table) {
        if (change != Change.REGISTERED && change != Change.REMOVED) {
            return;
        }
        int one = change == Change.REGISTERED ? 1 : -1;
        entries.addAndGet(one);
        String grant = endpoint.spec().owner();
        if (grant != null) {
            byGrant.merge(grant, one, (before, more) -> before + more == 0 ? null : before + more);
        }
    }

    /** Returns how many entries are registered by the grant. */
    int of(String grant) {
        return byGrant.getOrDefault(grant, 0);
    }

    /** Returns what to say to a server that would be one too many; null if it would not. */
    @Nullable
    String problem(EndpointSpec spec, RouteTable table) {
        if (entries.get() >= max) {
            return "The proxy holds " + max + " servers, its limit; raise revproc.registration.max-endpoints";
        }
        PolicyRoutes routes = table.find(spec.policy().text());
        return routes != null && routes.size() >= maxPerPolicy
                ? "This policy has " + maxPerPolicy
                        + " servers, its limit; raise revproc.registration.max-endpoints-per-policy"
                : null;
    }
}
