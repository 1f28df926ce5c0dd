package io.revproc.proxy.audit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;

import io.revproc.proxy.forward.DeliveryLog;
import io.revproc.proxy.forward.SentMessage;
import io.revproc.proxy.route.Endpoint;
import io.revproc.record.Entry.Digest;
import io.revproc.record.KeptCheckpoints;
import io.revproc.record.Verdict;
import io.revproc.record.Verification;
import io.revproc.record.VerifyingKey;
import io.revproc.wire.ErrorCode;
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

/** What the record's writer works with throws what nobody expects: the writer is there again once that ends, and it is seen. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class WriterFaultsTest {
    private static final byte[] MESSAGE = {'{', '}'};

    @TempDir
    Path directory;

    private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
    private @Nullable Disk disk;

    @AfterEach
    void end() {
        loop.shutdownNow();
    }

    /** Throws where it is told to. */
    private static final class Disk extends SegmentFiles {
        private volatile boolean faultyWrite;
        private volatile boolean faultyForce;
        private final AtomicInteger failures = new AtomicInteger();
        private volatile CountDownLatch answers = new CountDownLatch(0);
        private volatile boolean waiting;

        Disk(Path directory, Digest keyId) throws IOException {
            super(directory, keyId);
        }

        @Override
        void write(FileChannel channel, byte[] bytes, int length) throws IOException {
            try {
                waiting = answers.getCount() > 0;
                answers.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                channel.write(ByteBuffer.wrap(bytes, 0, length / 2), size());
                throw new IOException("No space left on device");
            }
            if (faultyWrite) {
                channel.write(ByteBuffer.wrap(bytes, 0, length / 2), size());
                throw new IllegalStateException("a fault in the write");
            }
            super.write(channel, bytes, length);
        }

        @Override
        FileChannel channel() throws IOException {
            if (faultyForce) {
                throw new IllegalStateException("a fault in the force");
            }
            return super.channel();
        }
    }

    private Disk disk() {
        return Objects.requireNonNull(disk);
    }

    private AuditLog open(long segment, long most, Duration checkpoints) {
        AuditSettings settings = new AuditSettings(true, null, null, null, AuditSettings.Fsync.INTERVAL,
                Duration.ofMillis(10), Duration.ofMillis(1), AuditSettings.OnFull.FAIL_CLOSED, 4096, segment, most,
                new AuditSettings.Checkpoints(100, checkpoints, null, null, Duration.ofMinutes(1)), List.of());
        AuditLog log = AuditLog.open(settings, directory, (at, keyId) -> disk = new Disk(at, keyId));
        log.start();
        return log;
    }

    private AuditLog open() {
        return open(1L << 20, 0, Duration.ofMillis(10));
    }

    private static boolean message(DeliveryLog end, Endpoint server) {
        return message(end, server, new SentMessage());
    }

    private static boolean message(DeliveryLog end, Endpoint server, SentMessage message) {
        if (end.admit(message, MESSAGE, 0, MESSAGE.length, false)) {
            end.delivered(message, server, null, 1);
            return true;
        }
        return false;
    }

    private Verdict verify() throws IOException {
        return Verification.of(directory,
                List.of(VerifyingKey.ofPem(Files.readString(directory.resolve("keys/public-key.pem")))),
                KeptCheckpoints.NONE);
    }

    /** Whatever becomes of it; and the record's faults are none of its business. */
    @Test
    void aMessageOfAPolicyThatIsNotRecordedIsInNoEntryAndIsNeverRefused() throws Exception {
        Endpoint server = Servers.of("PP_1", 1);
        List<String> receipts = new CopyOnWriteArrayList<>();
        try (AuditLog log = open()) {
            DeliveryLog end = log.forLoop(loop);
            assertThat(message(end, server)).isTrue();
            await().until(() -> log.status().written() == 2);
            disk().faultyWrite = true;
            disk().faultyForce = true;
            for (int i = 0; i < 10_000; i++) {
                SentMessage hidden = SentMessage.unrecorded();
                assertThat(end.admit(hidden, MESSAGE, 0, MESSAGE.length, i == 0)).isTrue();
                assertThat(end.admitAgain(hidden)).isTrue();
                switch (i % 4) {
                    case 0 -> end.delivered(hidden, server, null, 1);
                    case 1 -> end.delivered(hidden, server, ErrorCode.TIMEOUT, 1);
                    case 2 -> end.cut(hidden, server, 1);
                    default -> end.done(hidden);
                }
            }
            end.delivered(SentMessage.unrecorded(), server, 1,
                    receipt -> receipts.add(new String(receipt, StandardCharsets.UTF_8)));
            await().until(() -> receipts.size() == 1);
            disk().faultyWrite = false;
            disk().faultyForce = false;
            assertThat(log.status().written()).isEqualTo(2);
        }
        assertThat(receipts.getFirst()).contains("receiptError", "are not in the delivery record");
    }

    @Test
    void aFaultOfTheWriterRefusesMessagesIsSeenAndEnds(CapturedOutput output) throws Exception {
        Endpoint server = Servers.of("PP_1", 1);
        long delivered = 0;
        try (AuditLog log = open()) {
            DeliveryLog end = log.forLoop(loop);
            disk().faultyForce = true;
            boolean admitted;
            do {
                // A full ring refuses as well, where the writer gets no turn; that is no fault.
                admitted = message(end, server);
                delivered += admitted ? 1 : 0;
                Thread.onSpinWait();
            } while (admitted || !log.status().failing());
            await().until(() -> log.status().dead());
            assertThat(log.status().faults()).isGreaterThanOrEqualTo(AuditWriter.FAULTS_OF_A_DEAD_ONE);
            disk().faultyForce = false;
            await().until(() -> message(end, server));
            delivered++;
            await().until(() -> !log.status().failing() && !log.status().dead());
            assertThat(log.status().lost()).isZero();
        }
        assertThat(verify().findings()).isEmpty();
        assertThat(verify().deliveries()).isEqualTo(delivered);
        assertThat(output.getOut()).contains("event=audit_failed again-in-ms=250")
                .contains("event=audit_failed in-a-row=3 ").contains("event=audit_write_recovered");
    }

    @Test
    void aWriteThatThrowsWhatNobodyExpectsIsTriedAgainAndLosesNothing(CapturedOutput output) throws Exception {
        Endpoint server = Servers.of("PP_1", 1);
        try (AuditLog log = open()) {
            DeliveryLog end = log.forLoop(loop);
            disk().faultyWrite = true;
            assertThat(message(end, server)).isTrue();
            await().until(() -> log.status().failing());
            assertThat(message(end, server)).as("refused").isFalse();
            disk().faultyWrite = false;
            await().until(() -> message(end, server));
        }
        assertThat(verify().findings()).isEmpty();
        assertThat(verify().deliveries()).isEqualTo(2);
        assertThat(output.getOut()).contains("event=audit_write_failed").contains("event=audit_write_recovered");
    }

    @Test
    void anEntryThatCanNotBeMadeDoesNotStandInTheWayOfOthers(CapturedOutput output) throws Exception {
        try (AuditLog log = open()) {
            DeliveryLog end = log.forLoop(loop);
            assertThat(message(end, Servers.of("PP_1", 1))).isTrue();
            assertThat(message(end, Servers.of("PP_1", 2),
                    new SentMessage(InetSocketAddress.createUnresolved("nowhere", 1)))).isTrue();
            assertThat(message(end, Servers.of("PP_1", 3))).isTrue();
            await().until(() -> log.status().lost() == 1);
        }
        assertThat(verify().findings()).isEmpty();
        assertThat(verify().deliveries()).isEqualTo(2);
        assertThat(verify().lost()).isEqualTo(1);
        assertThat(output.getOut()).containsOnlyOnce("event=audit_entry_failed server=PP_1/2");
    }

    @Test
    void whatIsWrittenBehindAWriteThatFailedAtTheEndGoesOnWithTheChain(CapturedOutput output) throws Exception {
        AuditLog log = open();
        DeliveryLog end = log.forLoop(loop);
        disk().failures.set(Attempts.LAST);
        assertThat(message(end, Servers.of("PP_1", 1))).isTrue();
        log.close();
        assertThat(output.getOut()).contains("event=audit_unwritten");
        assertThat(verify().findings()).isEmpty();
        assertThat(verify().unsigned()).isZero();
    }

    /** Its first rotation must not remove the segment in which a run began, however large that has become. */
    @Test
    void aSegmentThatGrewOverEverySizeIsKeptWhileItIsTheLastWholeOne() throws Exception {
        long segment = 16L << 10;
        long most = 32L << 10;
        Endpoint server = Servers.of("PP_1", 1);
        // No checkpoint by time: it would be one more write, and the segment would end with it.
        AuditLog log = open(segment, most, Duration.ofHours(1));
        DeliveryLog end = log.forLoop(loop);
        disk().answers = new CountDownLatch(1);
        assertThat(message(end, server)).isTrue();
        await().until(() -> disk().waiting);
        for (int i = 1; i < 1000; i++) {
            assertThat(message(end, server)).isTrue();
        }
        // The end has to be known before the disk answers: the rest is one write then, the last one, and nothing rotates.
        Thread closing = Thread.startVirtualThread(log::close);
        await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
        disk().answers.countDown();
        closing.join();
        long large = Verification.segments(directory).getLast().toFile().length();
        assertThat(large).isGreaterThan(most);
        long deliveries = verify().deliveries();
        try (AuditLog next = open(segment, most, Duration.ofMillis(10))) {
            DeliveryLog nextEnd = next.forLoop(loop);
            long before = Verification.segments(directory).size();
            await().until(() -> message(nextEnd, server) && Verification.segments(directory).size() > before);
        }
        assertThat(verify().deliveries()).isGreaterThan(deliveries);
    }
}
