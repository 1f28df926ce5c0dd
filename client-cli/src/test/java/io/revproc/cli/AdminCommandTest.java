package io.revproc.cli;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class AdminCommandTest {
    @Test
    void tokenIsPrintedOnceAndItsHashIsForTheConfiguration() throws Exception {
        Run run = Run.of("admin", "new", "--name", "ada", "--role", "operator");

        assertThat(run.exitCode()).isZero();
        String token = run.lines().getFirst();
        assertThat(token).matches("rpa_[A-Za-z0-9_-]{43}");
        assertThat(run.out().substring(token.length())).doesNotContain(token)
                .isEqualTo("\nrevproc:\n  admin:\n    tokens:\n      - name: \"ada\"\n        role: operator\n"
                        + "        token-sha256: \"" + sha256(token) + "\"\n");
        assertThat(run.err()).contains("REVPROC_TOKEN", "application.yaml").doesNotContain(token);
    }

    @Test
    void viewersAreTheDefaultAndNoTwoTokensAreTheSame() throws Exception {
        Run one = Run.of("admin", "new", "--name", "p", "--json");
        Run two = Run.of("admin", "new", "--name", "p", "--json");

        assertThat(one.json()).containsEntry("role", "viewer").containsEntry("tokenSha256",
                sha256(String.valueOf(one.json().get("token"))));
        assertThat(one.json().get("token")).isNotEqualTo(two.json().get("token"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a:b", "", "\"x"})
    void nameThatTheProxyWouldRefuseIsRefusedHere(String name) {
        assertThat(Run.of("admin", "new", "--name", name).exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void withoutANameThereIsASentence() {
        Run run = Run.of("admin", "new");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--name");
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"foo", "ftp://127.0.0.1:8124", "http:///admin", "/x"})
    void anAdminAddressIsHttp(String address) {
        Run run = Run.of("routes", "--admin", address);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("'" + address + "' is not an address of HTTP; write http://HOST:PORT");
    }
}
