package io.revproc.proxy.evidence;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.policy.Decision;
import io.revproc.proxy.policy.Evidence;
import io.revproc.proxy.policy.EvidenceVerifier;
import io.revproc.proxy.policy.EvidenceVerifier.Verdict;
import io.revproc.proxy.policy.PolicyDocument;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.policy.RulesInForce;
import io.revproc.proxy.registration.Admission;
import io.revproc.proxy.registration.Answer;
import io.revproc.proxy.registration.LeaseIds;
import io.revproc.proxy.registration.Outbox;
import io.revproc.proxy.registration.Peer;
import io.revproc.proxy.registration.Registrar;
import io.revproc.proxy.registration.RegistrationSession;
import io.revproc.proxy.registration.RegistrationSettings;
import io.revproc.proxy.registration.ServerLimits;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Evidence of servers: tokens of the shapes that are met in the field, and those that are not to be believed. */
class JwtEvidenceTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant SOON = NOW.plusSeconds(600);
    private static final Tokens EC = Tokens.ec("k1");
    private static final Tokens RSA = Tokens.rsa("k2");

    private final AtomicLong nanos = new AtomicLong();
    private final Map<String, JWKSet> published = new HashMap<>();
    private final AtomicInteger reads = new AtomicInteger();

    // ---- recipes, as docs/policies.md has them

    private static final Map<String, Object> OWN = Map.of("evidence",
            Map.of("own", Map.of("issuer", "dpo", "audiences", "revproc", "key-set", "/own.json")), "grants",
            List.of(Map.of("name", "clinic", "evidence", "own", "policies", "health-*", "policies-claim", "policies",
                    "ids-claim", "sub", "region-claim", "region", "regions", "DE")));
    private static final Map<String, Object> SPIFFE = Map.of("evidence",
            Map.of("spire", Map.of("audiences", "revproc", "key-set", "/spire.json")), "grants",
            List.of(Map.of("name", "prod", "evidence", "spire", "claims",
                    Map.of("sub", "spiffe://example.org/prod/health/*"), "policies", "health-de")));
    private static final Map<String, Object> KUBERNETES = Map.of("evidence",
            Map.of("cluster", Map.of("issuer", "https://kubernetes.default.svc.cluster.local", "audiences", "revproc",
                    "key-set", "/cluster.json")),
            "grants",
            List.of(Map.of("name", "namespace", "evidence", "cluster", "claims",
                    Map.of("/kubernetes.io/namespace", "health", "/kubernetes.io/serviceaccount/name", "policy-server"),
                    "policies", "health-de")));
    private static final Map<String, Object> CLOUD = Map.of("evidence",
            Map.of("gcp", Map.of("issuer", "https://accounts.google.com", "audiences", "https://revproc.example.org",
                    "key-set", "/gcp.json")),
            "grants",
            List.of(Map.of("name", "vm", "evidence", "gcp", "claims",
                    Map.of("/google/compute_engine/project_id", "health-prod"), "policies", "health-de",
                    "region-claim", "/google/compute_engine/zone", "regions",
                    List.of("europe-west3-a", "europe-west3-b"))));

    static List<Arguments> recipes() {
        Map<String, Object> own = Map.of("iss", "dpo", "aud", "revproc", "sub", "1", "policies",
                List.of("health-de", "health-at"), "region", "DE");
        Map<String, Object> pod = Map.of("iss", "https://kubernetes.default.svc.cluster.local", "aud",
                List.of("revproc"), "sub", "system:serviceaccount:health:policy-server", "kubernetes.io",
                Map.of("namespace", "health", "pod", Map.of("name", "policy-server-0", "uid", "7f"), "serviceaccount",
                        Map.of("name", "policy-server", "uid", "9a")));
        return List.of(arguments(OWN, EC, own, null, "clinic DE"),
                arguments(OWN, EC, with(own, "region", "FR"), null,
                        "The grant 'clinic' is for servers in DE, and the setup states the region 'FR'"),
                arguments(OWN, EC, own, "FR", "The setup states the region 'FR', and its evidence says another one"),
                arguments(OWN, EC, without(own, "region"), "DE",
                        "The grant 'clinic' takes the region from the evidence's claim 'region', which does not name one"),
                arguments(OWN, EC, with(own, "policies", "health-at"), null, "policy-or-id-not-granted"),
                arguments(OWN, EC, with(own, "sub", "2"), null, "policy-or-id-not-granted"),
                arguments(SPIFFE, EC,
                        Map.of("aud", List.of("revproc"), "sub", "spiffe://example.org/prod/health/policy-server"),
                        null, "prod null"),
                arguments(SPIFFE, RSA, Map.of("aud", "revproc", "sub", "spiffe://example.org/prod/health/a"), null,
                        "prod null"),
                arguments(SPIFFE, EC, Map.of("aud", "revproc", "sub", "spiffe://example.org/test/health/a"), null,
                        "credentials-unknown"),
                arguments(KUBERNETES, RSA, pod, null, "namespace null"),
                arguments(KUBERNETES, RSA, with(pod, "kubernetes.io", Map.of("namespace", "other")), null,
                        "credentials-unknown"),
                arguments(KUBERNETES, RSA, with(pod, "iss", "https://another.cluster"), null,
                        "evidence-of-unknown-issuer"),
                arguments(CLOUD, RSA, cloud("europe-west3-b"), null, "vm europe-west3-b"),
                arguments(CLOUD, RSA, cloud("us-east1-b"), null,
                        "The grant 'vm' is for servers in europe-west3-a, europe-west3-b, and the setup states the region"
                                + " 'us-east1-b'"));
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void tokensOfTheFieldSayWhatAServerMay(Map<String, Object> document, Tokens authority, Map<String, Object> claims,
            @Nullable String stated, String expected) {
        Admission admission = admission(document, authority);
        assertThat(outcome(admission.admit(peer(), setup(authority.sign(SOON, claims), stated, 2))))
                .isEqualTo(expected);
    }

    // ---- what is not to be believed

    @Test
    void aTokenThatIsOverOrNotForUsOrTooLongLivedIsRefusedWithAReason() {
        Map<String, Object> claims = Map.of("iss", "dpo", "aud", "revproc", "sub", "1", "policies", "health-de",
                "region", "DE");
        assertThat(refusal(EC.sign(NOW.minusSeconds(11), claims))).contains("evidence-not-good-here", "Expired");
        assertThat(refusal(EC.sign(NOW.minusSeconds(9), claims))).as("within the skew").isEqualTo("none");
        assertThat(refusal(EC.sign(SOON, with(claims, "aud", "another")))).contains("evidence-not-good-here", "aud");
        assertThat(refusal(EC.sign(SOON, without(claims, "aud")))).contains("evidence-not-good-here", "aud");
        assertThat(refusal(EC.sign(SOON, with(claims, "nbf", Date.from(NOW.plusSeconds(60))))))
                .contains("evidence-not-good-here", "before");
        assertThat(refusal(EC.sign(NOW.plus(Duration.ofDays(2)), claims))).contains("evidence-lives-too-long");
    }

    @Test
    void whatIsNotSignedByTheIssuersKeyTellsNobodyWhy() throws JOSEException {
        Map<String, Object> claims = Map.of("iss", "dpo", "aud", "revproc", "sub", "1");
        assertThat(refusal(Tokens.ec("k1").sign(SOON, claims))).as("another key of that name")
                .isEqualTo("evidence-signature-wrong null");
        assertThat(refusal(Tokens.ec("k9").sign(SOON, claims))).isEqualTo("evidence-key-unknown null");
        String good = EC.sign(SOON, claims);
        int dot = good.lastIndexOf('.');
        assertThat(refusal(good.substring(0, dot - 3) + "AAA" + good.substring(dot))).endsWith(" null");
        for (String nonsense : List.of("nonsense", "", "..", "bnVsbA.e30.AA", good.replaceFirst("^[^.]*", "bnVsbA"),
                good.replaceFirst("\\.[^.]*\\.", ".bnVsbA."), good.replaceFirst("\\.[^.]*\\.", ".."))) {
            assertThat(refusal(nonsense)).as(nonsense).isEqualTo("evidence-not-readable null");
        }
        JWTClaimsSet said = new JWTClaimsSet.Builder().issuer("dpo").audience("revproc")
                .expirationTime(Date.from(SOON)).build();
        assertThat(refusal(new PlainJWT(said).serialize())).isEqualTo("evidence-not-readable null");
        SignedJWT hmac = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("k1").build(), said);
        hmac.sign(new MACSigner(EC.keys().toString().getBytes(StandardCharsets.UTF_8)));
        assertThat(refusal(hmac.serialize())).as("the public key as a secret").endsWith(" null")
                .doesNotContain("none");
    }

    @Test
    void anAlgorithmThatIsNotListedIsNotTaken() {
        Map<String, Object> document = Map.of("evidence",
                Map.of("own", Map.of("audiences", "revproc", "key-set", "/own.json", "algorithms", "ES256")), "grants",
                List.of(Map.of("evidence", "own", "policies", "health-de")));
        assertThat(outcome(admission(document, RSA).admit(peer(),
                setup(RSA.sign(SOON, Map.of("aud", "revproc")), null, 2))))
                .isEqualTo("evidence-key-or-algorithm-not-taken");
    }

    @Test
    void anOldServerHasNoSessionThatCouldEndWithItsEvidence() {
        String token = EC.sign(SOON, Map.of("aud", "revproc", "sub", "spiffe://example.org/prod/health/a"));
        assertThat(outcome(admission(SPIFFE, EC).admit(peer(), setup(token, null, 1)))).startsWith(
                "The grant 'prod' asks for evidence, which ends");
    }

    @Test
    void whatAGrantAsksForHasToBeThere() {
        assertThatThrownBy(() -> new PolicyRules(List.of(), false, new PolicyRules.Gate(List.of(), false), List.of(),
                false, rules(OWN).issuers(), Set.of("own")))
                .hasMessage("revproc.evidence: 'own' is the name of a verifier of"
                        + " revproc.evidence-jars; take another one");
        assertThatThrownBy(() -> rules(Map.of("grants", List.of(Map.of("evidence", "owm", "policies", "P")), "evidence",
                Map.of("own", Map.of("audiences", "a", "key-set", "/k"))))).hasMessageContaining(
                        "asks for evidence of 'owm', which is not in revproc.evidence; did you mean 'own'?");
        assertThatThrownBy(() -> rules(Map.of("grants",
                List.of(Map.of("claims", Map.of("sub", "x"), "policies", "P", "cidrs", "127.0.0.0/8")))))
                .hasMessageContaining("claims are those of evidence; say whose");
        assertThatThrownBy(() -> rules(Map.of("evidence", Map.of("own", Map.of("key-set", "/k")))))
                .hasMessageContaining("revproc.evidence[own].audiences is missing");
        assertThatThrownBy(() -> rules(
                Map.of("evidence", Map.of("own", Map.of("audiences", "a", "key-set", "http://insecure/keys")))))
                .hasMessageContaining("is neither a file nor an address that begins with https://");
        assertThatThrownBy(() -> rules(
                Map.of("evidence", Map.of("own", Map.of("audiences", "a", "key-set", "/k", "algorithms", "HS256")))))
                .hasMessageContaining("'HS256' is not taken here");
    }

    static List<Arguments> failingVerifiers() {
        return List.of(
                arguments("failed-by-IllegalStateException", of(evidence -> {
                    throw new IllegalStateException("what it was given: " + evidence);
                }, () -> null)),
                arguments("failed-by-IllegalStateException", of(evidence -> true, () -> {
                    throw new IllegalStateException("what it was given");
                })),
                arguments("failed-by-NoClassDefFoundError", of(evidence -> true, () -> {
                    throw new NoClassDefFoundError("a/library/that/is/not/among/the/jars");
                })),
                arguments("failed-by-NullPointerException", of(evidence -> true, () -> null)),
                arguments("spoke-for-another-issuer", of(evidence -> true,
                        () -> new Verdict.Proven(new Evidence("dpo", Map.of(), NOW.plusSeconds(60))))));
    }

    private static EvidenceVerifier of(Predicate<String> looks, Supplier<@Nullable Verdict> verdict) {
        return new EvidenceVerifier() {
            @Override
            public String name() {
                return "own";
            }

            @Override
            public boolean mayRead(String evidence) {
                return looks.test(evidence);
            }

            @Override
            @SuppressWarnings("NullAway") // others' code may not be checked for it
            public Verdict verify(String evidence, Instant now) {
                return verdict.get();
            }
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failingVerifiers")
    void aVerifierOfOthersThatFailsRefuses(String reason, EvidenceVerifier failing) {
        RulesInForce rules = new RulesInForce(rules(OWN), () -> NOW);
        assertThat(new JwtEvidence(sets(rules), List.of(failing)).check("x", rules.rules(), NOW))
                .isEqualTo(new Verdict.Unproven("evidence-verifier-" + reason, null));
    }

    // ---- keys

    @Test
    void keysAreExchangedWithoutASetupThatWaitsForThem() {
        Map<String, Object> remote = Map.of("evidence",
                Map.of("own", Map.of("audiences", "revproc", "key-set", "https://keys.example.org/jwks")), "grants",
                List.of(Map.of("evidence", "own", "policies", "health-de")));
        RulesInForce rules = new RulesInForce(rules(remote), () -> NOW);
        published.put("https://keys.example.org/jwks", EC.keys());
        KeySets keys = sets(rules);
        keys.tick();
        JwtEvidence check = new JwtEvidence(keys, List.of());
        Tokens next = Tokens.ec("k3");
        published.put("https://keys.example.org/jwks", next.keys());
        String token = next.sign(SOON, Map.of("aud", "revproc"));

        assertThat(check.check(token, rules.rules(), NOW)).isInstanceOf(Verdict.Unproven.class);
        keys.tick();
        assertThat(reads).as("not sooner than ten seconds after the last time").hasValue(1);
        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        keys.tick();
        assertThat(reads).hasValue(2);
        assertThat(check.check(token, rules.rules(), NOW)).isInstanceOf(Verdict.Proven.class);
        keys.tick();
        nanos.addAndGet(Duration.ofMinutes(4).toNanos());
        keys.tick();
        assertThat(reads).as("nobody asked").hasValue(2);

        published.clear();
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        keys.tick();
        assertThat(keys.problems()).containsEntry("own", "gone");
        assertThat(check.check(token, rules.rules(), NOW)).as("as before").isInstanceOf(Verdict.Proven.class);
        nanos.addAndGet(Duration.ofDays(1).toNanos());
        assertThat(check.check(token, rules.rules(), NOW)).as("where nobody reads keys any more, neither")
                .isInstanceOf(Verdict.Unproven.class);
        keys.tick();
        assertThat(check.check(token, rules.rules(), NOW)).as("not for ever").isInstanceOf(Verdict.Unproven.class);
    }

    /**
     * Whole setups, by the CPU time of the thread: other load on the machine does not count. A short run is by code that is hardly compiled, on whatever
     * machine this is: it says its figure, and {@code -Drevproc.setups=4000} asks for one that holds what is promised.
     */
    @Test
    void aCoreTakesAThousandSetupsWithEvidenceASecond() {
        int setups = Integer.getInteger("revproc.setups", 150);
        SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, 100), () -> NOW,
                nanos::get);
        Registrar registrar = new Registrar(table, admission(SPIFFE, EC),
                new RegistrationSettings(Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(10),
                        List.of(Cidr.of("127.0.0.0/8")), 100_000, 100_000, List.of(), false, false, Duration.ZERO),
                new ServerLimits(1, 256), new LeaseIds(), nanos::get);
        String token = EC.sign(SOON, Map.of("aud", "revproc", "sub", "spiffe://example.org/prod/health/a"));
        List<byte[]> messages = IntStream.range(0, 2 * setups)
                .mapToObj(i -> MessageCodec.write(new Message.Setup(Ident.of(i % 500), Ident.of("health-de"),
                        9_001 + i % 500, 2, true, 1, null, 0, null, false,
                        new Message.Setup.Statement(null, List.of(), false, token))))
                .toList();
        RegistrationSession session = registrar.open(peer(), new SilentOutbox());
        messages.subList(0, setups).forEach(each -> session.receive(each, 0, each.length, 1));
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadCpuTime();
        messages.subList(setups, 2 * setups).forEach(each -> session.receive(each, 0, each.length, 1));
        double each = (threads.getCurrentThreadCpuTime() - before) / 1e6 / setups;
        assertThat(registrar.accepted()).isEqualTo(2L * setups);
        System.out.printf(Locale.ROOT, "setups with evidence: %.3f ms of CPU each, %.0f a second on a core%n", each,
                1000 / each);
        if (setups >= 1_000) {
            assertThat(each).as("milliseconds of CPU for a setup").isLessThan(1);
        }
    }

    private static final class SilentOutbox implements Outbox {
        @Override
        public void send(byte[] message) {}

        @Override
        public void answer(Answer answer) {}

        @Override
        public void close() {}
    }

    private KeySets sets(RulesInForce rules) {
        return KeySets.of(rules, issuer -> {
            reads.incrementAndGet();
            JWKSet found = published.get(issuer.keySet());
            return new KeySource.Read(found, found == null ? "gone" : null);
        }, nanos::get);
    }

    private Admission admission(Map<String, Object> document, Tokens authority) {
        RulesInForce rules = new RulesInForce(rules(document), () -> NOW);
        rules.rules().issuers().forEach(issuer -> published.put(issuer.keySet(), authority.keys()));
        KeySets keys = sets(rules);
        keys.tick();
        return Admission.by(rules, new JwtEvidence(keys, List.of()));
    }

    private String refusal(String token) {
        return switch (admission(OWN, EC).admit(peer(), setup(token, null, 2))) {
            case Decision.Refused refused -> refused.reason() + " " + refused.sentence();
            case Decision.Allowed allowed -> "none";
        };
    }

    private static String outcome(Decision decision) {
        return switch (decision) {
            case Decision.Refused refused -> refused.sentence() == null ? refused.reason() : refused.sentence();
            case Decision.Allowed allowed -> {
                assertThat(allowed.evidence()).isNotNull();
                yield allowed.grant() + " " + (allowed.processing() == null ? null : allowed.processing().region());
            }
        };
    }

    private static PolicyRules rules(Map<String, Object> document) {
        PolicyDocument read = PolicyDocument.of(document);
        return new PolicyRules(read.policies(), false,
                new PolicyRules.Gate(List.of(Cidr.of("127.0.0.0/8")), false), read.grants(), true, read.issuers(),
                Set.of());
    }

    private static Peer peer() {
        return new Peer(InetAddress.ofLiteral("127.0.0.1"), new ArrayList<>());
    }

    private static Message.Setup setup(String evidence, @Nullable String region, int proto) {
        return new Message.Setup(Ident.of("1"), Ident.of("health-de"), 9_001, proto, proto == 2, 1, null, 0, null,
                false,
                new Message.Setup.Statement(region, List.of(), false, evidence));
    }

    private static Map<String, Object> cloud(String zone) {
        return Map.of("iss", "https://accounts.google.com", "aud", "https://revproc.example.org", "sub", "1139",
                "google", Map.of("compute_engine", Map.of("project_id", "health-prod", "zone", zone, "instance_id",
                        "8087716956832600000")));
    }

    private static Map<String, Object> with(Map<String, Object> claims, String name, Object value) {
        Map<String, Object> changed = new HashMap<>(claims);
        changed.put(name, value);
        return changed;
    }

    private static Map<String, Object> without(Map<String, Object> claims, String name) {
        Map<String, Object> changed = new HashMap<>(claims);
        changed.remove(name);
        return changed;
    }
}
