package io.revproc.proxy.policy;

import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.proxy.route.Permit;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.Processing;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What is said of each server, and of the next message, for tables of all kinds. */
class ExplanationTest {
    private static final Explanation.Limits LIMITS = new Explanation.Limits(1_000_000, 1_024);

    private final SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(2, 10),
            () -> Instant.EPOCH, () -> 0);
    private PolicyRules rules = rules(false);

    @Test
    void aServerThatMayTakeItSaysByWhichRight() {
        enter(1, 2, 8, "clinic");
        Explanation explained = explain("P", 0, null);

        assertThat(explained.servers()).singleElement().satisfies(server -> {
            assertThat(server.takes()).isTrue();
            assertThat(server.reasons()).containsExactly("granted by 'clinic'", "states the region 'DE'",
                    "states the purposes care");
        });
        assertThat(explained.outcome())
                .isEqualTo(new Explanation.Outcome(null, false, "it goes to P/1"));
    }

    @Test
    void whatItsSenderHasToDoIsSaidWhereItIsNotRefusedAnyway() {
        enter(1, 2, 8, "clinic");
        Explanation.Question question = new Explanation.Question("P", 0, null, "its client has to show a token");
        assertThat(Explanation.of(question, table.routes(), rules, LIMITS, 0).outcome().sentence())
                .isEqualTo("it goes to P/1; its client has to show a token");
        question = new Explanation.Question("P", 0, "not from there", "its client has to show a token");
        assertThat(Explanation.of(question, table.routes(), rules, LIMITS, 0).outcome().sentence())
                .isEqualTo("not from there");
    }

    @Test
    void whatKeepsAServerFromItIsSaidAllOfIt() {
        table.ruledBy(spec -> "The grant 'clinic' ended");
        Endpoint server = enter(1, 2, 1, "clinic");
        table.update(server, state -> state.withMode(Mode.DRAINING));
        new Permit().tryAcquire(server, new PolicyLoad(5, 5));
        Explanation explained = explain("P", 0, null);

        assertThat(explained.servers().getFirst().reasons()).containsExactly(
                "policies and grants: The grant 'clinic' ended", "it drains: it finishes the messages it has",
                "it has 1 messages, as many as it takes at once");
        assertThat(explained.outcome().refusal()).isEqualTo(ErrorCode.NO_LIVE_SERVER);
    }

    @Test
    void ofFailedServersTheTrialIsToldThatIsDue() {
        Endpoint server = enter(1, 2, 8, null);
        server.trialAt(100);
        table.update(server, EndpointState::fall);

        assertThat(explain("P", 0, null, 99).outcome().refusal()).isEqualTo(ErrorCode.NO_LIVE_SERVER);
        assertThat(explain("P", 0, null, 100).servers().getFirst().reasons())
                .contains("it is tried with this message, since it failed before");
        assertThat(explain("P", 0, null, 100).outcome().sentence()).isEqualTo("it goes to P/1");
    }

    @Test
    void oldServersGetNoLargeMessages() {
        enter(1, 1, 1, null);

        assertThat(explain("P", 1_024, null).outcome().refusal()).isNull();
        assertThat(explain("P", 1_025, null).outcome().refusal()).isEqualTo(ErrorCode.TOO_LARGE);
        enter(2, 2, 8, null);
        assertThat(explain("P", 1_025, null).outcome().sentence()).isEqualTo("it goes to P/2");
        assertThat(explain("P", 0, null).outcome().sentence())
                .isEqualTo("it goes to one of P/1, P/2, whichever the policy's balance chooses");
    }

    @Test
    void fullServersMakeItWait() {
        Endpoint server = enter(1, 2, 1, null);
        new Permit().tryAcquire(server, new PolicyLoad(5, 5));

        assertThat(explain("P", 0, null).outcome().waits()).isTrue();
        assertThat(explain("P", 0, null).outcome().refusal()).isNull();
    }

    @Test
    void withoutServersTheNameItselfMayBeWrong() {
        assertThat(explain("Q", 0, null).outcome()).isEqualTo(new Explanation.Outcome(ErrorCode.NO_SERVER, false,
                "no server has registered for Q here, and it is not declared; did you mean P?"));
        assertThat(explain("Quite", 0, null).outcome().sentence()).endsWith(
                "it is not declared; 'bin/revproc policies' shows those there are");
        assertThat(explain("P", 0, null).outcome().sentence())
                .isEqualTo("P is declared and waits for its first server");
        assertThat(Absence.awaited(table.routes(), rules)).containsExactly("P");
        Endpoint last = enter(1, 2, 8, null);
        assertThat(Absence.of("P", table.routes(), rules)).isNull();
        assertThat(Absence.awaited(table.routes(), rules)).isEmpty();
        table.remove(last);
        assertThat(explain("P", 0, null).outcome().sentence())
                .isEqualTo("the last server of P left at 1970-01-01T00:00:00Z, and none has registered since");
        rules = rules(true);
        assertThat(explain("Q", 0, null).outcome())
                .isEqualTo(new Explanation.Outcome(ErrorCode.UNKNOWN_POLICY, false,
                        "the policy is not declared; did you mean P?"));
        assertThat(explain("P", 0, null).outcome().refusal()).isEqualTo(ErrorCode.NO_SERVER);
    }

    @Test
    void aClientThatMayNotSendHearsSo() {
        enter(1, 2, 8, null);
        assertThat(explain("P", 0, "not from there").outcome())
                .isEqualTo(new Explanation.Outcome(ErrorCode.NOT_ALLOWED, false, "not from there"));
        assertThat(explain("P", 2_000_000, null).outcome().refusal()).isEqualTo(ErrorCode.TOO_LARGE);
    }

    @Test
    void serversOfANarrowerPolicyFollowWithWhyTheyMayOrMayNot() {
        rules = new PolicyRules(
                List.of(new DeclaredPolicy("W", null, null, List.of(), null, null, List.of("P")),
                        new DeclaredPolicy("P", null, null, List.of(), null, null)),
                false, new PolicyRules.Gate(List.of(Cidr.of("127.0.0.0/8")), false), List.of(), false);
        table.ruledBy(new RulesInForce(rules, InstantSource.system()));
        enter(1, 2, 8, null);
        table.register(new EndpointSpec(Ident.of("P"), Ident.of(2), InetAddress.ofLiteral("127.0.0.1"), 9_002, 2, true,
                1, null, 8, false, null, null, Processing.UNSTATED, List.of("W")), "lease-2");
        Explanation explained = explain("W", 0, null);

        assertThat(explained.servers()).extracting(Explanation.Server::takes).containsExactly(false, true);
        assertThat(explained.servers().getFirst().reasons()).singleElement().asString()
                .startsWith("hierarchy: It was not told at its setup that it gets messages of 'W' too");
        assertThat(explained.servers().getLast().reasons())
                .contains("serves 'P', which may serve 'W' where no server of its own takes the message");
        assertThat(explained.outcome().sentence()).isEqualTo("it goes to P/2");
        assertThat(explain("P", 0, null).servers()).hasSize(2);
    }

    private Explanation explain(String policy, int size, @Nullable String clientProblem) {
        return explain(policy, size, clientProblem, 0);
    }

    private Explanation explain(String policy, int size, @Nullable String clientProblem, long nanos) {
        return Explanation.of(new Explanation.Question(policy, size, clientProblem), table.routes(), rules, LIMITS,
                nanos);
    }

    private Endpoint enter(int id, int proto, int maxInFlight, @Nullable String owner) {
        return table.register(
                new EndpointSpec(Ident.of("P"), Ident.of(id), InetAddress.ofLiteral("127.0.0.1"), 9_000 + id,
                        proto, proto == 2, 1, null, maxInFlight, false, owner, null,
                        owner == null ? Processing.UNSTATED : new Processing("DE", List.of("care"))),
                proto == 1 ? null : "lease-" + id);
    }

    private static PolicyRules rules(boolean declaredOnly) {
        return new PolicyRules(List.of(new DeclaredPolicy("P", null, null, List.of(), null, null)),
                declaredOnly, new PolicyRules.Gate(List.of(Cidr.of("127.0.0.0/8")), false), List.of(), false);
    }
}
