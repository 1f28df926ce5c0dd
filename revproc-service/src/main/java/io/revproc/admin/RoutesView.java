package io.revproc.admin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.revproc.route.PolicyRoutes;
import io.revproc.upstream.Endpoint;
import io.swagger.v3.oas.annotations.media.Schema;
import tools.jackson.databind.json.JsonMapper;

/** The switch table, or one policy's part of it, as JSON. */
@Schema(name = "SwitchTable")
record RoutesView(
        @Schema(description = "Servers by policy, in order of registration") Map<String, List<EndpointView>> policies,
        @Schema(description = "Grows by one with every change", example = "17") long version) {

    static RoutesView of(List<PolicyRoutes> policies, long version, LeaseTimes leases) {
        Map<String, List<EndpointView>> views = new LinkedHashMap<>();
        for (PolicyRoutes routes : policies) {
            views.put(routes.policy().text(),
                    routes.endpoints().stream().map(endpoint -> EndpointView.of(endpoint, leases)).toList());
        }
        return new RoutesView(views, version);
    }

    /** As the seed prints it: {@code {"PP_1": [[1, "127.0.0.1", 9001, true]]}}. */
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
