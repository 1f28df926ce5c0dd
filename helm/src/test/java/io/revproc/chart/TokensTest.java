package io.revproc.chart;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Secret;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Each policy server has a token of its own, and the proxy knows its hash and which policy it allows. */
class TokensTest {
    private static final String VALUES = """
            registration: {requireToken: true}
            policyServers: {pp-1: {policy: PP_1, replicas: 2}, pp-2: {policy: PP_2, id: "2"}}
            """;

    @AfterEach
    void noSecretIsLeft() {
        ClusterWithSecrets.started().clear();
    }

    @Test
    void theGrantHasTheHashOfTheTokenAndItsPolicyOnly() {
        Rendered rendered = Rendered.with(VALUES);
        List<JsonNode> grants = grants(rendered);

        assertThat(grants).hasSize(2);
        assertThat(grants.get(0).at("/token-sha256").asString()).isEqualTo(sha256(token(rendered, "pp-1")));
        assertThat(grants.get(0).at("/policies").toString()).isEqualTo("[\"PP_1\"]");
        assertThat(grants.get(0).has("ids")).isFalse();
        assertThat(grants.get(1).at("/token-sha256").asString()).isEqualTo(sha256(token(rendered, "pp-2")));
        assertThat(grants.get(1).at("/policies").toString()).isEqualTo("[\"PP_2\"]");
        assertThat(grants.get(1).at("/ids").toString()).isEqualTo("[\"2\"]");
    }

    @Test
    void tokensAreLongAndNoTwoAreTheSame() {
        Rendered rendered = Rendered.with(VALUES);

        assertThat(token(rendered, "pp-1")).hasSize(48).isNotEqualTo(token(rendered, "pp-2"));
    }

    @Test
    void aTokenThatIsThereIsKeptOverAnUpgrade() {
        ClusterWithSecrets.started().put("shop-revproc-pp-1-token", "as-it-was");
        Rendered rendered = Rendered.with(VALUES);

        assertThat(token(rendered, "pp-1")).isEqualTo("as-it-was");
        assertThat(grants(rendered).getFirst().at("/token-sha256").asString()).isEqualTo(sha256("as-it-was"));
        assertThat(token(rendered, "pp-2")).hasSize(48);
    }

    @Test
    void aSecretOfTheUsersOwnIsUsedAndNoneIsMade() {
        Rendered rendered = ValueSet.SECURE.rendered();
        EnvVar variable = rendered.pod("shop-revproc-pp-2")
                .getSpec()
                .getContainers()
                .getFirst()
                .getEnv()
                .stream()
                .filter(env -> env.getName().equals("POLICYSERVER_TOKEN"))
                .findFirst()
                .orElseThrow();

        assertThat(variable.getValueFrom().getSecretKeyRef().getName()).isEqualTo("pp-2-token");
        assertThat(rendered.has(Secret.class, "shop-revproc-pp-2-token")).isFalse();
        assertThat(grants(rendered).get(1).at("/token-sha256").asString()).startsWith("9f86d081");
    }

    @Test
    void noTokenStandsAnywhereButInItsOwnSecret() {
        Rendered rendered = Rendered.with(VALUES);
        String token = token(rendered, "pp-1");

        assertThat(rendered.text()).doesNotContain(token);
        assertThat(rendered.text().split(java.util.regex.Pattern.quote(
                Base64.getEncoder().encodeToString(token.getBytes(StandardCharsets.UTF_8))), -1)).hasSize(2);
    }

    @Test
    void withoutTokensThereIsNoSecretAtAll() {
        assertThat(ValueSet.SEED.rendered().all(Secret.class)).isEmpty();
    }

    private static List<JsonNode> grants(Rendered rendered) {
        String yaml = rendered.one(Secret.class, "shop-revproc-grants").getStringData().get("grants.yaml");
        return Yaml.tree(java.util.Objects.requireNonNull(yaml)).at("/revproc/registration/grants").valueStream()
                .toList();
    }

    private static String token(Rendered rendered, String server) {
        String data = rendered.one(Secret.class, "shop-revproc-" + server + "-token").getData().get("token");
        return new String(Base64.getDecoder().decode(data), StandardCharsets.UTF_8);
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
