package io.revproc.proxy.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.RouteTable;
import io.revproc.wire.DidYouMean;
import io.revproc.wire.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * Why each server of a policy may or may not take a message now, and what the next message would get.
 *
 * @param servers those that are registered for the policy, in order of registration, and behind them those of narrower policies that are
 *                written to serve it
 * @param outcome what the next message would get
 */
public record Explanation(List<Server> servers, Outcome outcome) {
    /**
     * A message that might come.
     *
     * @param bytes         its size as a server gets it; 0: a small one
     * @param clientProblem why the policy's rule on clients refuses its sender; null if it does not
     * @param clientDemand  what its sender has to do beside; null if nothing
     */
    public record Question(String policy, int bytes, @Nullable String clientProblem, @Nullable String clientDemand) {
        /** One whose sender has to do nothing more. */
        public Question(String policy, int bytes, @Nullable String clientProblem) {
            this(policy, bytes, clientProblem, null);
        }
    }

    /**
     * Bounds that are the same for all policies, in bytes.
     *
     * @param message  of a message
     * @param forPart1 of one for a Part 1 server
     */
    public record Limits(int message, int forPart1) {}

    /**
     * A server.
     *
     * @param endpoint its entry
     * @param takes    whether it may take the message
     * @param reasons  why not, each in a sentence; or what else is to be known of it
     */
    public record Server(Endpoint endpoint, boolean takes, List<String> reasons) {}

    /**
     * The answer that a message would get.
     *
     * @param refusal  the code that it is refused with; null if it goes to a server, or waits for one
     * @param waits    whether it waits until a server has a place for it
     * @param sentence for a person
     */
    public record Outcome(@Nullable ErrorCode refusal, boolean waits, String sentence) {}

    /**
     * Explains.
     *
     * @param nanos the time by which trials are due, as {@link System#nanoTime()}
     */
    public static Explanation of(Question question, RouteTable table, PolicyRules rules, Limits limits, long nanos) {
        PolicyRoutes routes = table.find(question.policy());
        List<Server> servers = Stream
                .concat(Stream.of(question.policy()), rules.hierarchy().narrower(question.policy()).stream())
                .map(table::find).filter(Objects::nonNull).flatMap(each -> each.endpoints().stream())
                .map(endpoint -> server(endpoint, question, rules, limits, nanos)).toList();
        Outcome outcome = outcome(question, table, routes, servers, rules, limits);
        String demand = question.clientDemand();
        return new Explanation(servers, demand == null || outcome.refusal() != null
                ? outcome
                : new Outcome(null, outcome.waits(), outcome.sentence() + "; " + demand));
    }

    private static Server server(Endpoint endpoint, Question question, PolicyRules rules, Limits limits, long nanos) {
        EndpointSpec spec = endpoint.spec();
        EndpointState state = endpoint.state();
        List<String> against = new ArrayList<>();
        boolean narrower = !spec.policy().text().equals(question.policy());
        Objection widening = narrower ? rules.widening(question.policy(), spec) : null;
        if (widening != null) {
            against.add("hierarchy: " + widening.sentence());
        }
        String bar = endpoint.bar();
        if (bar != null) {
            against.add("policies and grants: " + bar);
        }
        if (state.mode() == Mode.MAINTENANCE) {
            against.add("an operator holds it in maintenance; 'bin/revproc resume' ends that");
        } else if (state.mode() == Mode.DRAINING) {
            against.add("it drains: it finishes the messages it has");
        }
        String seen = switch (state.liveness()) {
            case ALIVE -> null;
            case FAILED, EJECTED -> endpoint.trialIsDue(nanos)
                    ? null
                    : state.liveness() == EndpointState.Liveness.FAILED
                            ? "it could not be reached, or failed a message; its next trial is not due yet"
                            : "it failed too many messages and is ejected; its next trial is not due yet";
            case LOST -> "its lease is lost: the server has to register again";
            case REMOVED -> "it has just left the table";
        };
        if (seen != null) {
            against.add(seen);
        }
        if (spec.proto() == 1 && question.bytes() > limits.forPart1()) {
            against.add("the message has more than the " + limits.forPart1()
                    + " bytes that an old server gets (revproc.forward.part1-max-message-size)");
        }
        if (!endpoint.hasRoom()) {
            against.add("it has " + spec.maxInFlight() + " messages, as many as it takes at once");
        }
        if (!against.isEmpty()) {
            return new Server(endpoint, false, List.copyOf(against));
        }
        List<String> notes = new ArrayList<>();
        if (state.onTrial()) {
            notes.add("it is tried with this message, since it failed before");
        }
        if (narrower) {
            notes.add("serves '" + spec.policy() + "', which may serve '" + question.policy()
                    + "' where no server of its own takes the message");
        }
        String grant = spec.owner();
        notes.add(grant == null ? "no grant is needed" : "granted by '" + grant + "'");
        if (spec.processing().region() != null) {
            notes.add("states the region '" + spec.processing().region() + "'");
        }
        if (!spec.processing().purposes().isEmpty()) {
            notes.add("states the purposes " + String.join(", ", spec.processing().purposes()));
        }
        return new Server(endpoint, true, List.copyOf(notes));
    }

