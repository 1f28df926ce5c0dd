package io.revproc.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.revproc.proxy.policy.EvidenceVerifier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Servers that register with quotes of a TPM, made by the scripts of {@code examples/tpm}. */
@ExtendWith(OutputCaptureExtension.class)
class TpmRegistrationTest {
    private static final Map<String, String> ENROLLED = Map.of();
    private static final Map<String, String> ANOTHER_KEY = Map.of("AK", "0x81010011");

    @TempDir
    private Path directory;
    private @Nullable SoftTpm started;
    private TestProxy proxy = TestProxy.with();

    @BeforeEach
    void start() throws Exception {
        SoftTpm tpm = new SoftTpm(directory);
        started = tpm;
        String enrolled = tpm.run(ENROLLED, script("enrol.sh"), "clinic-7", "release-17", "0,7", "region=DE");
        tpm.run(ANOTHER_KEY, script("enrol.sh"), "clinic-7", "release-17", "0,7");
        EvidenceVerifier quotes = TpmExample.load(directory, "audience revproc.example.org\n" + enrolled + "\n");
        proxy.close();
        proxy = TestProxy.with(List.of(quotes), "revproc.registration.grants[0].name", "clinic",
                "revproc.registration.grants[0].evidence", "tpm",
                "revproc.registration.grants[0].claims[sub]", "clinic-*",
                "revproc.registration.grants[0].claims[boot]", "release-17",
                "revproc.registration.grants[0].policies-claim", "policy",
                "revproc.registration.grants[0].ids-claim", "id",
                "revproc.registration.grants[0].region-claim", "region",
                "revproc.registration.grants[0].policies", "health-*");
    }

    @AfterEach
    void close() {
        proxy.close();
        if (started != null) {
            started.close();
        }
    }

    @Test
    void aQuoteLetsAServerInUntilItEnds() throws Exception {
        try (MuxServer server = MuxServer.answering(proxy, 7);
                Client client = proxy.connect()) {
            String evidence = quote(ENROLLED, "clinic-7", "health-de", "7", "2");
            Instant end = end(evidence);
            assertThat(server.register("health-de", setup(evidence)).has("lease")).isTrue();
            assertThat(Objects.requireNonNull(proxy.table().routes().find("health-de")).endpoints().getFirst().spec()
                    .processing().region()).isEqualTo("DE");
            assertThat(client.send(Json.data(1, "health-de", "x")).next().get("type").asInt()).isEqualTo(2);
            proxy.awaitEnd("health-de", end);
            assertThat(client.send(Json.data(1, "health-de", "x")).next().get("code").asString())
                    .isEqualTo("NO_SERVER");
            assertThat(register(7, "health-de", evidence)).as("once more").isEqualTo("The quote ended at " + end);
        }
    }

    @Test
    void aNewQuoteOnTheSessionLetsTheLeaseGoOn() throws Exception {
        try (MuxServer server = MuxServer.answering(proxy, 7)) {
            String lease = server
                    .register("health-de", setup(quote(ENROLLED, "clinic-7", "health-de", "7", "600")))
                    .get("lease").asString();
            assertThat(server.beat(lease, quote(ANOTHER_KEY, "clinic-7", "health-de", "7", "600")).get("evidence")
                    .asString()).isEqualTo("refused");
            assertThat(server.beat(lease, quote(ENROLLED, "clinic-7", "health-de", "7", "900")).get("evidence")
                    .asString()).isEqualTo("renewed");
        }
    }

    @Test
    void whatIsNotThisMachineInThisStateForThisServerIsRefused(CapturedOutput output) throws Exception {
        String good = quote(ENROLLED, "clinic-7", "health-de", "7", "600");
        String unsaid = "This registration is not allowed; the proxy's log says why";
        assertThat(register(7, "health-de", quote(ANOTHER_KEY, "clinic-7", "health-de", "7", "600"))).isEqualTo(unsaid);
        assertThat(output).contains("reason=signature-not-of-the-machine");
        assertThat(register(7, "health-de", quote(ENROLLED, "clinic-8", "health-de", "7", "600"))).isEqualTo(unsaid);
        assertThat(output).contains("reason=machine-not-enrolled");
        assertThat(register(7, "health-at", good)).as("for another policy").isEqualTo(unsaid);
        assertThat(register(8, "health-de", good)).as("for another id").isEqualTo(unsaid);
        assertThat(output).contains("reason=policy-or-id-not-granted");
        String[] parts = good.split("\\.");
        String[] later = quote(ENROLLED, "clinic-7", "health-de", "7", "900").split("\\.");
        assertThat(register(7, "health-de", "tpm2." + later[1] + "." + parts[2] + "." + parts[3]))
                .isEqualTo("The text beside the quote is not the one that was quoted");
        assertThat(register(7, "health-de", quote(ENROLLED, "clinic-7", "health-de", "7", "7200")))
                .isEqualTo("A quote ends at most 60 minutes after its time of issue");
        assertThat(register(7, "health-de", good)).isEqualTo("none");
        tpm().run(ENROLLED, "tpm2_pcrextend", "7:sha256=" + "ab".repeat(32));
        assertThat(register(7, "health-de", quote(ENROLLED, "clinic-7", "health-de", "7", "600")))
                .startsWith("The quote's PCRs are not those of a state that is enrolled; they are 0,7 ");
    }

    private SoftTpm tpm() {
        return Objects.requireNonNull(started);
    }

    private String quote(Map<String, String> key, String machine, String policy, String id, String seconds)
            throws IOException, InterruptedException {
        return tpm().run(key, script("quote.sh"), "revproc.example.org", machine, policy, id, "0,7", seconds);
    }

    /** What a server hears; "none": it is in. */
    private String register(int id, String policy, String evidence) throws IOException {
        try (MuxServer server = MuxServer.answering(proxy, id)) {
            JsonNode answer = server.register(policy, setup(evidence));
            return answer.has("lease") ? "none" : answer.get("Error").asString();
        }
    }

    private static String setup(String evidence) {
        return ", \"evidence\": \"" + evidence + "\"";
    }

    private static Instant end(String evidence) {
        String text = new String(Base64.getDecoder().decode(evidence.split("\\.")[1]), StandardCharsets.UTF_8);
        return Instant.ofEpochSecond(Long.parseLong(text.substring(text.indexOf("ends=") + 5).strip()));
    }

    private static String script(String name) {
        return TpmExample.HOME.resolve(name).toString();
    }
}
