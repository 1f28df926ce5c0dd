package io.revproc.cli;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;

import io.revproc.wire.HostPort;
import org.jspecify.annotations.Nullable;

/** For the user who mistyped a policy: asks the admin API, as well as it can be had, which ones there are. */
final class KnownPolicies {
    private static final int PATIENCE_MILLIS = 5_000;
    private static final int MAX_LISTED = 10;

    private KnownPolicies() {}

    /**
     * One sentence on a policy without a server.
     *
     * @param admin  where the admin API is, if the user said so; otherwise only a proxy on this machine is asked, on the next port
     */
    static String sentence(String policy, @Nullable URI admin, Addresses proxy) {
        String sentence = "no server for " + Style.safe(policy);
        InetSocketAddress first = proxy.all().getFirst();
        URI where = admin;
        if (where == null && first.getAddress().isLoopbackAddress() && first.getPort() < 65_535) {
            where = URI.create("http://" + HostPort.text(first.getAddress(), first.getPort() + 1));
        }
        List<String> known = where == null ? List.of() : names(where);
        if (known.isEmpty()) {
            return sentence + "; bin/revproc routes shows which policies are served";
        }
        String more = known.size() > MAX_LISTED ? " and " + (known.size() - MAX_LISTED) + " more" : "";
        return sentence + "; known policies: " + String.join(", ", known.subList(0, Math.min(MAX_LISTED, known.size())))
                + more;
    }

    private static List<String> names(URI admin) {
        try {
            AdminClient.Reply reply = new AdminClient(admin, null, null, "").call("GET", "/admin/routes", null,
                    PATIENCE_MILLIS, PATIENCE_MILLIS);
            Map<String, @Nullable Object> policies = Json.object(Json.object(reply.body()).get("policies"));
            // A policy that lost its last server is no help to who looks for one that is served.
            return policies.entrySet().stream().filter(policy -> !Json.array(policy.getValue()).isEmpty())
                    .map(policy -> Style.safe(policy.getKey())).toList();
        } catch (CliException e) {
            return List.of();
        }
    }
}
