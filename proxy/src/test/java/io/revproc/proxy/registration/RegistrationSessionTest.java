package io.revproc.proxy.registration;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import io.revproc.proxy.access.LineLimit;
import io.revproc.proxy.policy.Decision;
import io.revproc.proxy.registration.RegistrationBench.Connection;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointState.Liveness;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.proxy.route.Permit;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.wire.Message.Notice.Event;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class RegistrationSessionTest {
    private static final String ACCEPTED = "{\"Status\": \"Successfully setup with reverse proxy\"}";
    private static final String SEEN = "{\"type\": 3}";

    private final RegistrationBench bench = new RegistrationBench();
    private final Connection connection = bench.connect();

    @Test
    void part1SetupIsAnsweredWithTheSeedsBytes() {
        assertThat(connection.say("{\"type\": 1, \"id\": 1, \"privPolyId\": \"PP_1\", \"listenport\": 9001}"))
                .isEqualTo(ACCEPTED);
        Endpoint entry = bench.entry("PP_1", "1");
        assertThat(entry.spec().port()).isEqualTo(9001);
        assertThat(entry.spec().address()).isEqualTo(RegistrationBench.LOOPBACK);
        assertThat(entry.spec().proto()).isEqualTo(1);
        assertThat(entry.spec().maxInFlight()).isEqualTo(1);
        assertThat(entry.state().lease()).isNull();
        assertThat(entry.state().alive()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"type\":\"1\",\"id\":\"1\",\"privPoliId\":\"PP_1\",\"listenport\":\"9001\"}",
            "{\"listenport\":9001,\"host\":\"10.9.9.9\",\"privPolyId\":\"PP_1\",\"id\":1,\"type\":1}"})
    void dialectsOfPart1AreTaken(String setup) {
        assertThat(connection.say(setup)).isEqualTo(ACCEPTED);
        assertThat(bench.entry("PP_1", "1").toString()).isEqualTo("PP_1/1@127.0.0.1:9001");
    }

    @Test
    void endOfAPart1ConnectionChangesNothing() {
        connection.say("{\"type\": 1, \"id\": 1, \"privPolyId\": \"PP_1\", \"listenport\": 9001}");
        connection.session.closed();
        bench.pass(3_600_000);
        assertThat(bench.entry("PP_1", "1").state().selectable()).isTrue();
    }

    @Test
    void oneConnectionCarriesSeveralSetups() {
        connection.say("{\"type\": 1, \"id\": 1, \"privPolyId\": \"PP_1\", \"listenport\": 9001}");
        connection.say("{\"type\": 1, \"id\": 2, \"privPolyId\": \"PP_2\", \"listenport\": 9002}");
        String third = connection.lease("PP_3", 3, 9003);
        String fourth = connection.lease("PP_4", 3, 9003);
        assertThat(third).isNotEqualTo(fourth);
        connection.session.closed();
        assertThat(bench.entry("PP_1", "1").state().alive()).isTrue();
        assertThat(bench.entry("PP_2", "2").state().alive()).isTrue();
        assertThat(bench.entry("PP_3", "3").state().alive()).isFalse();
        assertThat(bench.entry("PP_4", "3").state().alive()).isFalse();
    }

    @Test
    void proto2SetupOpensASession() {
        String answer = connection.say("{\"type\":1,\"proto\":2,\"id\":7,\"privPolyId\":\"PP_1\",\"listenport\":9001,"
                + "\"mux\":true,\"weight\":3,\"zone\":\"eu-1\",\"maxInFlight\":12}");
        assertThat(answer).isEqualTo("{\"Status\": \"Successfully setup with reverse proxy\", \"proto\": 2, "
                + "\"lease\": \"lease-1\", \"heartbeatMs\": 1000, \"ttlMs\": 3000}");
        Endpoint entry = bench.entry("PP_1", "7");
        assertThat(entry.spec().mux()).isTrue();
        assertThat(entry.spec().weight()).isEqualTo(3);
        assertThat(entry.spec().zone()).isEqualTo("eu-1");
        assertThat(entry.spec().maxInFlight()).isEqualTo(12);
        assertThat(bench.registrar.leaseNanos(entry)).isEqualTo(3_000_000_000L);
    }

    @Test
    void serverGetsNoMoreThanTheProxysLimitWhateverItWants() {
        connection.say("{\"type\":1,\"proto\":2,\"id\":1,\"privPolyId\":\"PP_1\",\"listenport\":9001,"
                + "\"maxInFlight\":100000}");
        connection.lease("PP_1", 2, 9002);
        assertThat(bench.entry("PP_1", "1").spec().maxInFlight()).isEqualTo(256);
        assertThat(bench.entry("PP_1", "2").spec().maxInFlight()).isEqualTo(256);
    }

    @Test
    void heartbeatsKeepAServerAlive() {
        String lease = connection.lease("PP_1", 1, 9001);
        for (int i = 0; i < 20; i++) {
            bench.pass(2_900);
            assertThat(connection.heartbeat(lease)).isEqualTo(SEEN);
        }
        assertThat(bench.entry("PP_1", "1").state().alive()).isTrue();
    }

    @Test
    void silentServerIsNotAliveAfterTheTtlAndRemovedAfterTheGrace() {
        connection.lease("PP_1", 1, 9001);
        assertThat(bench.pass(2_999)).isEqualTo(1_000_000);
        assertThat(bench.entry("PP_1", "1").state().alive()).isTrue();
        bench.pass(1);
        assertThat(bench.entry("PP_1", "1").state().liveness()).isEqualTo(Liveness.LOST);
        assertThat(bench.registrar.leaseNanos(bench.entry("PP_1", "1"))).isEqualTo(-1);
        bench.pass(9_999);
        assertThat(bench.registered("PP_1", "1")).isTrue();
        bench.pass(1);
        assertThat(bench.registered("PP_1", "1")).isFalse();
        assertThat(connection.closed).isTrue();
    }

    @Test
    void expiredLeaseIsNotResurrectedByALateHeartbeat() {
        String lease = connection.lease("PP_1", 1, 9001);
        bench.pass(3_000);
        assertThat(connection.heartbeat(lease)).startsWith("{\"Error\": \"This lease has expired")
                .contains("\"code\": \"NOT_ALLOWED\"")
                .endsWith("}");
        assertThat(bench.entry("PP_1", "1").state().alive()).isFalse();
    }

    @Test
    void proxyThatStoodStillGivesItsServersTimeToBeHeard() {
        String lease = connection.lease("PP_1", 1, 9001);
        Connection frozen = bench.connect();
        frozen.lease("PP_1", 2, 9002);
        bench.now += 3_600_000_000_000L;
        assertThat(bench.registrar.keeper().stoodStill(499_999_999)).isFalse();
        assertThat(bench.registrar.keeper().stoodStill(500_000_000)).isTrue();
        assertThat(bench.pass(0)).isEqualTo(1_000_000_000);
        assertThat(connection.heartbeat(lease)).isEqualTo(SEEN);
        bench.pass(1_000);
        assertThat(bench.entry("PP_1", "1").state().alive()).isTrue();
        assertThat(bench.entry("PP_1", "2").state().alive()).isFalse();
    }

    @Test
    void strangersCauseOnlySoManyLogLines() {
        LineLimit limit = new LineLimit(() -> bench.now);
        for (int i = 0; i < LineLimit.PER_SECOND; i++) {
            assertThat(limit.next()).isZero();
        }
        assertThat(limit.next()).isEqualTo(-1);
        assertThat(limit.next()).isEqualTo(-1);
        bench.now += 1_000_000_000L;
        assertThat(limit.next()).isEqualTo(2);
        assertThat(limit.next()).isZero();
    }

    @Test
    void closedSessionIsNotAliveAtOnceAndComesBackInItsPlaceWithinTheGrace() {
        connection.lease("PP_1", 1, 9001);
        connection.lease("PP_1", 2, 9002);
        Endpoint first = bench.entry("PP_1", "1");
        first.tally(0).answered(1, 1, 1);
        connection.session.closed();
        assertThat(first.state().liveness()).isEqualTo(Liveness.LOST);

        bench.pass(9_000);
        bench.connect().lease("PP_1", 1, 9001);
        assertThat(bench.entry("PP_1", "1")).isSameAs(first);
        assertThat(first.state().selectable()).isTrue();
        assertThat(first.forwarded()).isEqualTo(1);

        bench.pass(1_000);
        assertThat(first.state().selectable()).isTrue();
        assertThat(bench.registered("PP_1", "2")).isFalse();
    }

    @Test
    void olderLeaseIsRefusedOnceTheServerRegisteredAnewAndItsEndChangesNothing() {
        String old = connection.lease("PP_1", 1, 9001);
        Connection second = bench.connect();
        String lease = second.lease("PP_1", 1, 9001);
        assertThat(connection.heartbeat(old)).contains("NOT_ALLOWED").endsWith("}");
        connection.session.closed();
        assertThat(bench.entry("PP_1", "1").state().selectable()).isTrue();
        bench.pass(2_000);
        assertThat(second.heartbeat(lease)).isEqualTo(SEEN);
        bench.pass(2_000);
        assertThat(bench.entry("PP_1", "1").state().selectable()).isTrue();
    }

    @Test
    void restartOnAnotherPortReplacesTheEntryOnceTheOldLeaseIsLost() {
        String old = connection.lease("PP_1", 1, 9001);
        Connection second = bench.connect();
        assertThat(second.lease("PP_1", 1, 9005))
                .startsWith("{\"Error\": \"A live server at 127.0.0.1:9001 has this policy and id.")
                .contains("\"code\": \"ID_TAKEN\", \"retryable\": true").endsWith("}");
        bench.pass(3_000);
        assertThat(second.lease("PP_1", 1, 9005)).startsWith("lease-");
        assertThat(bench.entry("PP_1", "1").spec().port()).isEqualTo(9005);
        assertThat(connection.say("{\"type\":5,\"lease\":\"" + old + "\"}")).contains("NOT_ALLOWED");
        connection.session.closed();
        assertThat(bench.entry("PP_1", "1").state().selectable()).isTrue();
    }

    @Test
    void leaseIsOfNoUseOnAnotherConnection() {
        String lease = connection.lease("PP_1", 1, 9001);
        Connection stranger = bench.connect();
        assertThat(stranger.heartbeat(lease)).contains("NOT_ALLOWED").endsWith("}");
        assertThat(stranger.say("{\"type\":5,\"lease\":\"" + lease + "\"}")).contains("NOT_ALLOWED").endsWith("}");
        assertThat(bench.entry("PP_1", "1").state().selectable()).isTrue();
    }

    @Test
    void drainingServerHearsWhatItHasAndAgainWhenItHasNothing() {
        String lease = connection.lease("PP_1", 1, 9001);
        Endpoint entry = bench.entry("PP_1", "1");
        PolicyLoad load = new PolicyLoad(10, 0);
        Permit first = new Permit();
        Permit second = new Permit();
        first.tryAcquire(entry, load);
        second.tryAcquire(entry, load);

        assertThat(connection.say("{\"type\":4,\"lease\":\"" + lease + "\"}"))
                .isEqualTo("{\"type\": 4, \"inFlight\": 2}");
        assertThat(entry.state().mode()).isEqualTo(Mode.DRAINING);
        first.release();
        assertThat(bench.pass(10)).isEqualTo(10_000_000);
        assertThat(connection.received).isEmpty();
        second.release();
        bench.pass(10);
        bench.pass(10);
        assertThat(connection.received).containsExactly("{\"type\": 4, \"inFlight\": 0}");
    }

    @Test
    void idleServerDrainsAtOnceAndIsToldOnce() {
        String lease = connection.lease("PP_1", 1, 9001);
        assertThat(connection.say("{\"type\":4,\"lease\":\"" + lease + "\"}"))
                .isEqualTo("{\"type\": 4, \"inFlight\": 0}");
        bench.pass(100);
        assertThat(connection.received).isEmpty();
        assertThat(bench.entry("PP_1", "1").state().selectable()).isFalse();
    }

    @Test
    void deregisteredServerIsGone() {
        String lease = connection.lease("PP_1", 1, 9001);
        assertThat(connection.say("{\"type\":5,\"lease\":\"" + lease + "\"}"))
                .isEqualTo("{\"Status\": \"Deregistered\"}");
        assertThat(bench.registered("PP_1", "1")).isFalse();
        assertThat(connection.heartbeat(lease)).contains("NOT_ALLOWED");
        assertThat(bench.pass(60_000)).isEqualTo(LeaseTable.NEVER);
    }

    @Test
    void everySessionIsToldOfTheShutdownAndNobodyRegistersAfterwards() {
        connection.lease("PP_1", 1, 9001);
        Connection part1 = bench.connect();
        part1.say("{\"type\": 1, \"id\": 2, \"privPolyId\": \"PP_1\", \"listenport\": 9002}");
        bench.registrar.notices(Event.SHUTDOWN);
        assertThat(connection.received).containsExactly("{\"type\": 6, \"event\": \"shutdown\"}");
        assertThat(part1.received).isEmpty();
        assertThat(part1.say("{\"type\": 1, \"id\": 3, \"privPolyId\": \"PP_1\", \"listenport\": 9002}"))
                .contains("SHUTTING_DOWN")
                .endsWith("!");
    }

    @Test
    void serverIsToldOfItsMaintenanceOnceAndOfItsEnd() {
        connection.lease("PP_1", 1, 9001);
        Endpoint entry = bench.entry("PP_1", "1");
        bench.table.update(entry, state -> state.withMode(Mode.MAINTENANCE));
        bench.table.update(entry, state -> state.eject());
        bench.table.update(entry, state -> state.withMode(Mode.ACTIVE));
        assertThat(connection.received).containsExactly("{\"type\": 6, \"event\": \"maintenance\"}",
                "{\"type\": 6, \"event\": \"resumed\"}");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void maintenanceOutlivesTheServersRestartHoweverLongThatTakes(boolean deregisters) {
        String lease = connection.lease("PP_1", 1, 9001);
        bench.table.update(bench.entry("PP_1", "1"), state -> state.withMode(Mode.MAINTENANCE));
        if (deregisters) {
            connection.say("{\"type\":5,\"lease\":\"" + lease + "\"}");
        }
        connection.session.closed();
        for (int i = 0; i < 100; i++) {
            bench.pass(10_000);
        }
        assertThat(bench.entry("PP_1", "1").state().liveness()).isEqualTo(Liveness.LOST);
        bench.connect().lease("PP_1", 1, 9002);
        assertThat(bench.entry("PP_1", "1").state().mode()).isEqualTo(Mode.MAINTENANCE);
        bench.table.update(bench.entry("PP_1", "1"), state -> state.withMode(Mode.ACTIVE));
        assertThat(bench.entry("PP_1", "1").state().selectable()).isTrue();
    }

    @Test
    void setupFromElsewhereIsNotAllowed() {
        Connection elsewhere = bench.connect(InetAddress.ofLiteral("192.0.2.7"));
        assertThat(elsewhere.say("{\"type\": 1, \"id\": 1, \"privPolyId\": \"PP_1\", \"listenport\": 9001}"))
                .startsWith("{\"Error\": \"This registration is not allowed; the proxy's log says why\"")
                .contains("\"code\": \"NOT_ALLOWED\", \"retryable\": false")
                .endsWith("!");
        assertThat(bench.registered("PP_1", "1")).isFalse();
    }

    @Test
    void anotherOwnersIdIsNotReplaced() {
        RegistrationBench owned = new RegistrationBench(RegistrationBench.DEFAULTS,
                (peer, setup) -> new Decision.Allowed("owner of " + setup.listenPort(), 0));
        owned.connect().lease("PP_1", 1, 9001);
        assertThat(owned.connect().lease("PP_1", 1, 9002)).contains("NOT_ALLOWED").endsWith("!");
        assertThat(owned.entry("PP_1", "1").spec().port()).isEqualTo(9001);
        assertThat(owned.connect().lease("PP_1", 1, 9001)).isEqualTo("lease-3");
    }

    @Test
    void tableIsBoundedAsAWholeAndPerPolicy() {
        RegistrationBench small = new RegistrationBench(RegistrationBench.properties(3, 2),
                Admission.from(RegistrationBench.DEFAULTS.allowedCidrs()));
        Connection many = small.connect();
        String first = many.lease("PP_1", 1, 9001);
        many.lease("PP_1", 2, 9002);
        assertThat(small.connect().lease("PP_1", 3, 9003)).contains("max-endpoints-per-policy").endsWith("!");
        many.lease("PP_2", 1, 9001);
        assertThat(small.connect().lease("PP_3", 1, 9001)).contains("max-endpoints\"").endsWith("!");
        // Who is in already may come again.
        assertThat(small.connect().lease("PP_1", 2, 9002)).startsWith("lease-");
        many.say("{\"type\":5,\"lease\":\"" + first + "\"}");
        assertThat(small.connect().lease("PP_3", 1, 9001)).startsWith("lease-");
    }

    @Test
    void thousandServersComeBackToTheirPlacesWhenTheirConnectionsBreakAtOnce() {
        List<Connection> connections = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            connections.add(bench.connect());
            connections.get(i).lease("PP_" + i % 10, i, 9001 + i);
        }
        List<Endpoint> before = routes("PP_3").endpoints();
        connections.forEach(each -> each.session.closed());
        assertThat(bench.table.routes().policies()).allMatch(routes -> routes.selectable().length == 0);
        bench.pass(2_000);
        for (int i = 999; i >= 0; i--) {
            bench.connect().lease("PP_" + i % 10, i, 9001 + i);
        }
        assertThat(routes("PP_3").selectable()).containsExactlyElementsOf(before);
        bench.pass(2_999);
        assertThat(bench.table.routes().policies()).allMatch(routes -> routes.selectable().length == 100);
    }

    @Test
    void serverThatRegistersOverAndOverHoldsOneLease() {
        for (int i = 0; i < 1_000; i++) {
            connection.lease("PP_1", 1, 9001);
        }
        connection.session.closed();
        bench.pass(10_000);
        assertThat(bench.registered("PP_1", "1")).isFalse();
        assertThat(bench.pass(0)).isEqualTo(LeaseTable.NEVER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"type\":2,\"srcid\":1,\"destid\":2,\"payloadsize\":0,\"payload\":\"\"}",
            "{\"type\":6,\"event\":\"shutdown\"}", "{\"type\":99}", "{}",
            "{\"Error\":\"no\"}", "{\"type\":1,\"id\":1,\"privPolyId\":\"a\\nb\",\"listenport\":1}",
            "{\"type\":1,\"id\":1,\"privPolyId\":\"a\",\"listenport\":0}", "{\"type\":3}"})
    void anythingElseIsABadMessageAndTheConnectionIsKept(String message) {
        assertThat(connection.say(message)).startsWith("{\"Error\": ").contains("\"BAD_MESSAGE\"").endsWith("}");
    }

    @Test
    void manyLeasesAreRenewedAndExpireInFewSteps() {
        int count = 20_000;
        RegistrationBench large = new RegistrationBench();
        Connection all = large.connect();
        String[] leases = new String[count];
        for (int i = 0; i < count; i++) {
            leases[i] = all.lease("PP_" + i / 100, i, 9001 + i);
        }
        long began = System.nanoTime();
        large.pass(1_000);
        for (String lease : leases) {
            assertThat(all.heartbeat(lease)).isEqualTo(SEEN);
        }
        large.pass(2_999);
        assertThat(large.entry("PP_0", "0").state().alive()).isTrue();
        large.pass(1);
        assertThat(large.entry("PP_0", "0").state().alive()).isFalse();
        assertThat(large.entry("PP_199", "19999").state().alive()).isFalse();
        // Seconds here would mean that a step grows with the number of leases.
        assertThat(System.nanoTime() - began).isLessThan(5_000_000_000L);
    }

    /** Who is admitted and sets up is at that address, whatever becomes of the setup. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # newcomer's setup at port 9001                                            | code          | who is left there
            "id":1,"privPolyId":"LIVE"                                                 | ID_TAKEN      |
            "id":1,"privPolyId":"LIVE","proto":2,"mux":true                            | ID_TAKEN      |
            "id":5,"privPolyId":"FULL"                                                 | NOT_ALLOWED   |
            "id":5,"privPolyId":"FULL","proto":2                                       | NOT_ALLOWED   |
            "id":1,"privPolyId":"THEIRS"                                               | NOT_ALLOWED   |
            "id":9,"privPolyId":"NEW","proto":2,"tls":true                             | NOT_ALLOWED   |
            "id":9,"privPolyId":"NOT ADMITTED"                                         | NOT_ALLOWED   | OLD/7
            """)
    void refusedSetupTakesThePlaceOfServersWithoutALease(String setup, String code, @Nullable String left) {
        RegistrationBench owned = new RegistrationBench(RegistrationBench.properties(100, 2),
                (peer, asked) -> switch (asked.policy().text()) {
                    case "NOT ADMITTED" -> new Decision.Refused("test", false, null);
                    case "THEIRS" -> new Decision.Allowed("owner of " + asked.listenPort(), 0);
                    default -> new Decision.Allowed(null, 0);
                });
        Connection others = owned.connect();
        others.lease("LIVE", 1, 9100);
        others.lease("FULL", 1, 9101);
        others.lease("FULL", 2, 9102);
        others.lease("THEIRS", 1, 9103);
        others.say("{\"type\":1,\"id\":7,\"privPolyId\":\"OLD\",\"listenport\":9001}");
        others.say("{\"type\":1,\"id\":7,\"privPolyId\":\"ELSEWHERE\",\"listenport\":9002}");
        assertThat(owned.connect().say("{\"type\":1,\"listenport\":9001," + setup + "}")).contains(code);
        assertThat(owned.registered("OLD", "7")).isEqualTo("OLD/7".equals(left));
        assertThat(owned.registrar.replaced()).isEqualTo("OLD/7".equals(left) ? 0 : 1);
        assertThat(owned.registered("ELSEWHERE", "7")).isTrue();
        assertThat(owned.table.routes().policies()).allMatch(routes -> !routes.policy().text().equals("NEW"));
    }

    @Test
    void refusedSetupTakesNothingFromAServerWithALease() {
        connection.lease("PP_1", 1, 9001);
        connection.lease("PP_2", 2, 9002);
        assertThat(bench.connect().lease("PP_1", 1, 9002)).contains("ID_TAKEN");
        assertThat(bench.entry("PP_2", "2").state().selectable()).isTrue();
        assertThat(bench.registrar.replaced()).isZero();
    }

    @Test
    void proxyThatIsAboutToEndSendsNothingToAFormerServerEither() {
        connection.say(part1("OLD", 1, 9001));
        bench.registrar.notices(Event.SHUTDOWN);
        assertThat(bench.connect().say(part1("NEW", 2, 9001))).contains("SHUTTING_DOWN");
        assertThat(bench.registered("OLD", "1")).isFalse();
    }

    @Test
    void policyThatIsFullHasRoomForTheOneThatTakesAPlaceInIt() {
        RegistrationBench small = new RegistrationBench(RegistrationBench.properties(1, 1),
                Admission.from(RegistrationBench.DEFAULTS.allowedCidrs()));
        assertThat(small.connect().say(part1("PP_1", 1, 9001))).isEqualTo(ACCEPTED);
        assertThat(small.connect().say(part1("PP_1", 2, 9001))).isEqualTo(ACCEPTED);
        assertThat(routes(small, "PP_1").size()).isEqualTo(1);
    }

    @Test
    void setupThatTakesAnAddressIsAnsweredOnceThatIsSettled() {
        List<Consumer<Boolean>> waiting = held();
        assertThat(connection.say(part1("OLD", 1, 9001))).as("it takes nothing from anybody").isEqualTo(ACCEPTED);
        assertThat(waiting).isEmpty();
        Connection newcomer = bench.connect();
        assertThat(newcomer.say(part1("NEW", 2, 9001))).isEqualTo("later");
        assertThat(bench.registered("OLD", "1")).isFalse();
        bench.table.update(bench.entry("NEW", "2"), state -> state.fall());
        bench.pass(5_000);
        waiting.getFirst().accept(true);
        assertThat(newcomer.received).containsExactly(ACCEPTED);
        assertThat(bench.entry("NEW", "2").state().selectable()).as("it may listen only now").isTrue();
        assertThat(bench.entry("NEW", "2").setupNanos()).isEqualTo(bench.now);
        assertThat(bench.connect().say(part1("NEW", 2, 9001))).as("nothing waits any more").isEqualTo(ACCEPTED);
        assertThat(bench.registrar.accepted()).isEqualTo(3);
    }

    @Test
    void oldServerThatMovesLeavesAnAddressThatAnotherMayTake() {
        List<Consumer<Boolean>> waiting = held();
        connection.say(part1("PP_1", 1, 9001));
        assertThat(bench.connect().say(part1("PP_1", 1, 9002))).isEqualTo("later");
        Connection next = bench.connect();
        assertThat(next.say(part1("PP_2", 2, 9001))).as("nobody is there, but a restart would not know")
                .isEqualTo("later");
        assertThat(waiting).hasSize(2);
        waiting.getLast().accept(true);
        assertThat(next.received).containsExactly(ACCEPTED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void setupThatCanNotBeSettledIsWithdrawn(boolean lease) {
        List<Consumer<Boolean>> waiting = held();
        connection.say(part1("OLD", 1, 9001));
        Connection newcomer = bench.connect();
        String setup = lease ? part1("NEW", 2, 9001).replace("}", ",\"proto\":2}") : part1("NEW", 2, 9001);
        assertThat(newcomer.say(setup)).isEqualTo("later");
        waiting.getFirst().accept(false);
        assertThat(newcomer.received.getFirst()).contains("OVERLOADED").contains("\"retryable\": true")
                .contains("register again soon").endsWith("}");
        assertThat(bench.table.routes().policies()).isEmpty();
        assertThat(newcomer.session.mayStayIdle()).isFalse();
        assertThat(bench.registrar.refused()).isEqualTo(1);
        assertThat(bench.pass(60_000)).isEqualTo(LeaseTable.NEVER);
        assertThat(newcomer.say(setup)).contains("Status");
    }

    @Test
    void maintenanceIsRememberedOfASetupThatCanNotBeSettled() {
        List<Consumer<Boolean>> waiting = held();
        connection.say(part1("OLD", 1, 9001));
        bench.connect().say(part1("NEW", 2, 9001));
        bench.table.update(bench.entry("NEW", "2"), state -> state.withMode(Mode.MAINTENANCE));
        waiting.getFirst().accept(false);
        assertThat(bench.entry("NEW", "2").state().liveness()).isEqualTo(Liveness.LOST);
        assertThat(bench.entry("NEW", "2").state().mode()).isEqualTo(Mode.MAINTENANCE);
    }

    @Test
    void ofSeveralSetupsThatWaitForOneAddressTheNewestCounts() {
        List<Consumer<Boolean>> waiting = held();
        connection.say(part1("OLD", 1, 9001));
        Connection first = bench.connect();
        Connection second = bench.connect();
        Connection third = bench.connect();
        assertThat(first.say(part1("NEW", 2, 9001))).isEqualTo("later");
        assertThat(second.say(part1("NEW", 2, 9001))).as("the same server again").isEqualTo("later");
        waiting.getFirst().accept(false);
        assertThat(first.received.getFirst()).contains("OVERLOADED");
        assertThat(bench.registered("NEW", "2")).isTrue();
        assertThat(third.say(part1("NEWER", 3, 9001))).isEqualTo("later");
        waiting.get(1).accept(true);
        assertThat(second.received.getFirst()).as("out again").contains("OVERLOADED");
        waiting.get(2).accept(true);
        assertThat(third.received).containsExactly(ACCEPTED);
        assertThat(bench.registered("NEW", "2")).isFalse();
    }

    @Test
    void connectionThatEndsMeanwhileTakesAServersLeaseWithItAndNoOldServersEntry() {
        List<Consumer<Boolean>> waiting = held();
        connection.say(part1("OLD", 1, 9001));
        connection.say(part1("OLDER", 1, 9002));
        Connection part1 = bench.connect();
        Connection leased = bench.connect();
        part1.say(part1("NEW", 2, 9001));
        assertThat(leased.lease("NEWER", 3, 9002)).isEqualTo("later");
        part1.session.closed();
        leased.session.closed();
        waiting.forEach(done -> done.accept(true));
        assertThat(bench.entry("NEW", "2").state().selectable()).isTrue();
        assertThat(bench.entry("NEWER", "3").state().liveness()).isEqualTo(Liveness.LOST);
        assertThat(bench.registrar.sessions()).isZero();
    }

    @Test
    void leasesOfAConnectionThatIsNotHeardMeanwhileBeginAnew() {
        List<Consumer<Boolean>> waiting = held();
        bench.connect().say(part1("OLD", 1, 9001));
        String held = connection.lease("PP_1", 1, 9100);
        bench.pass(2_900);
        assertThat(connection.lease("NEW", 2, 9001)).isEqualTo("later");
        bench.table.update(bench.entry("NEW", "2"), state -> state.withMode(Mode.MAINTENANCE));
        bench.pass(2_900);
        waiting.getFirst().accept(true);
        assertThat(connection.received).as("the answer first").hasSize(1);
        assertThat(connection.received.getFirst()).contains("\"lease\": ")
                .endsWith("}{\"type\": 6, \"event\": \"maintenance\"}");
        assertThat(connection.heartbeat(held)).isEqualTo(SEEN);
        bench.pass(2_900);
        assertThat(bench.entry("NEW", "2").state().alive()).isTrue();
    }

    /** What waits to be settled, in order. */
    private List<Consumer<Boolean>> held() {
        List<Consumer<Boolean>> waiting = new ArrayList<>();
        bench.registrar.settledBy((newest, done) -> waiting.add(done));
        return waiting;
    }

    private static String part1(String policy, int id, int port) {
        return "{\"type\":1,\"id\":" + id + ",\"privPolyId\":\"" + policy + "\",\"listenport\":" + port + "}";
    }

    private PolicyRoutes routes(String policy) {
        return routes(bench, policy);
    }

    private static PolicyRoutes routes(RegistrationBench bench, String policy) {
        return Objects.requireNonNull(bench.table.routes().find(policy));
    }
}
