package io.revproc.cli.live;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.revproc.wire.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * The switch table and its figures, as the proxy's stream {@code /admin/live} tells them: first all of it, then what changes. What it
 * does not know in the stream it passes over. Thread-safe.
 */
public final class LiveTable {
    private static final int REFUSED = 2;
    private static final int P50 = 3;
    private static final int P99 = 4;
    private static final int LEASE = 5;
    private static final long NONE = -1;

    private static final Pattern NUMBER = Pattern.compile("\\d{1,15}$");
    /** PP_2 before PP_10. */
    static final Comparator<String> BY_NUMBER = Comparator
            .comparing((String name) -> NUMBER.matcher(name).replaceFirst(""))
            .thenComparing(name -> {
                Matcher number = NUMBER.matcher(name);
                return number.find() ? Long.parseLong(number.group()) : NONE;
            }).thenComparing(Comparator.naturalOrder());

    /**
     * A policy.
     *
     * @param errors        messages a second that failed at its servers or were refused
     * @param p50Micros     and p99: of the last seconds; -1 if nothing was answered
     * @param noServerSince null if it has one; empty if it is declared and has had none
     */
    public record Policy(String name, int up, int servers, double perSecond, double errors, long inFlight, long waiting,
            long p50Micros, long p99Micros, @Nullable String noServerSince) {}

    /**
     * A server.
     *
     * @param errors      messages a second that failed there
     * @param leaseMillis until it is lost unless a heartbeat comes; -1: it has no lease
     */
    public record Server(String policy, String id, String address, String state, String liveness, boolean up,
            double perSecond, double errors, long inFlight, long p99Micros, long leaseMillis) {}

    /**
     * All there is at a moment.
     *
     * @param unrouted messages a second that were refused before they were given to a policy
     * @param omitted  servers that are not among these
     * @param samples  how often figures came
     */
    public record Snapshot(List<Policy> policies, List<Server> servers, double unrouted, long connections, int omitted,
            int samples) {}

    private static final class ServerState {
        String address = "";
        String state = "";
        String liveness = "";
        boolean up;
        long inFlight;
        long p99 = NONE;
        long lease = NONE;
        final Meter answered = new Meter();
        final Meter failed = new Meter();
    }

    private static final class PolicyState {
        final Map<String, ServerState> servers = new TreeMap<>(BY_NUMBER);
        final Meter refused;
        long inFlight;
        long waiting;
        long p50 = NONE;
        long p99 = NONE;
        @Nullable
        String noServerSince;

        /** @param old what was known of it, whose servers are left out; null: nothing */
        PolicyState(@Nullable PolicyState old) {
            refused = old == null ? new Meter() : old.refused;
            if (old != null) {
                inFlight = old.inFlight;
                waiting = old.waiting;
                p50 = old.p50;
                p99 = old.p99;
            }
        }
    }

    private final Map<String, PolicyState> policies = new TreeMap<>(BY_NUMBER);
    private final Meter unrouted = new Meter();
    private long connections;
    private int omitted;
    private int samples;

    /**
     * Takes an event of the stream.
     *
     * @param data its JSON as maps, lists, strings, numbers and booleans
     */
    public synchronized void apply(String event, @Nullable Object data) {
        switch (event) {
            case "table" -> table(map(data));
            case "changes" -> list(data).forEach(row -> row(map(row)));
            case "unserved" -> unserved(list(data));
            case "figures" -> {
                if (data instanceof Map<?, ?> figures) {
                    figures(figures);
                }
            }
            default -> {
                // Deliveries, and what may come in later versions.
            }
        }
    }

    /** The whole table anew; what was counted of those who are still there goes on. */
    private void table(Map<?, ?> table) {
        Map<String, PolicyState> before = new TreeMap<>(policies);
        policies.clear();
        for (Object each : list(table.get("servers"))) {
            Map<?, ?> row = map(each);
            PolicyState old = before.get(text(row.get("policy")));
            PolicyState policy = policies.computeIfAbsent(text(row.get("policy")), name -> new PolicyState(old));
            ServerState known = old == null ? null : old.servers.get(text(row.get("id")));
            if (known != null) {
                policy.servers.put(text(row.get("id")), known);
            }
            row(row);
        }
        omitted = (int) number(table.get("omitted"));
        unserved(list(table.get("unserved")));
    }

