package io.revproc.admin;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import io.revproc.proxy.audit.Audit;
import io.revproc.record.KeptCheckpoints;
import io.revproc.record.Verdict;
import io.revproc.record.Verification;
import io.revproc.record.VerifyingKey;
import io.revproc.record.tlog.Note;
import io.revproc.record.tlog.NoteKey;
import io.revproc.record.tlog.Proofs;
import io.revproc.record.tlog.TileNodes;
import io.revproc.record.tlog.TreeHasher;
import io.revproc.record.tlog.TreeHead;
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
    void recordIsServedAsATransparencyLog() throws Exception {
        HttpResponse<String> checkpoint = get("/admin/audit/tlog/checkpoint", AdminProxy.VIEWER);
        assertThat(checkpoint.statusCode()).isEqualTo(200);
        assertThat(checkpoint.headers().firstValue("Content-Type")).hasValueSatisfying(
                type -> assertThat(type).startsWith("text/plain").containsIgnoringCase("utf-8"));
        NoteKey key = NoteKey.parse(Files.readString(directory.resolve("record/keys/log.vkey")).strip());
        Note note = Note.parse(checkpoint.body());
        assertThat(note.isSignedBy(key)).isTrue();
        TreeHead head = TreeHead.parse(note.text());
        assertThat(head.origin()).isEqualTo(key.name());
        TileNodes nodes = new TileNodes(tile -> bytes("/admin/audit/tlog/" + tile.path()), head.size());
        assertThat(Proofs.root(nodes, head.size())).isEqualTo(head.root());
        byte[] bundle = bytes("/admin/audit/tlog/tile/entries/000.p/1");
        assertThat(new TreeHasher().leaf(Arrays.copyOfRange(bundle, 2, bundle.length)))
                .isEqualTo(bytes("/admin/audit/tlog/tile/0/000.p/1"));
        for (String none : List.of("tile/0/000", "tile/0/001.p/1", "tile/9/000.p/1", "tile/entries/x000/000.p/1",
                "tile/0/0.p/1", "tile", "nothing")) {
            assertThat(get("/admin/audit/tlog/" + none, AdminProxy.VIEWER).statusCode()).as(none).isEqualTo(404);
        }
        assertThat(get("/admin/audit/tlog/checkpoint", null).statusCode()).isEqualTo(401);
    }

    @Test
    void receiptOfAMessageThatIsNotInTheRecordIsNotFound() throws Exception {
        HttpRequest request = proxy.request("/admin/audit/receipt?since=2026-01-01T00:00:00Z")
                .header("Authorization", AdminProxy.OPERATOR).header("Content-Type", "application/octet-stream")
                .POST(HttpRequest.BodyPublishers.ofString("{\"type\":0}")).build();
        HttpResponse<String> answer = AdminProxy.HTTP.send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(404);
        assertThat(answer.body()).contains("The record holds no answered delivery of this message");
    }

    private static byte[] bytes(String path) throws java.io.IOException {
        try {
            HttpResponse<byte[]> answer = AdminProxy.HTTP.send(
                    proxy.request(path).header("Authorization", AdminProxy.VIEWER).build(),
                    BodyHandlers.ofByteArray());
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
            return answer.body();
        } catch (InterruptedException e) {
            throw new java.io.IOException(e);
        }
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
