package io.revproc.proxy.policy;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.access.NamePattern;
import io.revproc.proxy.access.TokenHash;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.Processing;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What is decided about a setup, and about the entry that came of it, case by case: rules, statement, time. */
class PolicyRulesTest {
    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");
    private static final PolicyRules.Gate GATE = new PolicyRules.Gate(List.of(Cidr.of("127.0.0.0/8")), false);
    private static final Instant JANUARY = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant JULY = Instant.parse("2026-07-01T00:00:00Z");
    private static final String MARCH = "2026-03-01T00:00:00Z";

    private static final PolicyRules RULES = new PolicyRules(
            List.of(policy("health-de", "care", "DE"), policy("open", null), policy("payments", null, "DE", "FR")),
            true, GATE,
            List.of(grant("clinic", "alpha", "health-*",
                    new Terms(JANUARY, JULY, List.of("care"), List.of("DE"), 2, null)),
                    grant("bank", "beta", "*", Terms.NONE),
                    grant("marketing", "gamma", "*",
                            new Terms(null, null, List.of("marketing", "care"), List.of(), 0, null))),
            true);

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
            // token, policy, region, purposes, now, what is decided
            "alpha, health-de, DE, care, " + MARCH + ", clinic",
            "alpha, health-de, DE, care, 2026-01-01T00:00:00Z, clinic",
            "alpha, health-de, DE, care, 2025-12-31T23:59:59.999Z, grant-not-yet-valid",
            "alpha, health-de, DE, care, 2026-06-30T23:59:59.999Z, clinic",
            "alpha, health-de, DE, care, 2026-07-01T00:00:00Z, grant-ended",
            "alpha, health-de, FR, care, " + MARCH + ", region-not-granted",
            "alpha, health-de, de, care, " + MARCH + ", region-not-granted",
            "alpha, health-de, -, care, " + MARCH + ", region-not-granted",
            "alpha, health-de, DE, -, " + MARCH + ", purpose-not-granted",
            "alpha, health-de, DE, care research, " + MARCH + ", purpose-not-granted",
            "alpha, payments, DE, care, " + MARCH + ", policy-or-id-not-granted",
            "beta, health-de, DE, care research, " + MARCH + ", bank",
            "beta, health-de, DE, research, " + MARCH + ", purpose-not-stated",
            "beta, health-de, -, care, " + MARCH + ", region-not-stated",
            "beta, health-de, FR, care, " + MARCH + ", region-not-of-policy",
            "beta, payments, FR, -, 2099-01-01T00:00:00Z, bank", "beta, open, -, -, " + MARCH + ", bank",
            "beta, opne, -, -, " + MARCH + ", 'policy-not-declared, near [open]'",
            "beta, other, -, -, " + MARCH + ", policy-not-declared",
            "gamma, open, XX, marketing, " + MARCH + ", marketing",
            "gamma, health-de, DE, marketing, " + MARCH + ", purpose-not-stated",
            "delta, open, -, -, " + MARCH + ", credentials-unknown",
            "-, other, -, -, " + MARCH + ", no-credentials"})
    void setupsAreDecidedByPolicyGrantAndStatement(@Nullable String token, String policy, @Nullable String region,
            @Nullable String purposes, Instant now, String decision) {
        Processing stated = processing(region, purposes);
        Decision decided = RULES.decide(applicant(token, policy, stated), now);

        assertThat(switch (decided) {
            case Decision.Allowed allowed -> allowed.grant();
            case Decision.Refused refused -> refused.reason();
        }).isEqualTo(decision);
        if (decided instanceof Decision.Allowed allowed) {
            assertThat(RULES.objection(spec(policy, allowed.grant(), stated), now)).isNull();
        }
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {"clinic, health-de, DE, care, " + MARCH + ", -",
            "clinic, health-de, DE, care, 2026-07-01T00:00:00Z, The grant 'clinic' ended at 2026-07-01T00:00:00Z",
            "clinic, health-de, DE, care, 2025-01-01T00:00:00Z, The grant 'clinic' begins at 2026-01-01T00:00:00Z",
            "gone, health-de, DE, care, " + MARCH + ", The grant 'gone' is not there (any more)",
            "-, health-de, DE, care, " + MARCH + ", 'It has no grant, and needs one'",
            "clinic, open, DE, care, " + MARCH + ", The grant 'clinic' is not for this policy and id",
            "bank, gone, DE, care, " + MARCH + ", The policy 'gone' is not declared",
            "bank, health-de, -, care, " + MARCH
                    + ", 'The policy ''health-de'' is for servers in DE, and the setup states no region'"})
    void entriesAreBarredWithTheReason(@Nullable String owner, String policy, @Nullable String region, String purposes,
            Instant now, @Nullable String sentence) {
        Objection objection = RULES.objection(spec(policy, owner, processing(region, purposes)), now);

        assertThat(objection == null ? null : objection.sentence()).isEqualTo(sentence);
    }

    @Test
    void peersThatDidNotShowWhoTheyAreHearNothing() {
        assertThat(RULES.decide(applicant("guess", "health-de", Processing.UNSTATED), JANUARY))
                .isEqualTo(new Decision.Refused("credentials-unknown", false, null));
        assertThat(RULES.decide(applicant("guess", "opne", Processing.UNSTATED), JANUARY))
                .isEqualTo(new Decision.Refused("credentials-unknown", false, null));
    }

    @Test
    void ofTwoGrantsOfOneServerTheOneCountsThatAllows() {
        PolicyRules rules = new PolicyRules(List.of(), false, GATE,
                List.of(grant("old", "alpha", "*", new Terms(null, JANUARY, List.of(), List.of(), 0, null)),
                        grant("new", "alpha", "*", new Terms(JANUARY, JULY, List.of(), List.of(), 0, null))),
                true);
        Applicant who = applicant("alpha", "PP_1", Processing.UNSTATED);

        assertThat(rules.decide(who, JANUARY.minusSeconds(1))).isEqualTo(new Decision.Allowed("old", 0));
        assertThat(rules.decide(who, JANUARY)).isEqualTo(new Decision.Allowed("new", 0));
        assertThat(rules.decide(who, JULY)).isInstanceOf(Decision.Refused.class);
    }

    @Test
    void aGrantIsNeededWhereTheLastOneWasRevoked() {
        PolicyRules none = new PolicyRules(List.of(), false, GATE, List.of(), true);

        assertThat(none.decide(applicant(null, "PP_1", Processing.UNSTATED), JANUARY))
                .isInstanceOf(Decision.Refused.class);
        assertThat(none.objection(spec("PP_1", null, Processing.UNSTATED), JANUARY)).isNotNull();
    }

    @Test
    void changesAreDueWhenGrantsBeginAndEnd() {
        assertThat(RULES.nextChange(JANUARY.minusSeconds(1))).isEqualTo(JANUARY);
        assertThat(RULES.nextChange(JANUARY)).isEqualTo(JULY);
        assertThat(RULES.nextChange(JULY)).isNull();
    }

    @Test
    void tenThousandGrantsAreMadeAndAskedQuickly() {
        List<Grant> grants = java.util.stream.IntStream.range(0, PolicyRules.MAX_ENTRIES)
                .mapToObj(i -> grant("g" + i, "token-" + i, "P" + i, Terms.NONE)).toList();
        long start = System.nanoTime();
        PolicyRules rules = new PolicyRules(List.of(), false, GATE, grants, true);
        for (int i = 0; i < 10_000; i++) {
            assertThat(rules.decide(applicant("token-" + i, "P" + i, Processing.UNSTATED), JANUARY))
                    .isInstanceOf(Decision.Allowed.class);
        }
        System.out.println(
                "10,000 grants made, and each asked once, in " + (System.nanoTime() - start) / 1_000_000 + " ms");
        assertThatThrownBy(() -> new PolicyRules(List.of(), false, GATE,
                java.util.Collections.nCopies(2, grants).stream().flatMap(List::stream).toList(), true))
                .hasMessageContaining("at most 10000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "", "a b", "-x", "no*pe"})
    void labelsThatAreNoneAreRefused(String label) {
        assertThatThrownBy(() -> policy("P", null, label)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("revproc.policies[P].regions");
        assertThatThrownBy(() -> new Terms(null, null, List.of(label), List.of(), 0, null))
                .hasMessageContaining("purposes");
    }

    @Test
    void termsThatMeanNothingAreRefused() {
        assertThatThrownBy(() -> new Terms(JULY, JULY, List.of(), List.of(), 0, null))
                .hasMessageContaining("not-before has to be earlier than not-after");
    }

    @ParameterizedTest
    @CsvSource({"PP_1, PP_2, true", "PP_1, pp_1, true", "PP_1, PP1, true", "PP_1, PP_11, true", "PP_1, P_P1, true",
            "PP_1, PP_1, false", "PP_1, QQ_1, false", "PP_1, PP_234, false", "a, b, true", "ab, ba, true",
            "abcd, badc, false", "'', a, true"})
    void oneTypingErrorIsNear(String name, String other, boolean near) {
        assertThat(Spelling.isNear(name, other)).isEqualTo(near);
        assertThat(Spelling.isNear(other, name)).isEqualTo(near);
    }

    private static DeclaredPolicy policy(String name, @Nullable String purpose, String... regions) {
        return new DeclaredPolicy(name, null, purpose, List.of(regions), null, null);
    }

    private static Grant grant(String name, String token, String policies, Terms terms) {
        return new Grant(name, List.of(TokenHash.ofToken(token)), null, List.of(), List.of(NamePattern.of(policies)),
                List.of(), terms);
    }

    private static Processing processing(@Nullable String region, @Nullable String purposes) {
        return new Processing(region, purposes == null ? List.of() : Arrays.asList(purposes.split(" ")));
    }

    private static Applicant applicant(@Nullable String token, String policy, Processing stated) {
        return new Applicant(policy, "1", HERE, List.of(), token == null ? null : TokenHash.ofToken(token), false,
                stated);
    }

    private static EndpointSpec spec(String policy, @Nullable String owner, Processing stated) {
        return new EndpointSpec(Ident.of(policy), Ident.of("1"), HERE, 9001, 2, true, 1, null, 8, false, owner, null,
                stated);
    }
}
