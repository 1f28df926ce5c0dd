package io.revproc.metrics;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.revproc.proxy.route.Durations;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointState.Liveness;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.PolicySums;
import io.revproc.proxy.route.RouteTable;
import io.revproc.proxy.route.ServerSums;
import io.revproc.proxy.route.TableObserver;
import io.revproc.wire.Ident;

/**
 * Decides which policies and servers have series of their own: those that came first, up to the limits, until they go. The others are added up. A sum never falls,
 * since Prometheus would take that for a restart: what one that goes had counted stays in it. Thread-safe.
 */
final class Labelled implements TableObserver {
    /** Servers that left and still had messages, kept until these are counted. */
    private static final int MAX_LEAVING = 1_000;

    private final MetricsProperties limits;
    private final Map<Ident, PolicyLoad> policies = new LinkedHashMap<>();
    private final Map<Ident, PolicyLoad> otherPolicies = new HashMap<>();
    /** Whether it has a histogram as well. */
    private final Map<Endpoint, Boolean> servers = new LinkedHashMap<>();
    private final Set<Endpoint> otherServers = new HashSet<>();
    private final PolicySums formerPolicies = new PolicySums();
    private final ServerSums formerServers = new ServerSums();
    /** The counts of servers that had counters of their own but no histogram. */
    private final ServerSums formerWithoutHistogram = new ServerSums();
    private boolean over;
    private int histograms;
    private int leaving;

    Labelled(MetricsProperties limits) {
        this.limits = limits;
    }

    /** Returns whether anything ever was over a limit. */
    synchronized boolean over() {
        return over;
    }

    /** The counts of servers that left and had counters of their own but no histogram. */
    synchronized Durations formerDurations() {
        return formerWithoutHistogram.durations();
    }

    /** Policies that have series of their own. */
    synchronized Map<Ident, PolicyLoad> policies() {
        return new LinkedHashMap<>(policies);
    }

    /** Servers that have series of their own, and whether these have a histogram. */
    synchronized Map<Endpoint, Boolean> servers() {
        return new LinkedHashMap<>(servers);
    }

    /** The sum of all other policies that there are or were. */
    synchronized PolicySums otherPolicies() {
        PolicySums sums = new PolicySums().addPast(formerPolicies);
        otherPolicies.values().forEach(sums::add);
        return sums;
    }

    /** The sum of all other servers that there are or were. */
    ServerSums otherServers() {
        ServerSums sums = new ServerSums();
        List<Endpoint> now;
        synchronized (this) {
            now = new ArrayList<>(otherServers);
            sums.addPast(formerServers);
        }
        // Not under the lock, which setups wait for: there may be very many.
        now.forEach(sums::add);
        for (Endpoint endpoint : now) {
            if (left(endpoint) && endpoint.inFlight() == 0) {
                retire(endpoint);
            }
        }
        return sums;
    }

    private static boolean left(Endpoint endpoint) {
        return endpoint.state().liveness() == Liveness.REMOVED;
    }

    @Override
    public synchronized void changed(Change change, Endpoint endpoint, RouteTable table) {
        Ident policy = endpoint.spec().policy();
        PolicyRoutes routes = table.find(policy.text());
        if (change != Change.REMOVED) {
            widerCame(endpoint, table);
        }
        if (change == Change.REGISTERED && routes != null) {
            policyCame(policy, routes.load());
            serverCame(endpoint, policies.containsKey(policy));
        } else if (change == Change.REMOVED) {
            serverLeft(endpoint);
        }
    }

    /** A policy that lost its last server keeps its series: what is refused for it must be seen, and alerted on. */
    @Override
    public synchronized void unservedChanged(Ident policy, RouteTable table) {
        PolicyRoutes unserved = table.unserved(policy.text());
        if (unserved != null) {
            policyCame(policy, unserved.load());
        } else if (table.find(policy.text()) == null) {
            policyLeft(policy);
        }
    }

    /** A policy that only servers of narrower ones serve has series too. */
    private void widerCame(Endpoint endpoint, RouteTable table) {
        for (String wider : endpoint.widens()) {
            PolicyRoutes routes = table.find(wider);
            if (routes != null) {
                policyCame(routes.policy(), routes.load());
            }
        }
    }

    private void policyCame(Ident policy, PolicyLoad load) {
        if (!policies.containsKey(policy) && !otherPolicies.containsKey(policy)) {
            boolean fits = policies.size() < limits.maxPolicies();
            over |= !fits;
            (fits ? policies : otherPolicies).put(policy, load);
        }
    }

    private void policyLeft(Ident policy) {
        policies.remove(policy);
        PolicyLoad other = otherPolicies.remove(policy);
        if (other != null) {
            formerPolicies.addPast(new PolicySums().add(other));
        }
    }

    private void serverCame(Endpoint endpoint, boolean policyLabelled) {
        if (!policyLabelled || servers.size() >= limits.maxServers()) {
            over = true;
            otherServers.add(endpoint);
            return;
        }
        boolean histogram = histograms < limits.maxHistograms();
        over |= !histogram;
        histograms += histogram ? 1 : 0;
        servers.put(endpoint, histogram);
    }

    private void serverLeft(Endpoint endpoint) {
        Boolean histogram = servers.remove(endpoint);
        if (histogram != null && histogram) {
            histograms--;
        } else if (histogram != null) {
            formerWithoutHistogram.addPast(new ServerSums().add(endpoint));
        } else if (otherServers.contains(endpoint) && ++leaving > MAX_LEAVING) {
            retire(endpoint);
        }
    }

    private synchronized void retire(Endpoint endpoint) {
        if (otherServers.remove(endpoint)) {
            leaving--;
            formerServers.addPast(new ServerSums().add(endpoint));
        }
    }

    /** Servers that are remembered. */
    synchronized int remembered() {
        return servers.size() + otherServers.size();
    }
}
