package io.revproc.proxy.registration;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.revproc.proxy.access.LineLimit;
import io.revproc.proxy.policy.Applicant;
import io.revproc.proxy.policy.Decision;
import io.revproc.proxy.policy.Evidence;
import io.revproc.proxy.registration.RegistrationBench.Connection;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState.Liveness;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.proxy.route.Processing;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What is refused and recorded, what leases with evidence end with, and who is expected back; by a clock that the test moves. */
@ExtendWith(OutputCaptureExtension.class)
class RegistrarTest {
    private static final Instant END = Instant.EPOCH.plusSeconds(100);

    private Decision decision = new Decision.Allowed(null, 0);
    private Decision renewal = new Decision.Refused("no-good", false, null);
    private final RegistrationBench bench = new RegistrationBench(RegistrationBench.DEFAULTS, new Admission() {
        @Override
        public Decision admit(Peer peer, Message.Setup setup) {
            return decision;
        }

        @Override
        public Decision renew(Applicant who, String evidence) {
            return renewal;
        }
    });
    private final Registrar registrar = bench.registrar.recordedBy(
            (action, who, subject, detail) -> bench.notes.add(action + " " + who + " " + subject + " " + detail));
    private final LeaseKeeper keeper = registrar.keeper();
    private final Connection server = bench.connect();

    private static String setup(int id, String more) {
        return "{\"type\":1,\"proto\":2,\"id\":" + id + ",\"privPolyId\":\"PP_1\",\"listenport\":" + (9000 + id) + more
                + "}";
    }

