package io.revproc.proxy.registration;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.access.NamePattern;
import io.revproc.proxy.access.TokenHash;
import io.revproc.proxy.policy.Grant;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.policy.Terms;
import io.revproc.proxy.registration.RegistrationBench.Connection;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** What becomes of leases and entries when a grant ends or goes, by a clock that the test moves. */
@ExtendWith(OutputCaptureExtension.class)
class RuleKeeperTest {
    private static final Instant END = Instant.EPOCH.plusSeconds(60);
    private static final PolicyRules.Gate GATE = new PolicyRules.Gate(List.of(Cidr.of("127.0.0.0/8")), false);

    private final RegistrationBench bench = new RegistrationBench(rules(grant("clinic", "alpha", null, END, 0)));
    private final RuleKeeper keeper = Objects.requireNonNull(bench.keeper);
    private final Connection server = bench.connect();

    @Test
    void aGrantsEndEndsItsLeasesAndTheServerHearsWhy() {
        String lease = setUp(server, "alpha", 1);
        keeper.tick();
        pass(59_999);
        assertThat(keeper.tick()).isEqualTo(Duration.ofMillis(1));
        assertThat(selectable("PP_1")).isEqualTo(1);

        pass(1);
        keeper.tick();

        assertThat(selectable("PP_1")).isZero();
        assertThat(bench.registered("PP_1", "1")).isFalse();
        assertThat(server.heartbeat(lease)).contains("NOT_ALLOWED");
        assertThat(server.say(setup("alpha", 1)))
                .contains("\"code\": \"NOT_ALLOWED\"", "The grant 'clinic' ended at 1970-01-01T00:01:00Z");
        assertThat(bench.notes)
                .anyMatch(note -> note.startsWith("lease-revoked clinic PP_1/1 The grant 'clinic' ended"));
        assertThat(keeper.ended()).isEqualTo(1);
    }

    @Test
    void anEntryOfAnotherProxyIsBarredHereAndStaysInTheTable() {
        bench.table.register(spec("clinic", 7), EndpointState.registered("elsewhere"), Instant.EPOCH);
        assertThat(selectable("PP_1")).isEqualTo(1);
        pass(60_000);
        keeper.tick();

        assertThat(selectable("PP_1")).isZero();
        assertThat(bench.entry("PP_1", "7").bar()).startsWith("The grant 'clinic' ended");
        replace(grant("clinic", "alpha", null, null, 0));
        assertThat(bench.entry("PP_1", "7").bar()).isNull();
        assertThat(selectable("PP_1")).isEqualTo(1);
    }

    @Test
    void anEntryThatComesUnderARevokedGrantIsBarredFromTheStart() {
        bench.table.register(spec("gone", 7), EndpointState.registered("elsewhere"), Instant.EPOCH);

        assertThat(selectable("PP_1")).isZero();
        assertThat(bench.entry("PP_1", "7").bar()).isEqualTo("The grant 'gone' is not there (any more)");
    }

    @Test
    void aGrantThatIsTakenAwayEndsItsLeasesAndNobodyElses() {
        replace(grant("clinic", "alpha", null, null, 0), grant("bank", "beta", null, null, 0));
        setUp(server, "alpha", 1);
        String kept = setUp(bench.connect(), "beta", 2);
        replace(grant("bank", "beta", null, null, 0));

        assertThat(bench.registered("PP_1", "1")).isFalse();
        assertThat(bench.entry("PP_1", "2").state().lease()).isEqualTo(kept);
        assertThat(selectable("PP_1")).isEqualTo(1);
    }

    @Test
    void aTokenThatIsTakenAwayEndsTheLeasesOfThoseWhoShowedIt() {
        setUp(server, "alpha", 1);
        replace(grant("clinic", "beta", null, null, 0));

        assertThat(bench.registered("PP_1", "1")).isFalse();
        assertThat(setUp(bench.connect(), "beta", 1)).startsWith("lease-");
    }

    @Test
    void aGrantThatHasNotBegunLetsNobodyInUntilThen() {
        replace(grant("clinic", "alpha", END, null, 0));
        assertThat(server.say(setup("alpha", 1))).contains("The grant 'clinic' begins at 1970-01-01T00:01:00Z");
        pass(60_000);
        keeper.tick();
        assertThat(setUp(bench.connect(), "alpha", 1)).startsWith("lease-");
    }

    @Test
    void whatAnOperatorHoldsInMaintenanceIsRememberedBeyondTheGrant() {
        setUp(server, "alpha", 1);
        bench.table.update(bench.entry("PP_1", "1"), state -> state.withMode(Mode.MAINTENANCE));
        replace();

        assertThat(bench.entry("PP_1", "1").state().mode()).isEqualTo(Mode.MAINTENANCE);
        assertThat(bench.entry("PP_1", "1").state().alive()).isFalse();
    }

    @Test
    void aGrantHasNoMoreServersThanItAllows() {
        replace(grant("clinic", "alpha", null, null, 2));
        setUp(server, "alpha", 1);
        setUp(bench.connect(), "alpha", 2);

        assertThat(bench.connect().say(setup("alpha", 3)))
                .contains("The grant 'clinic' is for 2 servers, and has them");
        assertThat(setUp(bench.connect(), "alpha", 2)).as("the same server again").startsWith("lease-");
        bench.table.remove(bench.entry("PP_1", "1"));
        assertThat(setUp(bench.connect(), "alpha", 3)).startsWith("lease-");
    }

