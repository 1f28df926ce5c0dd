package io.revproc.admin;

import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.RouteTable;
import io.swagger.v3.oas.annotations.media.Schema;
import tools.jackson.databind.json.JsonMapper;

/** The switch table, or one policy's part of it, as JSON. */
@Schema(name = "SwitchTable")
record RoutesView(
        @Schema(description = "Servers by policy, in order of registration. A policy that had a server and has none of its own now has an "
                + "empty list") Map<String, List<EndpointView>> policies,
        @Schema(description = "The times since which the policies with an empty list have had no server; one that servers of narrower policies serve is not among them") Map<String, Instant> noServerSince,
        @Schema(description = "The narrower policies whose servers get a policy's messages where none of its own takes one, of the policies that have such servers") Map<String, List<String>> servedBy,
        @Schema(description = "Declared policies that no server has registered for yet") List<String> awaited,
        @Schema(description = "Grows by one with every change", example = "17") long version) {

    static final String SEED = "SeedSwitchTable";

    /** @param awaited declared policies that have had no server */
    static RoutesView of(RouteTable table, LeaseTimes leases, List<String> awaited) {
        return of(inOrder(table), table.version(), leases, awaited);
    }

    static RoutesView of(PolicyRoutes policy, RouteTable table, LeaseTimes leases) {
        return of(List.of(policy), table.version(), leases, List.of());
    }

    /** A declared policy that has had no server. */
    static RoutesView awaited(String policy, RouteTable table) {
        return new RoutesView(Map.of(policy, List.of()), Map.of(), Map.of(), List.of(policy), table.version());
    }

    /** Returns the policies that have or had a server, by name. */
    static List<PolicyRoutes> inOrder(RouteTable table) {
        List<PolicyRoutes> unserved = table.unserved();
        if (unserved.isEmpty()) {
            return table.policies();
        }
        return Stream.concat(table.policies().stream(), unserved.stream())
                .sorted(Comparator.comparing(PolicyRoutes::policy)).toList();
    }

    private static RoutesView of(List<PolicyRoutes> policies, long version, LeaseTimes leases,
            List<String> awaited) {
        Map<String, List<EndpointView>> views = new LinkedHashMap<>();
        Map<String, Instant> noServerSince = new LinkedHashMap<>();
        Map<String, List<String>> servedBy = new LinkedHashMap<>();
        for (PolicyRoutes routes : policies) {
            Instant since = routes.noServerSince();
            if (since != null) {
                noServerSince.put(routes.policy().text(), since);
            }
            if (!routes.servedBy().isEmpty()) {
                servedBy.put(routes.policy().text(), routes.servedBy());
            }
            views.put(routes.policy().text(),
                    routes.endpoints().stream().map(endpoint -> EndpointView.of(endpoint, leases)).toList());
        }
        return new RoutesView(views, noServerSince, servedBy, awaited, version);
    }

    /** The table in the seed's form, for the description; {@link ApiConfiguration} says what it is. */
    @Schema(name = SEED)
    interface Seed {}

    /** Returns the table in the seed's form: {@code {"PP_1": [[1, "127.0.0.1", 9001, true]]}}. */
    static String seed(List<PolicyRoutes> policies) {
        StringBuilder text = new StringBuilder("{");
        for (PolicyRoutes routes : policies) {
            text.append(text.length() == 1 ? "" : ", ").append(quoted(routes.policy().text())).append(": [");
            String comma = "";
            for (Endpoint endpoint : routes.endpoints()) {
                Object id = EndpointView.json(endpoint.spec().id());
                text.append(comma).append('[').append(id instanceof String word ? quoted(word) : id).append(", ")
                        .append(quoted(endpoint.spec().host())).append(", ").append(endpoint.spec().port())
                        .append(", ").append(endpoint.state().alive()).append(']');
                comma = ", ";
            }
            text.append(']');
        }
        return text.append('}').toString();
    }

    private static String quoted(String text) {
        return JsonMapper.shared().writeValueAsString(text);
    }
}
