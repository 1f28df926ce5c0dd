package io.revproc;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import io.revproc.proxy.policy.DeclaredPolicy;
import io.revproc.proxy.policy.Grant;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.settings.ListenerProperties;
import io.revproc.settings.RegistrationProperties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PolicyYamlTest {
    private static final String HASH = "8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8";

    @Test
    void everyValueIsTheTextThatIsWritten() {
        PolicyRules rules = yaml().apply(bytes("""
                policies:
                  PP_1:
                    description: on
                    regions: [NO, 0123]
                  999: {}
                grants:
                  - token-sha256: 1111111111111111111111111111111111111111111111111111111111111111
                    policies: [PP_1, 999]
                    ids: 7
                    not-after: 2026-07-01T00:00:00Z
                """));

        assertThat(rules.declared()).extracting(DeclaredPolicy::name).containsExactly("999", "PP_1");
        assertThat(rules.declared("PP_1")).satisfies(policy -> {
            assertThat(policy.regions()).containsExactly("NO", "0123");
            assertThat(policy.description()).isEqualTo("on");
        });
        assertThat(rules.grants()).singleElement().satisfies(
                grant -> assertThat(grant.terms().notAfter()).isEqualTo(Instant.parse("2026-07-01T00:00:00Z")));
    }

    /** The parser takes minutes for a comment of some megabytes. */
    @Test
    void aLineHasALimit() {
        assertThat(yaml().apply(bytes("# " + "x".repeat(65_533) + "\r\ngrants: []\n")).grants()).isEmpty();
        assertThatThrownBy(() -> yaml().apply(bytes("grants: []\n# " + "x".repeat(65_535))))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("line 2 is longer than 65536 bytes");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {"policies: {P: {}, P: {}}|found duplicate key",
            "policies: [|line 1 is not YAML", "|the file is empty", "# nothing|the file is empty",
            "grants: [&a [x], *a]|an alias (*name) of a list or a map is not allowed",
            "policies: {P: {purpose: !!bool true}}|purpose is one text",
            "policies: {P: {owner: !!binary aGk=}}|owner is one text",
            "policies: !!set {P}|policies holds names",
            "grants: [{policies: P, certificate: a.example.org}]|revproc.listener.tls",
            "polices: {}|did you mean 'policies'?",
            "policies: {said: {purpose: care}}|'said' is declared twice",
            "grants: [{name: one, policies: P, cidrs: '::1'}]|'one' is there twice"})
    void whatIsWrongIsSaid(@Nullable String text, String part) {
        assertThatThrownBy(
                () -> yaml("revproc.policies[said].owner", "me", "revproc.registration.grants[0].name", "one",
                        "revproc.registration.grants[0].cidrs", "::1", "revproc.registration.grants[0].policies", "*")
                        .apply(bytes(text == null ? "" : text)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(part);
    }

    @Test
    void settingsOfAPolicyThatDeclareNothingGoTogetherWithTheFile() {
        PolicyRules rules = yaml("revproc.policies[P].balance", "sticky", "revproc.policies[Q].balance", "sticky")
                .apply(bytes("policies: {P: {purpose: care}}"));

        assertThat(rules.declared("P")).satisfies(policy -> assertThat(policy.purpose()).isEqualTo("care"));
        assertThat(rules.declared("Q")).isNotNull();
    }

    @Test
    void withAFileAServerNeedsAGrantThoughThereIsNone() {
        assertThat(yaml().apply(bytes("grants: []")).grantsNeeded()).isTrue();
    }

    @Test
    void tenThousandGrantsAreRead() {
        StringBuilder text = new StringBuilder("grants:\n");
        for (int i = 0; i < PolicyRules.MAX_ENTRIES; i++) {
            text.append("  - {name: g").append(i).append(", token-sha256: ").append(HASH)
                    .append(", policies: [PP_*], purposes: [care], regions: [DE], not-after: 2026-07-01T00:00:00Z}\n");
        }
        byte[] file = bytes(text.toString());
        yaml().apply(file);
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        assertThat(yaml().apply(file).grants()).hasSize(PolicyRules.MAX_ENTRIES).extracting(Grant::owner)
                .startsWith("g0");
        System.out.println("10,000 grants read in "
                + Duration.ofNanos(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start).toMillis()
                + " ms of a processor");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static PolicyYaml yaml(String... settings) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        Binder binder = new Binder(new MapConfigurationPropertySource(all));
        return new PolicyYaml(binder.bindOrCreate("revproc", PoliciesProperties.class),
                binder.bindOrCreate("revproc.registration", RegistrationProperties.class).settings(),
                binder.bindOrCreate("revproc.listener", ListenerProperties.class).settings(), Set.of());
    }
}
