package io.revproc.proxy.registration;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.policy.Decision;
import io.revproc.proxy.policy.DeclaredPolicy;
import io.revproc.proxy.policy.EvidenceCheck;
import io.revproc.proxy.policy.Grant;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.policy.RulesInForce;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class AdmissionTest {
    private static final Ident PP_1 = Ident.of("PP_1");
    private static final Ident ID = Ident.of(7);

    private static Peer peer(String address) {
        return new Peer(InetAddress.ofLiteral(address), List.of());
    }

    private static Message.Setup setup() {
        return Message.Setup.part1(ID, PP_1, 80);
    }

    private static EndpointSpec entry(String address) {
        return new EndpointSpec(PP_1, ID, InetAddress.ofLiteral(address), 80, 1, false, 1, null, 0, false, null, null);
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, true", "127.9.9.9, true", "10.0.0.1, false", "::1, true", "fe80::1, false"})
    void networksDecideWhoComesInAndWhoStays(String address, boolean in) {
        for (Admission admission : List.of(Admission.of(RegistrationBench.DEFAULTS),
                Admission.from(RegistrationBench.DEFAULTS.allowedCidrs()))) {
            assertThat(admission.admit(peer(address), setup()) instanceof Decision.Allowed).isEqualTo(in);
            assertThat(admission.stillAdmits(entry(address))).isEqualTo(in);
        }
    }

    @Test
    void whoDecidesBySetupsAloneTakesNoEvidenceAndThrowsNobodyOut() {
        Admission admission = (peer, setup) -> new Decision.Allowed(null, 0);
        assertThat(admission.renew(peer("127.0.0.1").applying(setup()), "a.b.c"))
                .isEqualTo(new Decision.Refused("evidence-not-checked", false, null));
        assertThat(admission.stillAdmits(entry("10.0.0.1"))).isTrue();
    }

    /** Evidence that no grant asks for is not looked at: it can neither help nor hurt. */
    @Test
    void evidenceIsCheckedOnlyWhereItIsAskedFor() {
        EvidenceCheck never = (evidence, rules, now) -> {
            throw new AssertionError("nobody asks for it");
        };
        Admission admission = Admission.by(rules(List.of()), never);
        Message.Setup shown = setup()
                .stating(new Message.Setup.Statement(null, List.of(), false, "a.b.c"));
        assertThat(admission.admit(peer("127.0.0.1"), shown)).isInstanceOf(Decision.Allowed.class);
        assertThat(admission.renew(peer("127.0.0.1").applying(shown), "a.b.c")).isInstanceOf(Decision.Allowed.class);
    }

    private static RulesInForce rules(List<Grant> grants) {
        RegistrationSettings settings = RegistrationBench.DEFAULTS;
        return new RulesInForce(settings.rules(List.of(), false, grants, false), () -> Instant.EPOCH);
    }

    @Test
    void rulesAreThoseOfTheSettingsAndWhatOthersSay() {
        RegistrationSettings settings = RegistrationBench.DEFAULTS;
        PolicyRules open = settings.rules(List.of(), false, List.of(), false);
        assertThat(open.stillAdmits(entry("127.0.0.1"))).isTrue();
        PolicyRules closed = settings.rules(List.of(), false, List.of(), true);
        assertThat(closed.stillAdmits(entry("127.0.0.1"))).as("it has no grant").isFalse();
        DeclaredPolicy declared = new DeclaredPolicy("PP_2", null, null, List.of(), null, null, List.of());
        assertThat(new RulesInForce(settings.rules(List.of(declared), true, List.of(), false), () -> Instant.EPOCH)
                .decide(peer("127.0.0.1").applying(setup())))
                .isInstanceOfSatisfying(Decision.Refused.class, refused -> assertThat(refused.unknown()).isTrue());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"PT0.009S | PT3S | PT0S | P1D | heartbeat must be 10ms to 1m",
            "PT61S | PT3M | PT0S | P1D | heartbeat must be 10ms to 1m",
            "PT1S | PT1.999S | PT0S | P1D | ttl must be at least twice",
            "PT1S | PT601S | PT0S | P1D | at most 10m", "PT1S | PT3S | PT-0.001S | P1D | grace must be 0s to 1d",
            "PT1S | PT3S | PT24H0.001S | P1D | grace must be 0s to 1d",
            "PT1S | PT3S | PT0S | PT-0.001S | grant-warning must be 0s to 365d",
            "PT1S | PT3S | PT0S | P366D | grant-warning must be 0s to 365d"})
    void timesHaveBounds(Duration heartbeat, Duration ttl, Duration grace, Duration warning, String sentence) {
        assertThatIllegalArgumentException().isThrownBy(() -> times(heartbeat, ttl, grace, warning))
                .withMessageContaining(sentence);
    }

    @ParameterizedTest
    @CsvSource({"PT0.01S, PT0.02S, PT0S, PT0S", "PT1M, PT10M, P1D, P365D"})
    void timesAtTheirBoundsAreTaken(Duration heartbeat, Duration ttl, Duration grace, Duration warning) {
        assertThat(times(heartbeat, ttl, grace, warning).ttl()).isEqualTo(ttl);
    }

    private static RegistrationSettings times(Duration heartbeat, Duration ttl, Duration grace, Duration warning) {
        return new RegistrationSettings(heartbeat, ttl, grace, List.of(Cidr.of("::1")), 1, 1, List.of(), false, false,
                warning);
    }
}