    private static Outcome outcome(Question question, RouteTable table, @Nullable PolicyRoutes routes,
            List<Server> servers, PolicyRules rules, Limits limits) {
        if (question.bytes() > limits.message()) {
            return refused(ErrorCode.TOO_LARGE, "it has more than revproc.listener.max-message-size, "
                    + limits.message() + " bytes");
        }
        if ((routes == null || routes.nobody()) && rules.unknown(question.policy())) {
            List<String> near = rules.near(question.policy());
            return refused(ErrorCode.UNKNOWN_POLICY, "the policy is not declared"
                    + (near.isEmpty() ? "" : "; " + DidYouMean.of(near)));
        }
        if (question.clientProblem() != null) {
            return refused(ErrorCode.NOT_ALLOWED, question.clientProblem());
        }
        if (routes == null) {
            return refused(ErrorCode.NO_SERVER, String.valueOf(Absence.of(question.policy(), table, rules)));
        }
        boolean full = !routes.load().hasRoom();
        List<EndpointSpec> all = servers.stream().filter(Server::takes).map(server -> server.endpoint().spec())
                .toList();
        // Its own come first, whoever else might.
        List<EndpointSpec> own = all.stream().filter(spec -> spec.policy().text().equals(question.policy())).toList();
        List<String> takers = (own.isEmpty() ? all : own).stream().map(EndpointSpec::name).toList();
        if (!takers.isEmpty() && !full) {
            return new Outcome(null, false, takers.size() == 1
                    ? "it goes to " + takers.getFirst()
                    : "it goes to one of " + String.join(", ", takers) + ", whichever the policy's balance chooses");
        }
        PolicyRoutes.Narrower theirs = routes.narrower();
        Endpoint[] selectable = theirs == null
                ? routes.selectable()
                : Stream.of(routes.selectable(), theirs.selectable()).flatMap(Stream::of).toArray(Endpoint[]::new);
        boolean tooLarge = selectable.length > 0;
        for (Endpoint endpoint : selectable) {
            tooLarge &= endpoint.spec().proto() == 1 && question.bytes() > limits.forPart1();
        }
        if (tooLarge) {
            return refused(ErrorCode.TOO_LARGE, "only old servers are there, and they get at most " + limits.forPart1()
                    + " bytes");
        }
        if (selectable.length == 0 && takers.isEmpty()) {
            return refused(ErrorCode.NO_LIVE_SERVER, "servers are registered, but none of them takes messages");
        }
        return new Outcome(null, true, full
                ? "as many messages are in flight as the policy may have (revproc.policies[NAME].max-in-flight): it waits, "
                        + "or hears OVERLOADED if too many wait"
                : "every server that may take it is full: it waits for a place, or hears OVERLOADED if too many wait");
    }

    private static Outcome refused(ErrorCode code, String sentence) {
        return new Outcome(code, false, sentence);
    }
}
