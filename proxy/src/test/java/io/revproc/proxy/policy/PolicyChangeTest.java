package io.revproc.proxy.policy;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.access.NamePattern;
import io.revproc.proxy.access.TokenHash;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.Processing;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/** What a change of the rules would do, before anybody makes it. */
class PolicyChangeTest {
    private static final Instant NOW = Instant.EPOCH.plusSeconds(60);

    private final PolicyChange.Present clinic = present("health", 1, "clinic", 40, true);
    private final PolicyChange.Present lab = present("health", 2, "lab", 2, true);
    private final PolicyChange.Present bank = present("payments", 1, "bank", 7, true);
    private final PolicyRules all = rules(List.of(), grant("clinic", null), grant("lab", null), grant("bank", null));

    @Test
    void theSameRulesChangeNothing() {
        PolicyChange change = change(all, all, clinic, lab, bank);
        assertThat(change.servers()).isEmpty();
        assertThat(change.policies()).isEmpty();
    }

    @Test
    void aGrantThatGoesTakesItsServersAndItsMessagesWhereNobodyElseServesThem() {
        PolicyChange change = change(all, rules(List.of(), grant("clinic", null)), clinic, lab, bank);
        assertThat(change.servers()).extracting(server -> server.present().spec().name(), PolicyChange.Server::loses,
                PolicyChange.Server::reason).containsExactly(
                        tuple("health/2", true, "The grant 'lab' is not there (any more)"),
                        tuple("payments/1", true, "The grant 'bank' is not there (any more)"));
        assertThat(change.policies()).containsExactly(new PolicyChange.Policy("payments", 9, true,
                "none of its servers may serve it any more: NO_SERVER"));
    }

    @Test
    void aTokenThatGoesTakesTheServersThatShowedIt() {
        PolicyChange.Present stranger = present("payments", 1, "bank", 7, false);
        assertThat(change(all, all, stranger).servers()).singleElement().extracting(PolicyChange.Server::reason)
                .isEqualTo("The grant 'bank' does not know it any more by the token, certificate or address that it"
                        + " showed");
    }

    @Test
    void whatEndedMayComeBack() {
        PolicyRules ended = rules(List.of(), grant("bank", NOW.minusSeconds(1)));
        PolicyChange change = change(ended, rules(List.of(), grant("bank", null)), bank);
        assertThat(change.servers()).containsExactly(
                new PolicyChange.Server(bank, false, "The grant 'bank' ended at 1970-01-01T00:00:59Z"));
        assertThat(change.policies()).containsExactly(
                new PolicyChange.Policy("payments", 9, false, "it has servers again"));
    }

    @Test
    void aPolicyThatIsNotDeclaredAnyMoreRefusesItsMessagesWhetherItHasServersOrNot() {
        PolicyRules before = rules(List.of(policy("payments"), policy("old")), grant("bank", null));
        PolicyRules after = rules(List.of(policy("health")), grant("bank", null));
        assertThat(change(before, after, bank).policies()).containsExactly(
                new PolicyChange.Policy("old", 4, true, "it is not declared any more: UNKNOWN_POLICY"),
                new PolicyChange.Policy("payments", 9, true, "it is not declared any more: UNKNOWN_POLICY"));
    }

    @Test
    void aRelationThatGoesTakesTheWiderPolicysMessages() {
        PolicyRules before = rules(List.of(policy("eu", "health"), policy("health")), grant("clinic", null));
        PolicyRules after = rules(List.of(policy("eu"), policy("health")), grant("clinic", null));
        assertThat(change(before, after, clinic).policies()).containsExactly(new PolicyChange.Policy("eu", 3, true,
                "none of its servers may serve it any more: NO_SERVER"));
        PolicyChange.Present own = present("eu", 5, "clinic", 0, true);
        assertThat(change(before, after, clinic, own).policies()).containsExactly(new PolicyChange.Policy("eu", 3,
                false, "no server of a narrower policy may serve it any more"));
    }

    private static PolicyChange change(PolicyRules before, PolicyRules after, PolicyChange.Present... present) {
        return PolicyChange.of(before, after, List.of(present), Map.of("payments", 9L, "old", 4L, "eu", 3L), NOW);
    }

    private static PolicyChange.Present present(String policy, int id, String grant, long recent, boolean known) {
        EndpointSpec spec = new EndpointSpec(Ident.of(policy), Ident.of(id), InetAddress.ofLiteral("192.0.2.1"),
                9000 + id, 2, true, 1, null, 8, false, grant, null, Processing.UNSTATED,
                policy.equals("health") ? List.of("eu") : List.of());
        return new PolicyChange.Present(spec, true, 1, recent, known);
    }

    private static PolicyRules rules(List<DeclaredPolicy> declared, Grant... grants) {
        return new PolicyRules(declared, !declared.isEmpty(),
                new PolicyRules.Gate(List.of(Cidr.of("192.0.2.0/24")), false), Arrays.asList(grants), true);
    }

    private static DeclaredPolicy policy(String name, String... servedBy) {
        return new DeclaredPolicy(name, null, null, List.of(), null, null, List.of(servedBy));
    }

    private static Grant grant(String name, @Nullable Instant end) {
        return new Grant(name, List.of(TokenHash.ofToken(name)), null, List.of(), List.of(NamePattern.of("*")),
                List.of(), new Terms(null, end, List.of(), List.of(), 0, null));
    }
}
