package io.revproc.admin;

import java.util.List;

import io.revproc.proxy.policy.Explanation;
import io.revproc.proxy.route.EndpointSpec;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Why servers may or may not take a message, as JSON. */
@Schema(name = "Explanation", description = "Why each server of a policy may or may not take a message now")
record ExplanationView(@Schema(example = "health-de") String policy, List<ServerView> servers,
        @Schema(description = "The code that the next message would be refused with; null if it would go to a server or wait") @Nullable String refusal,
        @Schema(description = "Whether it would wait for a place at a server") boolean waits,
        @Schema(description = "The answer to the next message", example = "it goes to health-de/1") String next) {
    /** One server. */
    @Schema(name = "ExplainedServer")
    record ServerView(
            @Schema(description = "The policy for which the server is registered: the one that was asked for, or a narrower one that may serve it", example = "health-de") String policy,
            @Schema(description = "The server's id: a number if it is one, else a string", example = "1", types = {
                    "integer", "string"}) Object id,
            @Schema(description = "The server as the log and the command line name it", example = "health-de/1") String name,
            String host, int port, @Schema(description = "Whether it may take the message") boolean takes,
            @Schema(description = "Why not; or what else is to be known of it") List<String> reasons) {}

    static ExplanationView of(String policy, Explanation explanation) {
        Explanation.Outcome outcome = explanation.outcome();
        return new ExplanationView(policy, explanation.servers().stream().map(ExplanationView::server).toList(),
                outcome.refusal() == null ? null : outcome.refusal().name(), outcome.waits(), outcome.sentence());
    }

    private static ServerView server(Explanation.Server server) {
        EndpointSpec spec = server.endpoint().spec();
        return new ServerView(spec.policy().text(), EndpointView.json(spec.id()), spec.name(), spec.host(), spec.port(),
                server.takes(),
                server.reasons());
    }
}