    private static Decision allowed(@Nullable String grant, @Nullable Processing processing, @Nullable Instant end) {
        return new Decision.Allowed(grant, 0, List.of("WIDE"), processing,
                end == null ? null : new Evidence("issuer", Map.of(), end));
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
            // unknown policy, sentence for the server: its code, what it hears
            "false, -, NOT_ALLOWED, the proxy's log says why", "false, Your grant ended, NOT_ALLOWED, Your grant ended",
            "true, No such policy, UNKNOWN_POLICY, No such policy"})
    void refusalIsCountedRecordedAndSaidAsFarAsTheServerMayKnow(boolean unknown, @Nullable String sentence,
            String code, String heard) {
        decision = new Decision.Refused("a-reason", unknown, sentence);
        assertThat(server.say(setup(1, ""))).contains("\"" + code + "\"", heard);
        assertThat(registrar.refused()).isEqualTo(1);
        assertThat(registrar.accepted()).isZero();
        assertThat(registrar.refusedAddresses()).isEqualTo(1);
        assertThat(bench.notes).containsExactly("setup-refused 127.0.0.1 PP_1/1 a-reason");
    }

    @Test
    void recordAndLogHearOfSoManyRefusalsASecondAndThenHowManyThereWere() {
        decision = new Decision.Refused("a-reason", false, null);
        for (int i = 0; i < LineLimit.PER_SECOND + 5; i++) {
            bench.connect(InetAddress.ofLiteral("10.0.0." + i)).say(setup(1, ""));
        }
        assertThat(bench.notes).hasSize(LineLimit.PER_SECOND);
        bench.pass(1_000);
        server.say(setup(2, ""));
        assertThat(bench.notes.getLast()).isEqualTo("setup-refused 127.0.0.1 PP_1/2 a-reason, and 5 more");
        assertThat(registrar.refused()).isEqualTo(LineLimit.PER_SECOND + 6);
    }

    @Test
    void peerThatGoesOnGetsNoAnswersAnyMore() {
        decision = new Decision.Refused("a-reason", false, null);
        for (int i = 0; i < 20; i++) {
            assertThat(server.say(setup(1, ""))).contains("NOT_ALLOWED");
        }
        assertThat(server.say(setup(1, ""))).isEqualTo("!");
        bench.pass(1_000);
        assertThat(server.say(setup(1, ""))).contains("NOT_ALLOWED");
    }

    @Test
    void setupThatCanNotBeReadIsCountedAndOtherMessagesAreNot() {
        assertThat(server.say("{\"type\":3}")).contains("BAD_MESSAGE");
        assertThat(registrar.refused()).isZero();
        assertThat(server.say("{\"type\":1,\"id\":1}")).contains("BAD_MESSAGE");
        assertThat(registrar.refused()).isEqualTo(1);
        assertThat(bench.notes).hasSize(1).first().asString()
                .startsWith("setup-refused 127.0.0.1 (unknown) malformed: ");
    }

    @Test
    void liveServersPlaceIsNotTaken() {
        server.lease("PP_1", 1, 9001);
        assertThat(bench.connect().lease("PP_1", 1, 9005)).contains("ID_TAKEN");
        assertThat(registrar.taken()).isEqualTo(1);
        assertThat(registrar.refused()).isZero();
        assertThat(bench.notes).containsExactly("setup-refused 127.0.0.1 PP_1/1 id-taken");
    }

    @Test
    void serverThatIsReplacedIsRecorded() {
        server.say("{\"type\":1,\"id\":1,\"privPolyId\":\"OLD\",\"listenport\":9001}");
        bench.connect().say("{\"type\":1,\"id\":2,\"privPolyId\":\"NEW\",\"listenport\":9001}");
        assertThat(registrar.replaced()).isEqualTo(1);
        assertThat(bench.notes)
                .containsExactly("replaced 127.0.0.1 OLD/1 was at 127.0.0.1 9001, by NEW/2 at 127.0.0.1 9001");
    }

    @Test
    void proxyThatTakesThisListenerForAServerHearsSo() {
        assertThat(server.say("{\"type\":7,\"lease\":\"L\"}")).contains("NOT_ALLOWED",
                "reverse proxy's listener and no server's data port");
    }

    @Test
    void serverOfTlsIsTakenOnlyIfItCanBeReached() {
        assertThat(server.say(setup(1, ",\"tls\":true"))).contains("NOT_ALLOWED");
        assertThat(bench.notes).last().asString().endsWith("no-bundle-for-tls-to-servers");
        registrar.reachesByTls(true);
        assertThat(server.say(setup(1, ",\"tls\":true,\"mux\":true,\"zone\":\"a\",\"weight\":5"))).contains("lease-");
        EndpointSpec spec = bench.entry("PP_1", "1").spec();
        assertThat(spec.tls() && spec.mux()).isTrue();
        assertThat(spec.weight()).isEqualTo(5);
        assertThat(spec.certificate()).as("it showed none").isNull();
    }

    @Test
    void ownListenerIsNobodysDataPort() {
        registrar.listensAt(new InetSocketAddress(RegistrationBench.LOOPBACK, 9001));
        assertThat(server.say(setup(1, ""))).contains("the proxy's own listener");
        assertThat(server.say(setup(2, ""))).contains("lease-");
    }

    @Test
    void connectionsWithLeasesAreSessionsUntilTheyEnd() {
        assertThat(registrar.sessions()).isZero();
        server.lease("PP_1", 1, 9001);
        assertThat(registrar.sessions()).isEqualTo(1);
        assertThat(keeper.leases()).isEqualTo(1);
        server.session.closed();
        assertThat(registrar.sessions()).isZero();
        bench.pass(10_000);
        assertThat(keeper.leases()).isZero();
    }

    @Test
    void leasesThatRunOutAreCounted() {
        server.lease("PP_1", 1, 9001);
        server.lease("PP_1", 2, 9002);
        bench.pass(2_999);
        assertThat(registrar.leaseExpirations()).isZero();
        bench.pass(1);
        assertThat(registrar.leaseExpirations()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"20, 20, 0", "21, 0, 1"})
    void manyServersThatAreLostAtOnceAreOneLine(int servers, int single, int together, CapturedOutput output) {
        for (int id = 1; id <= servers; id++) {
            server.lease("PP_1", id, 9000 + id);
        }
        server.session.closed();
        assertThat(lines(output, "event=lost server=PP_1/")).isEqualTo(single);
        assertThat(lines(output, "event=lost servers=" + servers + " lease=closed")).isEqualTo(together);
        bench.pass(10_000);
        assertThat(lines(output, "event=removed server=PP_1/")).isEqualTo(single);
        assertThat(lines(output, "event=removed servers=" + servers + " reason=grace-over")).isEqualTo(together);
    }

    private static long lines(CapturedOutput output, String event) {
        return output.getAll().lines().filter(line -> line.contains(event)).count();
    }

    @Test
    void serverOfAnEarlierRunIsExpectedBackInItsPlaceForTheGrace() {
        EndpointSpec spec = new EndpointSpec(Ident.of("PP_1"), Ident.of(1), RegistrationBench.LOOPBACK, 9001, 2, true,
                1, null, 8, false, null, null);
        registrar.expect(spec, Mode.ACTIVE, Instant.EPOCH);
        registrar.expect(new EndpointSpec(Ident.of("PP_1"), Ident.of(2), RegistrationBench.LOOPBACK, 9002, 2, true, 1,
                null, 8, false, null, null), Mode.MAINTENANCE, Instant.EPOCH);
        assertThat(bench.entry("PP_1", "1").state().liveness()).isEqualTo(Liveness.LOST);
        assertThat(registrar.leaseNanos(bench.entry("PP_1", "1"))).isEqualTo(-1);
        bench.pass(9_999);
        assertThat(bench.registered("PP_1", "1")).isTrue();
        bench.pass(1);
        assertThat(bench.registered("PP_1", "1")).isFalse();
        assertThat(bench.registered("PP_1", "2")).as("what an operator took out is remembered").isTrue();
    }

    @Test
    void timerIsWokenWhereverSomethingMayBeDueSooner() {
        int[] woken = {0};
        keeper.onWakeUp(() -> woken[0]++);
        server.lease("PP_1", 1, 9001);
        assertThat(woken[0]).as("granted").isEqualTo(1);
        server.session.closed();
        assertThat(woken[0]).as("lost").isEqualTo(2);
        registrar.expect(bench.entry("PP_1", "1").spec(), Mode.ACTIVE, Instant.EPOCH);
        assertThat(woken[0]).as("expected").isEqualTo(3);
    }

    @Test
    void leasesThatARuleEndsLeaveNoEntryUnlessAnOperatorTookItOut() {
        String lease = server.lease("PP_1", 1, 9001);
        server.lease("PP_1", 2, 9002);
        String kept = server.lease("PP_1", 3, 9003);
        bench.table.update(bench.entry("PP_1", "2"), state -> state.withMode(Mode.MAINTENANCE));
        Map<Lease, String> ended = keeper.endAll(
                each -> each.endpoint().spec().id().equals(Ident.of(3)) ? null : "over");
        assertThat(ended.values()).containsExactly("over", "over");
        assertThat(bench.registered("PP_1", "1")).isFalse();
        assertThat(bench.entry("PP_1", "2").state().liveness()).isEqualTo(Liveness.LOST);
        assertThat(bench.entry("PP_1", "3").state().selectable()).isTrue();
        assertThat(server.heartbeat(lease)).contains("NOT_ALLOWED");
        assertThat(server.heartbeat(kept)).doesNotContain("NOT_ALLOWED");
        assertThat(Objects.requireNonNull(ended.keySet().iterator().next()).toString())
                .doesNotContain(lease).contains("PP_1");
    }

    @Test
    void evidencesEndIsNoticedOnceForEachLease() {
        decision = allowed("clinic", null, END);
        server.say(setup(1, ""));
        decision = allowed("clinic", null, END.plusSeconds(50));
        server.say(setup(2, ""));
        assertThat(keeper.evidenceEnded(END.minusNanos(1))).isFalse();
        assertThat(keeper.evidenceEnded(END)).isTrue();
        assertThat(keeper.evidenceEnded(END.plusSeconds(49))).as("the next one ends later").isFalse();
        assertThat(keeper.evidenceEnded(END.plusSeconds(50))).isTrue();
        assertThat(keeper.evidenceEnded(END.plusSeconds(5_000))).as("none is left").isFalse();
    }

    @Test
    void leaseWithoutEvidenceEndsByNone() {
        server.lease("PP_1", 1, 9001);
        assertThat(keeper.evidenceEnded(Instant.MAX.minusSeconds(1))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
            // what the new evidence proves: a grant, a region, an end; what the server hears
            "clinic, DE, 200, renewed", "bank, DE, 200, refused", "clinic, FR, 200, refused", "clinic, DE, -, refused"})
    void newEvidenceGoesOnWhereItProvesTheSame(String grant, String region, @Nullable Integer end, String heard) {
        Processing germany = new Processing("DE", List.of());
        decision = allowed("clinic", germany, END);
        String lease = server.say(setup(1, "")).replaceFirst(".*\"lease\": \"([^\"]*)\".*", "$1");
        renewal = allowed(grant, new Processing(region, List.of()),
                end == null ? null : Instant.EPOCH.plusSeconds(end));
        String answer = server.say("{\"type\":3,\"lease\":\"" + lease + "\",\"evidence\":\"token\"}");
        assertThat(answer).isEqualTo("{\"type\": 3, \"evidence\": \"" + heard + "\"}");
        assertThat(keeper.evidenceEnded(END)).isTrue();
        boolean renewed = heard.equals("renewed");
        assertThat(keeper.evidenceEnded(Instant.EPOCH.plusSeconds(200))).as("it ends later now").isEqualTo(renewed);
        List<Instant> ends = new ArrayList<>();
        keeper.endAll(each -> {
            ends.add(each.evidenceEnd());
            return null;
        });
        assertThat(ends).containsExactly(renewed ? Instant.EPOCH.plusSeconds(200) : END);
    }

    @Test
    void evidenceThatIsRefusedChangesNothing() {
        decision = allowed("clinic", null, END);
        String lease = server.say(setup(1, "")).replaceFirst(".*\"lease\": \"([^\"]*)\".*", "$1");
        assertThat(server.say("{\"type\":3,\"lease\":\"" + lease + "\",\"evidence\":\"token\"}"))
                .isEqualTo("{\"type\": 3, \"evidence\": \"refused\"}");
        assertThat(server.heartbeat(lease)).isEqualTo("{\"type\": 3}");
    }

    @Test
    void serverThatTakesWiderPoliciesIsToldOnceThatTheyAreOthersNow() {
        decision = allowed(null, null, null);
        server.say(setup(1, ",\"wider\":true"));
        Connection narrow = bench.connect();
        narrow.say(setup(2, ""));
        assertThat(bench.entry("PP_1", "1").spec().alsoServes()).containsExactly("WIDE");
        assertThat(bench.entry("PP_1", "2").spec().alsoServes()).as("it did not ask for any").isEmpty();
        keeper.tellToRenew(spec -> List.of("WIDE"));
        assertThat(server.received).isEmpty();
        keeper.tellToRenew(spec -> List.of("WIDER"));
        keeper.tellToRenew(spec -> List.of("WIDER"));
        assertThat(server.received).containsExactly("{\"type\": 6, \"event\": \"renew\"}");
        assertThat(narrow.received).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
            // heartbeat, ttl, grace, warning; the setting that is wrong
            "PT0.01S, PT0.02S, PT0S, PT0S, -", "PT1M, PT10M, P1D, P365D, -", "PT0.009S, PT1S, PT0S, PT0S, heartbeat",
            "PT1M0.001S, PT10M, PT0S, PT0S, heartbeat", "PT1S, PT1.999S, PT0S, PT0S, ttl",
            "PT1S, PT10M0.001S, PT0S, PT0S, ttl", "PT1S, PT3S, PT-0.001S, PT0S, grace",
            "PT1S, PT3S, PT24H0.001S, PT0S, grace",
            "PT1S, PT3S, PT0S, PT-0.001S, grant-warning", "PT1S, PT3S, PT0S, P365DT0.001S, grant-warning"})
    void timesHaveBounds(Duration heartbeat, Duration ttl, Duration grace, Duration warning, @Nullable String wrong) {
        if (wrong == null) {
            assertThat(settings(heartbeat, ttl, grace, warning).ttl()).isEqualTo(ttl);
        } else {
            assertThatIllegalArgumentException().isThrownBy(() -> settings(heartbeat, ttl, grace, warning))
                    .withMessageStartingWith("revproc.registration." + wrong + " must be");
        }
    }

    private static RegistrationSettings settings(Duration heartbeat, Duration ttl, Duration grace, Duration warning) {
        return new RegistrationSettings(heartbeat, ttl, grace, List.of(), 1, 1, List.of(), false, false, warning);
    }
}