    @Test
    void endsThatAreNearAreCounted() {
        assertThat(keeper.endingSoon()).extracting(Grant::owner).containsExactly("clinic");
        replace(grant("clinic", "alpha", null, END.plus(Duration.ofDays(20)), 0));
        assertThat(keeper.endingSoon()).isEmpty();
        pass(Duration.ofDays(7).toMillis());
        assertThat(keeper.endingSoon()).hasSize(1);
    }

    @Test
    void aClockThatIsSetBackBringsBackWhatIsValidThen() {
        bench.table.register(spec("clinic", 7), EndpointState.registered("elsewhere"), Instant.EPOCH);
        pass(60_000);
        keeper.tick();
        assertThat(selectable("PP_1")).isZero();
        bench.now -= Duration.ofSeconds(10).toNanos();
        keeper.tick();
        assertThat(selectable("PP_1")).isEqualTo(1);
    }

    @Test
    void operatorsHearOfANearEndOnceADay(CapturedOutput output) {
        pass(1);
        replace(grant("clinic", "alpha", null, END.plus(Duration.ofDays(10)), 0));
        keeper.tick();
        assertThat(lines(output, "event=grant_ends_soon grant=clinic")).isEqualTo(1);
        pass(Duration.ofDays(1).toMillis() - 1);
        keeper.tick();
        assertThat(lines(output, "event=grant_ends_soon")).isEqualTo(1);
        pass(1);
        keeper.tick();
        assertThat(lines(output, "event=grant_ends_soon")).isEqualTo(2);
    }

    @Test
    void grantThatEndsAtTheEdgeOfTheWarningTimeIsNear() {
        Duration warning = RegistrationBench.DEFAULTS.grantWarning();
        bench.now = 0;
        replace(grant("near", "alpha", null, Instant.EPOCH.plus(warning), 0),
                grant("far", "beta", null, Instant.EPOCH.plus(warning).plusNanos(1), 0));
        assertThat(keeper.endingSoon()).extracting(Grant::owner).containsExactly("near");
        bench.now = warning.toNanos();
        assertThat(keeper.endingSoon()).as("the first one has ended").extracting(Grant::owner).containsExactly("far");
    }

    @Test
    void manyEntriesThatAreBarredAtOnceAreTwentyLinesAndOne(CapturedOutput output) {
        for (int id = 1; id <= 23; id++) {
            bench.table.register(spec("clinic", id), EndpointState.registered("elsewhere-" + id), Instant.EPOCH);
        }
        pass(60_000);
        keeper.tick();
        assertThat(lines(output, "event=barred server=PP_1/")).isEqualTo(20);
        assertThat(lines(output, "event=barred servers=3 ")).isEqualTo(1);
        bench.now -= Duration.ofSeconds(10).toNanos();
        keeper.tick();
        assertThat(lines(output, "event=unbarred server=PP_1/")).isEqualTo(20);
    }

    @Test
    void nothingIsDueForLongerThanTheClockIsChecked() {
        replace(grant("clinic", "alpha", null, null, 0));
        assertThat(keeper.tick()).isEqualTo(RuleKeeper.CHECK_INTERVAL);
        replace(grant("clinic", "alpha", null, END, 0));
        assertThat(keeper.tick()).as("the end is far away").isEqualTo(RuleKeeper.CHECK_INTERVAL);
    }

    private static long lines(CapturedOutput output, String event) {
        return output.getAll().lines().filter(line -> line.contains(event)).count();
    }

    private void replace(Grant... grants) {
        Objects.requireNonNull(bench.rules).replace(rules(grants));
        keeper.tick();
    }

    private void pass(long millis) {
        bench.now = (bench.now == 1_000_000_000L ? 0 : bench.now) + Duration.ofMillis(millis).toNanos();
    }

    private int selectable(String policy) {
        PolicyRoutes routes = bench.table.routes().find(policy);
        return routes == null ? 0 : routes.selectable().length;
    }

    private static PolicyRules rules(Grant... grants) {
        return new PolicyRules(List.of(), false, GATE, List.of(grants), true);
    }

    private static Grant grant(String name, String token, @Nullable Instant from, @Nullable Instant to,
            int maxServers) {
        return new Grant(name, List.of(TokenHash.ofToken(token)), null, List.of(), List.of(NamePattern.of("*")),
                List.of(), new Terms(from, to, List.of(), List.of(), maxServers, null));
    }

    private static String setUp(Connection connection, String token, int id) {
        return connection.say(setup(token, id)).replaceFirst(".*\"lease\": \"([^\"]*)\".*", "$1");
    }

    private static String setup(String token, int id) {
        return "{\"type\":1,\"proto\":2,\"id\":" + id + ",\"privPolyId\":\"PP_1\",\"listenport\":" + (9000 + id)
                + ",\"mux\":true,\"token\":\"" + token + "\"}";
    }

    private static EndpointSpec spec(String owner, int id) {
        return new EndpointSpec(Ident.of("PP_1"), Ident.of(id), RegistrationBench.LOOPBACK, 9_000 + id, 2, true, 1,
                null, 8,
                false, owner, null);
    }
}
