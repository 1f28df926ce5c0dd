package io.revproc.proxy.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

import io.revproc.proxy.forward.DeliveryLog;
import io.revproc.proxy.forward.SentMessage;
import io.revproc.proxy.route.Endpoint;
import io.revproc.record.Entry.Digest;
import io.revproc.record.KeptCheckpoints;
import io.revproc.record.Verdict;
import io.revproc.record.Verification;
import io.revproc.record.VerifyingKey;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What becomes of messages while the disk takes nothing: it is full, or it does not answer at all. The test is the event loop: if
 * anything here blocked, it would not end.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class FullDiskTest {
    private static final int BUFFER = 64;
    private static final byte[] MESSAGE = {'{', '}'};

    @TempDir
    Path directory;

    private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
    private final Endpoint server = Servers.of("PP_1", 1);
    private @Nullable Disk disk;
    private long delivered;
    private long turnedAway;

    @AfterEach
    void end() {
        loop.shutdownNow();
    }

    /** Takes everything, or half of the next write and nothing more, or does not answer. */
    private static final class Disk extends SegmentFiles {
        private volatile boolean full;
        private volatile CountDownLatch answers = new CountDownLatch(0);
        private final CountDownLatch asked = new CountDownLatch(1);

        Disk(Path directory, Digest keyId) throws IOException {
            super(directory, keyId);
        }

        @Override
        void write(FileChannel channel, byte[] bytes, int length) throws IOException {
            if (full) {
                channel.write(ByteBuffer.wrap(bytes, 0, length / 2), size());
                throw new IOException("No space left on device");
            }
            if (answers.getCount() > 0) {
                asked.countDown();
                try {
                    answers.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            super.write(channel, bytes, length);
        }
    }

    private Disk disk() {
        return Objects.requireNonNull(disk);
    }

    private AuditLog open(AuditSettings.OnFull onFull) {
        AuditSettings settings = new AuditSettings(true, null, null, null, AuditSettings.Fsync.INTERVAL,
                Duration.ofMillis(10), Duration.ofMillis(1), onFull, BUFFER, 1L << 20,
                0,
                new AuditSettings.Checkpoints(100, Duration.ofMillis(10), null, null, Duration.ofMinutes(1)),
                List.of());
        AuditLog log = AuditLog.open(settings, directory, (at, keyId) -> disk = new Disk(at, keyId));
        log.start();
        return log;
    }

    /** One message, delivered if it is admitted. */
    private boolean message(DeliveryLog end) {
        SentMessage message = admitted(end);
        if (message != null) {
            end.delivered(message, server, null, 1);
            delivered++;
        }
        return message != null;
    }

    private @Nullable SentMessage admitted(DeliveryLog end) {
        SentMessage message = new SentMessage();
        if (end.admit(message, MESSAGE, 0, MESSAGE.length, false)) {
            return message;
        }
        turnedAway++;
        return null;
    }

    private Verdict verify() throws IOException {
        return Verification.of(directory,
                List.of(VerifyingKey.ofPem(Files.readString(directory.resolve("keys/public-key.pem")))),
                KeptCheckpoints.NONE);
    }

    @Test
    void failClosedRefusesUntilThereIsRoomAgainAndLosesNothing(CapturedOutput output) throws Exception {
        try (AuditLog log = open(AuditSettings.OnFull.FAIL_CLOSED)) {
            DeliveryLog end = log.forLoop(loop);
            SentMessage owed = admitted(end);
            disk().full = true;
            await().until(() -> !message(end));
            assertThat(log.status().failing()).isTrue();
            end.delivered(Objects.requireNonNull(owed), server, null, 1);
            delivered++;
            disk().full = false;
            await().until(() -> message(end));
            await().until(() -> !log.status().failing());
            assertThat(log.status().lost()).isZero();
            assertThat(log.status().refused()).isEqualTo(turnedAway).isPositive();
        }
        Verdict verdict = verify();
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.deliveries()).isEqualTo(delivered);
        assertThat(verdict.lost()).isZero();
        assertThat(output.getOut()).containsOnlyOnce("event=audit_write_failed")
                .contains("reason=\"No space left on device\" messages=refused")
                .contains("event=audit_write_recovered");
    }

    @Test
    void degradeDeliversCountsAndSaysSo(CapturedOutput output) throws Exception {
        long lost;
        try (AuditLog log = open(AuditSettings.OnFull.DEGRADE)) {
            DeliveryLog end = log.forLoop(loop);
            disk().full = true;
            await().until(() -> message(end) && log.status().failing());
            for (int i = 0; i < 3 * BUFFER; i++) {
                assertThat(message(end)).isTrue();
            }
            lost = log.status().lost();
            assertThat(lost).isGreaterThanOrEqualTo(2 * BUFFER);
            assertThat(log.status().refused()).isZero();
            disk().full = false;
            await().until(() -> !log.status().failing());
        }
        Verdict verdict = verify();
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.lost()).isEqualTo(lost);
        assertThat(verdict.deliveries()).isEqualTo(delivered - lost);
        assertThat(output.getOut()).contains("messages=delivered-unrecorded").contains("event=audit_lost entries=");
    }

    @Test
    void diskThatDoesNotAnswerHoldsNobodyUp() throws Exception {
        for (AuditSettings.OnFull onFull : AuditSettings.OnFull.values()) {
            delivered = 0;
            turnedAway = 0;
            long before = Files.exists(directory.resolve("keys")) ? verify().deliveries() : 0;
            try (AuditLog log = open(onFull)) {
                DeliveryLog end = log.forLoop(loop);
                disk().answers = new CountDownLatch(1);
                await().until(() -> message(end) && disk().asked.getCount() == 0);
                for (int i = 0; i < 3 * BUFFER; i++) {
                    message(end);
                }
                assertThat(log.status().failing()).isTrue();
                assertThat(log.status().waiting()).isEqualTo(BUFFER);
                assertThat(turnedAway > 0).isEqualTo(onFull == AuditSettings.OnFull.FAIL_CLOSED);
                assertThat(log.status().refused()).isEqualTo(turnedAway);
                delivered -= log.status().lost();
                assertThat(log.status().lost() > 0).isEqualTo(onFull == AuditSettings.OnFull.DEGRADE);
                disk().answers.countDown();
            }
            Verdict verdict = verify();
            assertThat(verdict.findings()).isEmpty();
            assertThat(verdict.deliveries()).isEqualTo(before + delivered);
        }
    }

    @Test
    void proxyThatEndsOnAFullDiskEnds(CapturedOutput output) throws Exception {
        try (AuditLog log = open(AuditSettings.OnFull.FAIL_CLOSED)) {
            DeliveryLog end = log.forLoop(loop);
            message(end);
            disk().full = true;
        }
        assertThat(output.getOut()).contains("event=audit_unwritten");
        try (AuditLog log = open(AuditSettings.OnFull.FAIL_CLOSED)) {
            assertThat(message(log.forLoop(loop))).as("the next run goes on").isTrue();
        }
        assertThat(verify().findings()).isEmpty();
    }
}
