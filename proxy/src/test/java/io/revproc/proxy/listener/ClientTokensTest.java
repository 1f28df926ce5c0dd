package io.revproc.proxy.listener;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import io.revproc.proxy.access.NamePattern;
import io.revproc.proxy.access.TokenHash;
import io.revproc.proxy.listener.ClientTokens.Verdict;
import io.revproc.proxy.policy.Evidence;
import io.revproc.proxy.policy.EvidenceDemand;
import io.revproc.proxy.policy.EvidenceIssuer;
import io.revproc.proxy.policy.EvidenceVerifier;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.policy.RulesInForce;
import io.revproc.wire.ErrorCode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What clients' tokens prove, and what bounds there are on looking at them. */
class ClientTokensTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final EvidenceDemand WARD = new EvidenceDemand("own", Map.of("sub", NamePattern.of("ward-*")),
            null, null, null, null);

    private static final ShownToken.Moment AT = new ShownToken.Moment(NOW, 7);

    private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
    private final RulesInForce rules = new RulesInForce(rules("keys.json"), now::get);
    private final List<String> checked = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch go = new CountDownLatch(1);
    private final ClientTokens tokens = new ClientTokens(rules, (token, by, at) -> {
        checked.add(token);
        if (token.equals("slow")) {
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (token.equals("broken")) {
            throw new IllegalStateException("a verifier of somebody's");
        }
        return token.startsWith("bad")
                ? new EvidenceVerifier.Verdict.Unproven("evidence-signature-wrong", null)
                : new EvidenceVerifier.Verdict.Proven(
                        evidence(Map.of("sub", "ward-7", "more", "x".repeat(1_000)), 60));
    }, List.of(WARD), () -> 0);

    @AfterEach
    void close() {
        go.countDown();
        tokens.close();
    }

    @Test
    void keepsWhatRulesAskForAndNothingElse() {
        assertThat(show("good", client(1))).isInstanceOfSatisfying(Verdict.Taken.class, taken -> {
            assertThat(taken.token().evidence().claims()).isEqualTo(Map.of("sub", "ward-7"));
            assertThat(taken.token().subject()).isEqualTo("ward-7");
            assertThat(taken.token().endMillis()).isEqualTo(NOW.plusSeconds(60).toEpochMilli());
            assertThat(taken.token().endNanos()).isEqualTo(Duration.ofSeconds(60).toNanos());
            assertThat(taken.token().toString()).doesNotContain("good");
        });
        assertThat(tokens.taken()).isEqualTo(1);
    }

    @Test
    void aVerifierThatFailsRefuses() {
        assertThat(show("broken", client(1))).isInstanceOf(Verdict.Refused.class);
        assertThat(tokens.refused()).isEqualTo(1);
        assertThat(show("good", client(1))).isInstanceOf(Verdict.Taken.class);
    }

    @Test
    void anAddressHasSoManyChecksAndOthersHaveTheirs() {
        for (int i = 0; i < ClientTokens.AT_ONCE; i++) {
            assertThat(show("good", client(1))).isInstanceOf(Verdict.Taken.class);
        }
        assertThat(show("good", client(1)))
                .isInstanceOfSatisfying(Verdict.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.RATE_LIMITED));
        assertThat(show("good", client(2))).isInstanceOf(Verdict.Taken.class);
    }

    @Test
    void soManyWaitInAllAndNobodyIsKeptWaitingByWhoeverShowsBadOnes() {
        for (int i = 0; i <= ClientTokens.BAD_AT_ONCE; i++) {
            show("bad" + i, client(1));
        }
        tokens.check("slow", client(9), verdict -> {});
        await().until(() -> checked.contains("slow"));
        tokens.check("bad-last", client(1), verdict -> {});
        tokens.check("good-first", client(2), verdict -> {});
        for (int i = 2; i < ClientTokens.MAX_WAITING; i++) {
            tokens.check("more", client(10 + i), verdict -> {});
        }
        assertThat(show("good", client(3)))
                .isInstanceOfSatisfying(Verdict.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED));
        go.countDown();
        await().until(() -> checked.contains("bad-last"));
        assertThat(checked.indexOf("good-first")).isEqualTo(checked.indexOf("slow") + 1);
        assertThat(checked.getLast()).isEqualTo("bad-last");
        assertThat(show("good", client(3))).isInstanceOf(Verdict.Taken.class);
    }

    /** What was shown (or nothing), how long ago it ended, whether its issuer is still the same, and what a message gets. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "         |  0 | same    | NO_TOKEN",
            "ward-7   |  1 | same    |",
            "ward-7   |  0 | same    | TOKEN_ENDED",
            "ward-7   | -1 | same    | TOKEN_ENDED",
            "office-1 |  1 | same    | TOKEN_OF_OTHERS",
            "ward-7   |  1 | another | NO_TOKEN",
            "ward-7   |  1 | none    | NO_TOKEN",
    })
    void aTokenIsGoodForItsTimeAndItsIssuer(@Nullable String subject, int seconds, String issuer,
            @Nullable ClientRefusal refusal) {
        ClientIdentity client = client(1);
        if (subject != null) {
            client.show(ShownToken.of(TokenHash.ofToken("t"), evidence(Map.of("sub", subject), seconds), AT,
                    rules.rules(), Set.of("sub")));
        }
        ClientRule rule = new ClientRule("PP_1",
                new ClientRuleSettings(List.of(), List.of(), 0, 0, WARD), rules, () -> 0);
        rules.replace(issuer.equals("none") ? rules(null) : rules(issuer.equals("same") ? "keys.json" : "other.json"));
        assertThat(rule.refusal(client, 7)).isEqualTo(refusal);
        assertThat(rule.refusal(client, 7)).as("as remembered").isEqualTo(refusal);
        assertThat(rule.refusalOnce(client, 7)).as("of a policy without servers").isEqualTo(refusal);
    }

    /** A machine that stood still: its other clock did too. */
    @Test
    void aTokenEndsByWhicheverClockComesFirstAndANewOneBeginsAnew() {
        ClientIdentity client = client(1);
        ClientRule rule = new ClientRule("PP_1", new ClientRuleSettings(List.of(), List.of(), 0, 0, WARD), rules,
                () -> 0);
        client.show(((Verdict.Taken) show("good", client)).token());
        long end = Duration.ofSeconds(60).toNanos();
        client.look(tokens);
        assertThat(rule.refusal(client, end - 1)).isNull();
        assertThat(rule.refusal(client, end)).isEqualTo(ClientRefusal.TOKEN_ENDED);
        now.set(NOW.plusSeconds(60));
        assertThat(rule.refusal(client, 1)).as("before anybody looks").isNull();
        client.look(tokens);
        assertThat(rule.refusal(client, 1)).isEqualTo(ClientRefusal.TOKEN_ENDED);
        now.set(NOW);
        client.show(((Verdict.Taken) show("good", client)).token());
        client.look(tokens);
        assertThat(rule.refusal(client, 1)).isNull();
    }

    @Test
    void aTokenNamesThePoliciesItIsForWhereARuleSaysSo() {
        EvidenceDemand named = new EvidenceDemand("own", Map.of(), "/scope/policies", null, null, null);
        assertThat(named.claimNames()).containsExactly("scope");
        ClientIdentity client = client(1);
        client.show(ShownToken.of(TokenHash.ofToken("t"),
                evidence(Map.of("scope", Map.of("policies", List.of("PP_1", "PP_3"))), 60), AT,
                rules.rules(), named.claimNames()));
        List<String> allowed = List.of("PP_1", "PP_2", "PP_3").stream()
                .filter(policy -> new ClientRule(policy, new ClientRuleSettings(List.of(), List.of(), 0, 0, named),
                        rules, () -> 0).refusal(client, 7) == null)
                .toList();
        assertThat(allowed).containsExactly("PP_1", "PP_3");
    }

    /** RFC 8705: a token that says which certificate it goes with is nobody else's. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "x5t#S256 | AQIDBAUGBwgBAgMEBQYHCAECAwQFBgcIAQIDBAUGBwg | true",
            "x5t#S256 | AQIDBAUGBwgBAgMEBQYHCAECAwQFBgcIAQIDBAUGBwA | false",
            "jkt      | AQIDBAUGBwgBAgMEBQYHCAECAwQFBgcIAQIDBAUGBwg | false",
    })
    void aTokenIsBoundToACertificate(String member, String value, boolean may) {
        byte[] fingerprint = new byte[32];
        for (int i = 0; i < 32; i++) {
            fingerprint[i] = (byte) (i % 8 + 1);
        }
        Evidence bound = evidence(Map.of("cnf", Map.of(member, value)), 60);
        assertThat(bound.mayBeShownWith(fingerprint)).isEqualTo(may);
        assertThat(bound.mayBeShownWith(null)).isFalse();
        assertThat(evidence(Map.of(), 60).mayBeShownWith(null)).isTrue();
    }

    private Verdict show(String token, ClientIdentity client) {
        CompletableFuture<Verdict> verdict = new CompletableFuture<>();
        tokens.check(token, client, verdict::complete);
        return verdict.join();
    }

    private static ClientIdentity client(int number) {
        return new ClientIdentity(InetAddress.ofLiteral("10.0." + number / 256 + "." + number % 256), List.of(), null);
    }

    private static Evidence evidence(Map<String, Object> claims, int seconds) {
        return new Evidence("own", claims, NOW.plusSeconds(seconds));
    }

    /** @param keySet null: without the issuer */
    private static PolicyRules rules(@Nullable String keySet) {
        return new PolicyRules(List.of(), false, new PolicyRules.Gate(List.of(), false), List.of(), false,
                keySet == null
                        ? List.of()
                        : List.of(new EvidenceIssuer("own", "dpo", List.of("revproc"), keySet, null, List.of(),
                                Duration.ofDays(1), Duration.ZERO)),
                Set.of());
    }
}