    private void row(Map<?, ?> row) {
        PolicyState policy = policies.computeIfAbsent(text(row.get("policy")), name -> new PolicyState(null));
        String id = text(row.get("id"));
        if (!(row.get("server") instanceof Map<?, ?> server)) {
            policy.servers.remove(id);
            return;
        }
        ServerState state = policy.servers.computeIfAbsent(id, one -> new ServerState());
        state.address = HostPort.text(text(server.get("host")), text(server.get("port")));
        state.state = text(server.get("state"));
        state.liveness = text(server.get("liveness"));
        state.up = Boolean.TRUE.equals(server.get("alive")) && state.state.equals("ACTIVE");
        state.inFlight = number(server.get("inFlight"));
        state.answered.set(number(server.get("forwarded")));
        state.failed.set(number(server.get("failed")));
        policy.noServerSince = null;
    }

    /** A policy that is not among these and has no server is forgotten. */
    private void unserved(List<?> rows) {
        policies.values().forEach(policy -> policy.noServerSince = null);
        for (Object each : rows) {
            Map<?, ?> row = map(each);
            policies.computeIfAbsent(text(row.get("policy")), name -> new PolicyState(null)).noServerSince = text(
                    row.get("since"));
        }
        policies.values().removeIf(policy -> policy.servers.isEmpty() && policy.noServerSince == null);
    }

    private void figures(Map<?, ?> figures) {
        connections = number(figures.get("connections"));
        map(figures.get("policies")).forEach((name, each) -> {
            PolicyState policy = policies.get(name);
            List<?> row = list(each);
            if (policy != null && row.size() > P99) {
                policy.inFlight = number(row.get(0));
                policy.waiting = number(row.get(1));
                policy.refused.set(number(row.get(REFUSED)));
                policy.p50 = number(row.get(P50));
                policy.p99 = number(row.get(P99));
            }
        });
        map(figures.get("servers")).forEach((name, rows) -> {
            PolicyState policy = policies.get(name);
            if (policy != null) {
                list(rows).forEach(row -> figures(policy, list(row)));
            }
        });
        long at = number(figures.get("at"));
        unrouted.set(number(figures.get("unrouted")));
        unrouted.sample(at);
        for (PolicyState policy : policies.values()) {
            policy.refused.sample(at);
            for (ServerState server : policy.servers.values()) {
                server.answered.sample(at);
                server.failed.sample(at);
            }
        }
        samples++;
    }

    private static void figures(PolicyState policy, List<?> row) {
        ServerState server = row.size() > LEASE ? policy.servers.get(text(row.getFirst())) : null;
        if (server != null) {
            server.inFlight = number(row.get(1));
            server.answered.set(number(row.get(2)));
            server.failed.set(number(row.get(P50)));
            server.p99 = number(row.get(P99));
            server.lease = number(row.get(LEASE));
        }
    }

    /** Returns all there is now, by name. */
    public synchronized Snapshot snapshot() {
        List<Policy> all = new ArrayList<>();
        List<Server> servers = new ArrayList<>();
        policies.forEach((name, policy) -> {
            List<Server> own = new ArrayList<>();
            policy.servers.forEach((id, server) -> own.add(new Server(name, id, server.address, server.state,
                    server.liveness, server.up, server.answered.perSecond(), server.failed.perSecond(), server.inFlight,
                    server.p99, server.lease)));
            double rate = own.stream().mapToDouble(Server::perSecond).sum();
            double errors = own.stream().mapToDouble(Server::errors).sum() + policy.refused.perSecond();
            all.add(new Policy(name, (int) own.stream().filter(Server::up).count(), own.size(), rate, errors,
                    policy.inFlight, policy.waiting, policy.p50, policy.p99, policy.noServerSince));
            servers.addAll(own);
        });
        return new Snapshot(List.copyOf(all), List.copyOf(servers), unrouted.perSecond(), connections, omitted,
                samples);
    }

    private static Map<?, ?> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    private static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    private static long number(@Nullable Object value) {
        return value instanceof Number number ? number.longValue() : 0;
    }
}
