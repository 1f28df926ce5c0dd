package io.revproc.proxy.audit;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;

import io.revproc.proxy.forward.DeliveryLog;
import io.revproc.proxy.forward.SentMessage;
import io.revproc.record.Checkpoint;
import io.revproc.record.Entry;
import io.revproc.record.Entry.Digest;
import io.revproc.record.EntryWriter;
import io.revproc.record.Finding;
import io.revproc.record.KeptCheckpoints;
import io.revproc.record.Outcome;
import io.revproc.record.SegmentHeader;
import io.revproc.record.SegmentReader;
import io.revproc.record.SigningKey;
import io.revproc.record.Verdict;
import io.revproc.record.Verification;
import io.revproc.record.VerifyingKey;
import io.revproc.record.tlog.NoteKey;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Somebody who can write to the record's files, and has none of its keys, changes them between a stop or a kill and the next
 * start. The start must not sign what is not the proxy's own.
 */
@ExtendWith(OutputCaptureExtension.class)
class ForgedEntriesTest {
    private static final byte[] MESSAGE = {'{', '}'};
    private static final String FORGED = "FORGED";
    private static final long MILLIS = 1_790_000_000_000L;

    @TempDir
    Path temporary;

    private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void end() {
        loop.shutdownNow();
    }

    private Path record() {
        return temporary.resolve("record");
    }

    /** Signs at the start and the end only. */
    private static AuditSettings settings(@Nullable Path outside) {
        return new AuditSettings(true, null, null, null, AuditSettings.Fsync.INTERVAL, Duration.ofMillis(10),
                Duration.ofMillis(1), AuditSettings.OnFull.FAIL_CLOSED, 4096, 1L << 20,
                0, new AuditSettings.Checkpoints(100_000, Duration.ofHours(1),
                        outside == null ? null : outside.toString(), null, Duration.ofMillis(10)),
                List.of());
    }

    private void run(Path at, @Nullable Path outside, int deliveries) {
        try (AuditLog log = AuditLog.open(settings(outside), at)) {
            log.start();
            deliver(log, deliveries);
        }
    }

    private void deliver(AuditLog log, int deliveries) {
        DeliveryLog end = log.forLoop(loop);
        for (int i = 0; i < deliveries; i++) {
            SentMessage message = new SentMessage();
            assertThat(end.admit(message, MESSAGE, 0, MESSAGE.length, false)).isTrue();
            end.delivered(message, Servers.of("PP_1", 1), null, 1);
        }
    }

    /** What a kill leaves: entries that are written and not signed. */
    private Path killed(int deliveries) throws Exception {
        Path copy = temporary.resolve("killed");
        try (AuditLog log = AuditLog.open(settings(null), record())) {
            log.start();
            long before = log.status().written();
            deliver(log, deliveries);
            await().until(() -> log.status().waiting() == 0 && log.status().written() >= before + deliveries);
            try (Stream<Path> files = Files.walk(record())) {
                for (Path file : files.toList()) {
                    Files.copy(file, copy.resolve(record().relativize(file)));
                }
            }
        }
        return copy;
    }

    private static Path segment(Path record, long number) {
        return record.resolve(SegmentHeader.fileName(number));
    }

    private static EntryWriter atTheEndOf(Path segment) throws Exception {
        return at(segment, Long.MAX_VALUE);
    }

    /** Goes on behind an entry, as anybody can. */
    private static EntryWriter at(Path segment, long sequence) throws Exception {
        SegmentReader reader = new SegmentReader(new ByteArrayInputStream(Files.readAllBytes(segment)));
        long size = reader.size();
        List<byte[]> frontier = reader.frontier();
        for (Entry entry = reader.next(); entry != null && entry.sequence() <= sequence; entry = reader.next()) {
            size = reader.size();
            frontier = reader.frontier();
        }
        EntryWriter writer = new EntryWriter(1 << 16,
                NoteKey.parse(Files.readString(segment.resolveSibling("keys/log.vkey")).strip()).name());
        writer.start(size, frontier);
        return writer;
    }

    private static void forgeDeliveries(EntryWriter writer, int count) {
        byte[] server = EntryWriter.server(InetAddress.getLoopbackAddress().getAddress(), 9001, FORGED, "1");
        for (int i = 0; i < count; i++) {
            EntryWriter.DeliveryData data = new EntryWriter.DeliveryData();
            data.millis = MILLIS;
            data.outcome = Outcome.ANSWERED.code();
            data.client = new byte[]{127, 0, 0, 1};
            data.server = server;
            writer.delivery(data);
        }
    }

    private static byte[] bytes(EntryWriter writer) {
        return Arrays.copyOf(writer.array(), writer.length());
    }

    private static void append(Path segment, byte[] bytes) throws IOException {
        Files.write(segment, bytes, StandardOpenOption.APPEND);
    }

