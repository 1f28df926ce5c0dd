package io.revproc.admin;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.revproc.proxy.audit.Audit;
import io.revproc.record.KeptCheckpoints;
import io.revproc.record.Verdict;
import io.revproc.record.Verification;
import io.revproc.record.VerifyingKey;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The delivery record over HTTP: checkpoints, metrics, health. */
class DeliveryRecordApiTest {
    @TempDir
    static Path directory;

    private static AdminProxy proxy;

    @BeforeAll
    static void start() {
        proxy = AdminProxy.withAccounts("0.0.0.0", "--revproc.audit.directory=" + directory.resolve("record"));
    }

    @AfterAll
    static void stop() {
        proxy.close();
    }

    @ParameterizedTest
    @CsvSource({",401", "Bearer wrong,401", AdminProxy.VIEWER + ",200", AdminProxy.OPERATOR + ",200"})
    void whoMayReadMayReadCheckpoints(@Nullable String credentials, int status) throws Exception {
        assertThat(get("/admin/audit/checkpoints", credentials).statusCode()).isEqualTo(status);
    }

    @Test
    void checkpointsThatWereReadShowLaterThatTheRecordIsTheSame() throws Exception {
        Audit audit = proxy.bean(Audit.class);
        audit.note("tried", "somebody", "PP_1/1", "");
        String[] kept = new String[1];
        await().until(() -> {
            kept[0] = get("/admin/audit/checkpoints", AdminProxy.VIEWER).body();
            return kept[0].matches("(?s).*\"size\":[23],.*");
        });
        List<VerifyingKey> keys = List
                .of(VerifyingKey.ofPem(Files.readString(directory.resolve("record/keys/public-key.pem"))));
        assertThat(kept[0]).contains(Files.readString(directory.resolve("record/keys/log.vkey")).strip());
        Verdict verdict = Verification.of(directory.resolve("record"), keys, KeptCheckpoints.read(kept[0], keys));
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.keptCompared()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void metricsSayHowTheRecordStands() throws Exception {
        assertThat(get("/actuator/prometheus", AdminProxy.VIEWER).body())
                .containsPattern("\nrevproc_audit_sequence [1-9]").contains("\nrevproc_audit_lost_total 0.0\n")
                .contains("\nrevproc_audit_refused_total 0.0\n").contains("\nrevproc_audit_failing 0.0\n")
                .contains("\nrevproc_audit_waiting ").contains("\nrevproc_audit_unforced ")
                .contains("\nrevproc_audit_force_seconds ").contains("\nrevproc_audit_checkpoint_age_seconds ")
                .contains("\nrevproc_audit_push_failures_total 0.0\n", "\nrevproc_audit_faults_total 0.0\n");
    }

    @Test
    void healthSaysHowTheRecordStandsToWhomItMay() throws Exception {
        assertThat(get("/actuator/health", AdminProxy.VIEWER).body()).contains("\"deliveryRecord\"",
                "\"failing\":false");
        assertThat(get("/actuator/health", null).body()).doesNotContain("deliveryRecord");
    }

    @Test
    void withoutARecordTheAnswerSaysHowToKeepOne() throws Exception {
        try (AdminProxy without = AdminProxy.withoutAccounts("127.0.0.1")) {
            HttpResponse<String> answer = AdminProxy.HTTP.send(without.request("/admin/audit/checkpoints").build(),
                    BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.body()).contains("revproc.audit.directory");
            assertThat(AdminProxy.HTTP.send(without.request("/actuator/health").build(), BodyHandlers.ofString())
                    .body()).contains("\"kept\":false");
        }
    }

    private static HttpResponse<String> get(String path, @Nullable String credentials) throws Exception {
        HttpRequest.Builder request = proxy.request(path);
        return AdminProxy.HTTP.send(
                (credentials == null ? request : request.header("Authorization", credentials)).build(),
                BodyHandlers.ofString());
    }
}
