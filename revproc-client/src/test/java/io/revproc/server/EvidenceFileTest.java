package io.revproc.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

import io.revproc.wire.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class EvidenceFileTest {
    @TempDir
    private Path directory;

    @Test
    void returnsWhatIsInTheFileAndKeepsItWhereTheFileCanNotBeUsed() throws Exception {
        Path file = directory.resolve("token");
        try (EvidenceFile evidence = EvidenceFile.watch(file)) {
            assertThat(evidence.get()).isNull();
            Files.writeString(file, "one.two.three\n");
            await().atMost(Duration.ofSeconds(5)).until(() -> "one.two.three".equals(evidence.get()));
            Files.move(Files.writeString(directory.resolve("bad"), "two lines\nof it"), file,
                    StandardCopyOption.REPLACE_EXISTING);
            Files.move(Files.writeString(directory.resolve("next"), "four.five.six"), file,
                    StandardCopyOption.REPLACE_EXISTING);
            await().atMost(Duration.ofSeconds(5)).until(() -> "four.five.six".equals(evidence.get()));
            Files.delete(file);
            assertThat(evidence.get()).isEqualTo("four.five.six");
        }
    }

    /** To open it would wait for a writer, for ever, and with it whoever starts a server. */
    @Test
    void aPipeIsNoFileAndIsNotWaitedFor() throws Exception {
        Path file = directory.resolve("token");
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
        try (EvidenceFile evidence = EvidenceFile.watch(file)) {
            assertThat(evidence.get()).isNull();
            Files.move(Files.writeString(directory.resolve("next"), "one.two.three"), file,
                    StandardCopyOption.REPLACE_EXISTING);
            await().atMost(Duration.ofSeconds(5)).until(() -> "one.two.three".equals(evidence.get()));
        }
    }

    @Test
    void aTokenOfTheSameSizeAndTimeIsANewOne() throws Exception {
        Path file = Files.writeString(directory.resolve("token"), "one.two.three");
        FileTime time = Files.getLastModifiedTime(file);
        try (EvidenceFile evidence = EvidenceFile.watch(file)) {
            assertThat(evidence.get()).isEqualTo("one.two.three");
            Files.writeString(file, "one.two.THREE");
            Files.setLastModifiedTime(file, time);
            await().atMost(Duration.ofSeconds(5)).until(() -> "one.two.THREE".equals(evidence.get()));
        }
    }

    @Test
    void aServerShowsNewEvidenceOnItsSessionOnceItIsThere() throws Exception {
        AtomicReference<String> evidence = new AtomicReference<>("first");
        try (FakeProxy proxy = new FakeProxy();
                PolicyServer server = PolicyServer.builder().proxies("" + proxy.port())
                        .handle("PP_1", request -> Reply.of("x")).evidence(evidence::get).build()) {
            server.start();
            await().atMost(Duration.ofSeconds(5)).until(() -> evidence(proxy).equals(List.of("first")));
            await().atMost(Duration.ofSeconds(5)).until(() -> proxy.received.size() > 2);
            assertThat(evidence(proxy)).as("once").containsExactly("first");
            evidence.set("second");
            await().atMost(Duration.ofSeconds(5)).until(() -> evidence(proxy).equals(List.of("first", "second")));
        }
    }

    /** What the proxy was shown, in setups and heartbeats. */
    private static List<String> evidence(FakeProxy proxy) {
        return proxy.received.stream().map(message -> switch (message) {
            case Message.Setup setup -> setup.statement().evidence();
            case Message.Heartbeat heartbeat -> heartbeat.evidence();
            default -> null;
        }).filter(Objects::nonNull).toList();
    }
}
