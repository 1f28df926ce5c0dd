package io.revproc.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.revproc.record.KeptCheckpoints;
import io.revproc.record.Verdict;
import io.revproc.record.Verification;
import io.revproc.record.VerifyingKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The delivery record on a file system of 256 kB that is really full. Needs the right to mount one. */
class SmallDiskTest {
    private static final int BALLAST = 180 * 1024;

    @TempDir
    Path directory;

    private boolean mounted;

    @BeforeEach
    void mount() throws Exception {
        mounted = run("mount", "-t", "tmpfs", "-o", "size=256k", "revproc-test", directory.toString()) == 0;
        assumeTrue(mounted, "no right to mount a file system");
        Files.write(directory.resolve("ballast"), new byte[BALLAST]);
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            assertThat(run("umount", "-l", directory.toString())).isZero();
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start().waitFor();
    }

    private TestProxy proxy(String onFull) {
        return TestProxy.with("revproc.audit.directory", directory.resolve("record").toString(),
                "revproc.audit.on-full", onFull, "revproc.audit.buffer", "64", "revproc.listener.event-loops", "1");
    }

    private Verdict verdict() throws IOException {
        Path record = directory.resolve("record");
        return Verification.of(record,
                List.of(VerifyingKey.ofPem(Files.readString(record.resolve("keys/public-key.pem")))),
                KeptCheckpoints.NONE);
    }

    @Test
    void failClosedRefusesWithItsReasonUntilThereIsRoomAgain() throws Exception {
        int answered = 0;
        TestProxy proxy = proxy("fail-closed");
        try (MuxServer server = MuxServer.answering(proxy, 1, "PP_1"); Client client = proxy.connect()) {
            JsonNode reply = client.send(Json.data(1, "PP_1", "m")).next();
            for (; !reply.has("Error"); answered++) {
                reply = client.send(Json.data(1, "PP_1", "m")).next();
            }
            assertThat(reply.get("code").asString()).isEqualTo("OVERLOADED");
            assertThat(reply.get("Error").asString()).contains("delivery record");
            assertThat(proxy.record().status().failing()).isTrue();

            Files.delete(directory.resolve("ballast"));
            await().until(() -> !proxy.record().status().failing());
            assertThat(client.send(Json.data(2, "PP_1", "m")).next().get("destid").asInt()).isEqualTo(2);
            answered++;
            assertThat(server.received()).as("nothing that was refused went to the server").hasSize(answered);
        }
        proxy.stop().await();
        assertThat(verdict().findings()).isEmpty();
        assertThat(verdict().deliveries()).as("all that was delivered").isEqualTo(answered);
        assertThat(verdict().lost()).isZero();
    }

    @Test
    void degradeDeliversAndTheRecordSaysHowManyAreMissing() throws Exception {
        int answered = 0;
        TestProxy proxy = proxy("degrade");
        try (MuxServer server = MuxServer.answering(proxy, 1, "PP_1"); Client client = proxy.connect()) {
            while (proxy.record().status().lost() < 100) {
                assertThat(client.send(Json.data(1, "PP_1", "m")).next().get("type").asInt()).isEqualTo(2);
                answered++;
            }
            assertThat(proxy.record().status().failing()).isTrue();
            Files.delete(directory.resolve("ballast"));
            await().until(() -> !proxy.record().status().failing());
            assertThat(server.received()).hasSize(answered);
        }
        proxy.stop().await();
        assertThat(verdict().findings()).isEmpty();
        assertThat(verdict().lost()).isGreaterThanOrEqualTo(100);
        assertThat(verdict().deliveries() + verdict().lost()).isEqualTo(answered);
    }
}