    private static Verdict verify(Path record, Checkpoint... kept) throws IOException {
        return Verification.of(record,
                List.of(VerifyingKey.ofPem(Files.readString(record.resolve("keys/public-key.pem")))),
                new KeptCheckpoints(List.of(kept), List.of()));
    }

    private static List<Entry> entries(Path record) throws Exception {
        List<Entry> entries = new ArrayList<>();
        for (Path segment : Verification.segments(record)) {
            SegmentReader reader = new SegmentReader(new ByteArrayInputStream(Files.readAllBytes(segment)));
            for (Entry entry = reader.next(); entry != null; entry = reader.next()) {
                entries.add(entry);
            }
        }
        return entries;
    }

    private static List<Entry.Event> events(Path record, String action) throws Exception {
        return entries(record).stream().filter(Entry.Event.class::isInstance).map(Entry.Event.class::cast)
                .filter(event -> event.action().equals(action)).toList();
    }

    private static List<Path> aside(Path record) throws IOException {
        try (Stream<Path> files = Files.list(record)) {
            return files.filter(file -> file.getFileName().toString().contains(".unproven-")).toList();
        }
    }

    private static void assertNothingForged(Path record) throws Exception {
        assertThat(entries(record)).noneMatch(entry -> entry instanceof Entry.Delivery delivery
                && delivery.policy().equals(FORGED));
    }

