package io.revproc.proxy.audit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

import com.sun.net.httpserver.HttpServer;
import io.revproc.record.Checkpoint;
import io.revproc.record.KeptCheckpoints;
import io.revproc.record.SigningKey;
import io.revproc.record.tlog.TreeHead;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Checkpoints on their way outside, to a receiver that does not always take them. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class CheckpointOutboxTest {
    private static final SigningKey KEY = SigningKey.generate();
    private static final Duration SOON = Duration.ofMillis(1);
    private static final Duration NEVER = Duration.ofHours(1);

    @TempDir
    Path directory;

    private final Queue<Integer> answers = new ConcurrentLinkedQueue<>();
    private final Queue<String> bodies = new ConcurrentLinkedQueue<>();
    private volatile CountDownLatch open = new CountDownLatch(0);
    private HttpServer receiver;

    @BeforeEach
    void receive() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            Integer status = answers.poll();
            exchange.sendResponseHeaders(status == null ? 204 : status, -1);
            exchange.close();
        });
        receiver.start();
    }

    @AfterEach
    void stop() {
        open.countDown();
        receiver.stop(0);
    }

    private static Checkpoint checkpoint(long sequence) {
        return Checkpoint.sign(KEY, 1, 1_790_000_000_000L, new TreeHead("test/log", sequence, new byte[32]));
    }

    private CheckpointOutbox outbox(@Nullable Path kept, Duration interval) {
        return new CheckpointOutbox(kept, url(), interval, SOON);
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + receiver.getAddress().getPort() + "/kept");
    }

    private List<Checkpoint> received() {
        return bodies.stream().flatMap(body -> KeptCheckpoints.read(body, List.of(KEY.publicKey())).log().stream())
                .toList();
    }

    @Test
    void checkpointIsReceivedAsItCanBeVerifiedWithAndKeptInTheDirectory() throws Exception {
        Path kept = directory.resolve("made/for/it");
        try (CheckpointOutbox outbox = outbox(kept, NEVER)) {
            outbox.offer(checkpoint(1), true);
            await().until(() -> bodies.size() == 1);
            outbox.offer(checkpoint(2), false);
        }
        assertThat(received()).as("the last one goes out at the end").containsExactly(checkpoint(1), checkpoint(2));
        assertThat(KeptCheckpoints.read(Files.readString(kept.resolve("checkpoints.jsonl")),
                List.of(KEY.publicKey())).log()).containsExactly(checkpoint(1), checkpoint(2));
    }

    @Test
    void receiverThatFailsForAMomentGetsItAgain(CapturedOutput output) {
        answers.addAll(List.of(503, 500));
        try (CheckpointOutbox outbox = outbox(null, NEVER)) {
            outbox.offer(checkpoint(1), true);
            await().until(() -> bodies.size() == 3);
        }
        assertThat(received()).containsExactly(checkpoint(1), checkpoint(1), checkpoint(1));
        assertThat(output.getOut()).doesNotContain("event=checkpoint_push_failed");
    }

    @Test
    void receiverThatGoesOnFailingIsLoggedOnceAndCountedUntilItTakesOne(CapturedOutput output) {
        for (int i = 0; i < 6; i++) {
            answers.add(503);
        }
        try (CheckpointOutbox outbox = outbox(null, NEVER)) {
            outbox.offer(checkpoint(1), true);
            await().until(() -> outbox.failures() == 1);
            outbox.offer(checkpoint(2), true);
            await().until(() -> outbox.failures() == 2);
            outbox.offer(checkpoint(3), true);
            await().until(() -> output.getOut().contains("event=checkpoint_push_recovered size=3"));
        }
        assertThat(bodies).hasSize(7);
        assertThat(output.getOut()).containsOnlyOnce("event=checkpoint_push_failed")
                .contains("size=1 reason=\"the answer was 503\"");
    }

    @Test
    void whatComesWhileTheReceiverDoesNotAnswerDoesNotPileUp() {
        open = new CountDownLatch(1);
        try (CheckpointOutbox outbox = outbox(null, SOON)) {
            outbox.offer(checkpoint(1), true);
            await().until(() -> bodies.size() == 1);
            Checkpoint between = checkpoint(2);
            for (int i = 0; i < 10_000; i++) {
                // returns at once: the writer's thread is not held up
                outbox.offer(between, false);
            }
            outbox.offer(checkpoint(3), false);
            open.countDown();
            await().until(() -> bodies.size() == 2);
        }
        assertThat(received()).containsExactly(checkpoint(1), checkpoint(3));
    }

    @Test
    void directoryThatCanNotBeMadeIsAFailureAndNoMore(CapturedOutput output) throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        try (CheckpointOutbox outbox = new CheckpointOutbox(file.resolve("in-it"), null, NEVER, SOON)) {
            outbox.offer(checkpoint(1), true);
            await().until(() -> outbox.failures() == 1);
        }
        assertThat(output.getOut()).contains("event=checkpoint_push_failed size=1");
    }
}
