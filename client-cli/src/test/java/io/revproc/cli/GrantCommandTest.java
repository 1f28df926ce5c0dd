package io.revproc.cli;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class GrantCommandTest {
    @Test
    void theTokenIsNotAmongTheSettingsButItsHashIs() {
        Run run = Run.of("grant", "new", "--policy", "PP_*", "--server-id", "1");
        String token = run.err().replaceFirst("(?s).*POLICYSERVER_TOKEN=(\\S+).*", "$1");

        assertThat(run.exitCode()).isZero();
        assertThat(token).matches("revproc_[A-Za-z0-9_-]{43}");
        assertThat(run.out()).isEqualTo("""
                revproc:
                  registration:
                    grants:
                      - token-sha256: "%s"
                        policies: ["PP_*"]
                        ids: ["1"]
                """.formatted(GrantCommand.sha256(token)));
    }

    @Test
    void asJsonItIsOneObject() {
        Run run = Run.of("grant", "new", "--policy", "PP_1,PP_2", "--name", "shop", "--json");
        Map<String, @Nullable Object> grant = Json.object(run.json().get("grant"));

        assertThat(run.err()).isEmpty();
        assertThat(grant).containsEntry("name", "shop").containsEntry("policies", List.of("PP_1", "PP_2"))
                .containsEntry("token-sha256", GrantCommand.sha256(String.valueOf(run.json().get("token"))))
                .doesNotContainKey("ids");
    }

    @Test
    void noTwoTokensAreTheSame() {
        assertThat(Run.of("grant", "new", "--policy", "PP_1").err())
                .isNotEqualTo(Run.of("grant", "new", "--policy", "PP_1").err());
    }

    @Test
    void withACertificateThereIsNoToken() {
        Run run = Run.of("grant", "new", "--policy", "PP_1", "--certificate", "spiffe://prod/servers/*");

        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("      - certificate: \"spiffe://prod/servers/*\"\n").doesNotContain("token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"P*P", "", "**"})
    void whatIsNoPatternIsWrongUsage(String pattern) {
        Run run = Run.of("grant", "new", "--policy", pattern);

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.out()).isEmpty();
    }
}
