package io.revproc.admin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

import io.revproc.proxy.route.Durations;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.PolicySums;
import io.revproc.proxy.stats.ListenerCounts;
import io.revproc.wire.ErrorCode;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the figures of the dashboard, once a second as long as somebody watches, and tells what differs from the second before.
 * Rates are the page's to make: counts only grow. Quantiles are of the last 5 to 10 seconds. For one thread.
 */
final class LiveFigures {
    /** The number of checks by which a quantile's window moves. */
    private static final int STEP = 5;
    private static final long NONE = -1;

    /** The figures that differ from the last ones, by policy. */
    @Schema(name = "LiveFigures")
    record Figures(
            @Schema(description = "Milliseconds on a scale of its own") long at,
            @Schema(description = "In flight, waiting, refused so far, p50 and p99 in microseconds (-1: nothing was answered)") Map<String, long[]> policies,
            @Schema(description = "Server's id, in flight, answered so far, failed so far, p99 in microseconds, milliseconds left of the lease "
                    + "(-1: none)") Map<String, List<Object[]>> servers,
            @Schema(description = "Connections now") int connections,
            @Schema(description = "Messages refused so far before they were given to a policy") long unrouted,
            @Schema(description = "Messages refused in the last five minutes, by code") Map<String, Long> refusals,
            @Schema(description = "Where the table is kept, and how it stands with it", example = "memory") String store,
            @Schema(description = "The state of the delivery record; null if none is kept") @Nullable RecordView record) {}

    /** Counts of the window that quantiles are of: between 5 and 10 looks old, and what was last told. */
    private static final class Seen {
        Durations base = Durations.NONE;
        Durations middle = Durations.NONE;
        Durations last = Durations.NONE;
        long count;
        long idle;
        long[] told = {};
        long round;

        Durations window() {
            return last.since(base);
        }

        void step() {
            base = middle;
            middle = last;
        }
    }

    private final LeaseTimes leases;
    private final ListenerCounts listener;
    private final Function<Instant, Map<String, Long>> refusals;
    private final Supplier<String> store;
    private final Function<Instant, @Nullable RecordView> record;
    private final Map<Endpoint, Seen> servers = new IdentityHashMap<>();
    private final Map<PolicyLoad, Seen> policies = new IdentityHashMap<>();
    private long round;

    /**
     * @param refusals how many messages were refused in the last five minutes, by code
     * @param store    where the table is kept, and how it stands with it
     * @param record   how the delivery record stands; null if none is kept
     */
    LiveFigures(LeaseTimes leases, ListenerCounts listener, Function<Instant, Map<String, Long>> refusals,
            Supplier<String> store, Function<Instant, @Nullable RecordView> record) {
        this.record = record;
        this.leases = leases;
        this.listener = listener;
        this.refusals = refusals;
        this.store = store;
    }

    /**
     * @param all   whether what did not change is told as well
     * @param nanos as {@link System#nanoTime()}
     */
    Figures gather(List<PolicyRoutes> table, boolean all, long nanos, Instant now) {
        round++;
        Map<String, long[]> policyRows = new LinkedHashMap<>();
        Map<String, List<Object[]>> serverRows = new HashMap<>();
        for (PolicyRoutes routes : table) {
            String policy = routes.policy().text();
            long[] row = policy(routes.load(), seen(policies, routes.load()), all);
            if (row != null) {
                policyRows.put(policy, row);
            }
            List<Object[]> rows = new ArrayList<>();
            for (Endpoint endpoint : routes.endpoints()) {
                long[] figures = server(endpoint, seen(servers, endpoint), all, now);
                if (figures != null) {
                    rows.add(new Object[]{endpoint.spec().id().text(), figures[0], figures[1], figures[2], figures[3],
                            figures[4]});
                }
            }
            if (!rows.isEmpty()) {
                serverRows.put(policy, rows);
            }
        }
        servers.values().removeIf(seen -> seen.round != round);
        policies.values().removeIf(seen -> seen.round != round);
        return new Figures(TimeUnit.NANOSECONDS.toMillis(nanos), policyRows, serverRows, listener.connections(),
                Arrays.stream(ErrorCode.values()).mapToLong(listener::refused).sum(), refusals.apply(now), store.get(),
                record.apply(now));
    }

    /** Servers and policies that are remembered. */
    int remembered() {
        return servers.size() + policies.size();
    }

    private <T> Seen seen(Map<T, Seen> map, T key) {
        Seen seen = map.computeIfAbsent(key, one -> new Seen());
        seen.round = round;
        return seen;
    }

    private long @Nullable [] policy(PolicyLoad load, Seen seen, boolean all) {
        PolicySums sums = new PolicySums().add(load);
        long refused = 0;
        for (ErrorCode code : ErrorCode.values()) {
            refused += sums.refused(code);
        }
        Durations window = window(seen, sums.durations());
        return told(seen, all, load.inFlight(), load.waiting(), refused, micros(window, 0.5), micros(window, 0.99));
    }

    private long @Nullable [] server(Endpoint endpoint, Seen seen, boolean all, Instant now) {
        long answered = endpoint.forwarded();
        // Most servers of a large table are idle at any moment: no copy of their histograms then.
        Durations window = answered == seen.count && seen.idle > 2 * STEP
                ? Durations.NONE
                : window(seen, endpoint.durations());
        seen.idle = answered == seen.count ? seen.idle + 1 : 0;
        seen.count = answered;
        Instant expires = leases.expiresAt(endpoint);
        return told(seen, all, endpoint.inFlight(), answered, endpoint.failed(), micros(window, 0.99),
                expires == null ? NONE : Math.max(0, expires.toEpochMilli() - now.toEpochMilli()));
    }

    private Durations window(Seen seen, Durations now) {
        if (seen.told.length == 0) {
            // What came before anybody watched is not of the last seconds.
            seen.base = now;
            seen.middle = now;
        }
        seen.last = now;
        Durations window = seen.window();
        if (round % STEP == 0) {
            seen.step();
        }
        return window;
    }

    private static long micros(Durations window, double share) {
        return window.count() == 0 ? NONE : TimeUnit.NANOSECONDS.toMicros(window.quantileNanos(share));
    }

    private static long @Nullable [] told(Seen seen, boolean all, long... row) {
        if (!all && Arrays.equals(row, seen.told)) {
            return null;
        }
        seen.told = row;
        return row;
    }
}
