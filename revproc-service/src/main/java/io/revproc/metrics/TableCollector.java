package io.revproc.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.PolicySums;
import io.revproc.proxy.route.ServerSums;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;

/**
 * Collects the counters of each policy and server when Prometheus asks. Messages that name no policy of the table are one
 * label, so that no client can make series. Thread-safe.
 */
public final class TableCollector implements MultiCollector {
    /** Policies and servers over the limits. */
    static final String OTHER = "(other)";
    /** Messages for no policy that has, or had, a server. */
    static final String UNKNOWN = "(unknown)";
    private static final String NO_SERVER = "";

    private final SwitchTable table;
    private final ToLongFunction<ErrorCode> refusedUnrouted;
    private final Labelled labelled;

    /** @param refusedUnrouted how many messages that were given to no policy ended with this refusal */
    public TableCollector(SwitchTable table, MetricsProperties properties, ToLongFunction<ErrorCode> refusedUnrouted) {
        this.table = table;
        this.refusedUnrouted = refusedUnrouted;
        this.labelled = new Labelled(properties);
        table.observe(labelled);
    }

    @Override
    public MetricSnapshots collect() {
        Gathering gathering = new Gathering();
        Map<Ident, PolicyLoad> policies = labelled.policies();
        for (Map.Entry<Ident, PolicyLoad> policy : policies.entrySet()) {
            gathering.policy(label(policy.getKey()), new PolicySums().add(policy.getValue()));
            policy.getValue().widened().forEach((servedBy, count) -> gathering.widened(label(policy.getKey()),
                    label(servedBy), count));
        }
        for (Map.Entry<Endpoint, Boolean> server : labelled.servers().entrySet()) {
            Endpoint endpoint = server.getKey();
            gathering.server(label(endpoint.spec().policy()), label(endpoint.spec().id()),
                    new ServerSums().add(endpoint), server.getValue());
        }
        if (labelled.over()) {
            gathering.policy(OTHER, labelled.otherPolicies());
            gathering.server(OTHER, OTHER, labelled.otherServers(), true);
            gathering.serverDurations.add(labelled.formerDurations(), "policy", OTHER, "server", OTHER);
        }
        for (ErrorCode code : ErrorCode.values()) {
            gathering.refused(UNKNOWN, NO_SERVER, code, refusedUnrouted.applyAsLong(code));
        }
        for (PolicyRoutes routes : table.routes().policies()) {
            String policy = policies.containsKey(routes.policy()) ? label(routes.policy()) : OTHER;
            routes.endpoints().forEach(endpoint -> gathering.state(policy, endpoint.state()));
        }
        return gathering.done();
    }

    /** A name that begins like our own labels gets one parenthesis more: what a server calls itself is never taken for one of them. */
    static String label(Ident name) {
        return name.text().startsWith("(") ? "(" + name.text() : name.text();
    }

    /** Servers that are remembered, those that left included. */
    int remembered() {
        return labelled.remembered();
    }

    /** One scrape. */
    private static final class Gathering {
        private final Family messages = new Family("revproc_messages", "Messages that ended, and how");
        private final Family durations = new Family("revproc_message_duration_seconds",
                "From a message's arrival to its answer");
        private final Family serverDurations = new Family("revproc_server_duration_seconds",
                "From handing a message over to the server's answer");
        private final Family bytes = new Family("revproc_message_bytes",
                "Bytes of answered messages and their answers");
        private final Family failures = new Family("revproc_server_failures",
                "Attempts at a server that failed; the message may have gone to another one");
        private final Family inFlight = new Family("revproc_in_flight", "Messages at servers");
        private final Family waiting = new Family("revproc_waiting", "Messages that wait for a place at a server");
        private final Family queued = new Family("revproc_queued", "Messages that had to wait for a place at a server");
        private final Family retries = new Family("revproc_retries", "Messages that went to another server");
        private final Family widened = new Family("revproc_messages_widened",
                "Messages that were handed to a server of a narrower policy");
        private final Family servers = new Family("revproc_servers", "Servers in the switch table");

        void policy(String policy, PolicySums sums) {
            for (ErrorCode code : ErrorCode.values()) {
                refused(policy, NO_SERVER, code, sums.refused(code));
            }
            messages.add(sums.cancelled(), "policy", policy, "server", NO_SERVER, "outcome", "cancelled");
            durations.add(sums.durations(), "policy", policy);
            waiting.add(sums.waiting(), "policy", policy);
            queued.add(sums.queued(), "policy", policy);
            retries.add(sums.retries(false), "policy", policy, "reason", "unreachable");
            retries.add(sums.retries(true), "policy", policy, "reason", "idempotent");
            for (String state : new String[]{"up", "down", "draining", "maintenance"}) {
                servers.add(0, "policy", policy, "state", state);
            }
        }

        void widened(String policy, String servedBy, long count) {
            widened.add(count, "policy", policy, "served_by", servedBy);
        }

        void server(String policy, String server, ServerSums sums, boolean histogram) {
            messages.add(sums.answered(), "policy", policy, "server", server, "outcome", "answered");
            for (ErrorCode code : ErrorCode.values()) {
                refused(policy, server, code, sums.refused(code));
            }
            bytes.add(sums.requestBytes(), "policy", policy, "server", server, "direction", "request");
            bytes.add(sums.replyBytes(), "policy", policy, "server", server, "direction", "reply");
            failures.add(sums.brokenOff(), "policy", policy, "server", server, "reason", "broken");
            failures.add(sums.timedOut(), "policy", policy, "server", server, "reason", "timeout");
            failures.add(sums.unreachable(), "policy", policy, "server", server, "reason", "unreachable");
            failures.add(sums.notServed(), "policy", policy, "server", server, "reason", "not_served");
            failures.add(sums.cut(), "policy", policy, "server", server, "reason", "cut");
            inFlight.add(sums.inFlight(), "policy", policy, "server", server);
            if (histogram) {
                serverDurations.add(sums.durations(), "policy", policy, "server", server);
            } else {
                serverDurations.add(sums.durations(), "policy", OTHER, "server", OTHER);
            }
        }

        /** The refusals that are news if they come are there from the start: the first one would be no rise otherwise. */
        void refused(String policy, String server, ErrorCode code, long count) {
            boolean expected = switch (code) {
                case NO_SERVER -> server.isEmpty();
                case BAD_MESSAGE -> policy.equals(UNKNOWN);
                case NO_LIVE_SERVER, OVERLOADED -> server.isEmpty() && !policy.equals(UNKNOWN);
                case TIMEOUT, SERVER_FAILED -> !server.isEmpty();
                default -> false;
            };
            if (expected || count > 0) {
                messages.add(count, "policy", policy, "server", server, "outcome", code.name());
            }
        }

        void state(String policy, EndpointState state) {
            String name = switch (state.mode()) {
                case MAINTENANCE -> "maintenance";
                case DRAINING -> state.alive() ? "draining" : "down";
                case ACTIVE -> state.alive() ? "up" : "down";
            };
            servers.add(1, "policy", policy, "state", name);
        }

        MetricSnapshots done() {
            List<MetricSnapshot> all = new ArrayList<>();
            for (Family counter : List.of(messages, bytes, failures, queued, retries, widened)) {
                all.add(counter.counter());
            }
            for (Family gauge : List.of(inFlight, waiting, servers)) {
                all.add(gauge.gauge());
            }
            all.add(durations.histogram());
            all.add(serverDurations.histogram());
            return new MetricSnapshots(all);
        }
    }
}