    @Test
    void entriesAddedBehindAStoppedRecordAreNeverSigned(CapturedOutput output) throws Exception {
        run(record(), null, 10);
        EntryWriter forger = atTheEndOf(segment(record(), 1));
        forgeDeliveries(forger, 3);
        append(segment(record(), 1), bytes(forger));

        run(record(), null, 5);

        assertNothingForged(record());
        assertThat(aside(record())).singleElement()
                .satisfies(file -> assertThat(Files.readAllBytes(file)).isEqualTo(bytes(forger)));
        assertThat(output.getOut()).contains("event=audit_unproven segment=1 entries=3 ");
        assertThat(events(record(), Entry.Event.UNPROVEN)).singleElement()
                .satisfies(event -> assertThat(event.subject()).isEqualTo("3"));
        Verdict verdict = verify(record());
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.deliveries()).isEqualTo(15);
        assertThat(verdict.aside()).isEqualTo(3);
    }

    @Test
    void whatAKilledProxyHadWrittenIsKeptAndWhatWasAddedToItIsNot() throws Exception {
        Path killed = killed(20);
        EntryWriter forger = atTheEndOf(segment(killed, 1));
        int written = entries(killed).size();
        forgeDeliveries(forger, 2);
        append(segment(killed, 1), bytes(forger));
        assertThat(verify(killed).unsigned()).as("nothing of it is signed").isGreaterThanOrEqualTo(22);

        run(killed, null, 1);

        assertNothingForged(killed);
        Verdict verdict = verify(killed);
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.deliveries()).isEqualTo(21);
        assertThat(verdict.unsigned()).isZero();
        assertThat(verdict.aside()).isEqualTo(2);
        assertThat(entries(killed)).element(written - 1).isInstanceOf(Entry.Seal.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 300})
    void falseSealsAndCheckpointsProveNothing(int each) throws Exception {
        Path killed = killed(10);
        EntryWriter forger = atTheEndOf(segment(killed, 1));
        for (int i = 0; i < each; i++) {
            forgeDeliveries(forger, 1);
            forger.seal(MILLIS, new byte[Digest.LENGTH]);
            forger.checkpoint(SigningKey.generate(), 1, MILLIS);
        }
        append(segment(killed, 1), bytes(forger));

        run(killed, null, 1);

        assertNothingForged(killed);
        Verdict verdict = verify(killed);
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.deliveries()).isEqualTo(11);
        assertThat(verdict.aside()).isEqualTo(3L * each);
    }

    @Test
    void manyFalseCheckpointsDoNotHideATrueOne() throws Exception {
        run(record(), null, 0);
        EntryWriter forger = atTheEndOf(segment(record(), 1));
        SigningKey other = SigningKey.generate();
        for (int i = 0; i < 150; i++) {
            forger.checkpoint(other, 1, MILLIS);
        }
        append(segment(record(), 1), bytes(forger));

        run(record(), null, 1);

        Verdict verdict = verify(record());
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.aside()).isEqualTo(150);
    }

    @Test
    void aSegmentThatSomebodyElseMadeIsPutAside() throws Exception {
        run(record(), null, 10);
        EntryWriter end = atTheEndOf(segment(record(), 1));
        Digest keyId = VerifyingKey.ofPem(Files.readString(record().resolve("keys/public-key.pem"))).id();
        byte[] header = new SegmentHeader(2, end.size(), MILLIS, keyId, SegmentHeader.NOTHING, end.tree().frontier())
                .bytes();
        forgeDeliveries(end, 4);
        Files.write(segment(record(), 2), header);
        append(segment(record(), 2), bytes(end));

        run(record(), null, 1);

        assertNothingForged(record());
        Verdict verdict = verify(record());
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.segments()).isEqualTo(1);
        assertThat(verdict.deliveries()).isEqualTo(11);
        assertThat(verdict.aside()).isEqualTo(4);
    }

    @Test
    void anOldSegmentUnderANewNumberProvesNothing() throws Exception {
        run(record(), null, 10);
        Files.copy(segment(record(), 1), segment(record(), 2));

        run(record(), null, 1);

        Verdict verdict = verify(record());
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.deliveries()).isEqualTo(11);
        assertThat(aside(record())).hasSize(1);
    }

    @Test
    void aHistoryWrittenAnewFromTheMiddleIsPutAsideAndAKeptCheckpointShowsIt() throws Exception {
        Path outside = temporary.resolve("outside");
        run(record(), null, 10);
        run(record(), null, 10);
        Checkpoint newest = Objects.requireNonNull(verify(record()).lastSigned());
        EntryWriter forger = at(segment(record(), 1), 5);
        forgeDeliveries(forger, 30);
        long end = 0;
        SegmentReader reader = new SegmentReader(new ByteArrayInputStream(Files.readAllBytes(segment(record(), 1))));
        for (Entry entry = reader.next(); entry != null && entry.sequence() <= 5; entry = reader.next()) {
            end = reader.end();
        }
        byte[] kept = Arrays.copyOf(Files.readAllBytes(segment(record(), 1)), (int) end);
        Files.write(segment(record(), 1), kept);
        append(segment(record(), 1), bytes(forger));

        run(record(), outside, 1);

        assertNothingForged(record());
        Verdict verdict = verify(record());
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.aside()).isGreaterThanOrEqualTo(30);
        assertThat(verify(record(), newest).findings()).extracting(Finding::kind).isNotEmpty();
    }

    @Test
    void aRecordThatWasCutBackToAnOlderStateIsSaidWhereCheckpointsAreKeptOutside(CapturedOutput output)
            throws Exception {
        Path outside = temporary.resolve("outside");
        run(record(), outside, 10);
        byte[] older = Files.readAllBytes(segment(record(), 1));
        run(record(), outside, 10);
        long last = verify(record()).size() - 1;
        Files.write(segment(record(), 1), older);
        assertThat(verify(record()).findings()).as("the record itself can't show it").isEmpty();
        long from = verify(record()).size();

        run(record(), outside, 1);

        assertThat(output.getOut()).contains("event=audit_cut entries=" + from + "-" + last);
        assertThat(events(record(), Entry.Event.CUT)).singleElement()
                .satisfies(event -> assertThat(event.subject()).isEqualTo(from + "-" + last));
        assertThat(verify(record()).findings()).extracting(Finding::kind).containsExactly(Finding.Kind.TRUNCATED);
        run(record(), outside, 1);
        assertThat(events(record(), Entry.Event.CUT)).as("said once").hasSize(1);
    }

    @Test
    void anotherKeyBeginsAnotherSegmentAndBothKeysVerifyThem(CapturedOutput output) throws Exception {
        run(record(), null, 10);
        VerifyingKey old = VerifyingKey.ofPem(Files.readString(record().resolve("keys/public-key.pem")));
        Files.delete(record().resolve("keys/public-key.pem"));
        Files.delete(record().resolve("keys/signing-key.pem"));
        EntryWriter forger = atTheEndOf(segment(record(), 1));
        forgeDeliveries(forger, 2);
        append(segment(record(), 1), bytes(forger));

        run(record(), null, 10);

        VerifyingKey fresh = VerifyingKey.ofPem(Files.readString(record().resolve("keys/public-key.pem")));
        Verdict verdict = Verification.of(record(), List.of(old, fresh), KeptCheckpoints.NONE);
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.segments()).isEqualTo(2);
        assertThat(verdict.deliveries()).isEqualTo(20);
        assertThat(verdict.aside()).isEqualTo(2);
        assertThat(events(record(), Entry.Event.KEY_REPLACED)).singleElement()
                .satisfies(event -> assertThat(event.subject()).isEqualTo(old.id().hex()));
        assertThat(output.getOut()).contains("event=audit_key_replaced segment=1");
    }

    @Test
    void aHeaderAloneIsPutAsideAndTheRecordBeginsOrGoesOn() throws Exception {
        run(record(), null, 10);
        byte[] whole = Files.readAllBytes(segment(record(), 1));
        Files.write(segment(record(), 1), Arrays.copyOf(whole, SegmentHeader.length(0)));
        assertThat(verify(record()).findings()).singleElement()
                .satisfies(finding -> assertThat(finding.sentence()).contains("holds no entries"));

        run(record(), null, 1);

        assertThat(verify(record()).findings()).isEmpty();
        assertThat(verify(record()).deliveries()).isEqualTo(1);
    }
}
