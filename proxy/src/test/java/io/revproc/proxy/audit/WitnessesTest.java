package io.revproc.proxy.audit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.revproc.proxy.forward.DeliveryLog;
import io.revproc.proxy.forward.SentMessage;
import io.revproc.record.Checkpoint;
import io.revproc.record.Entry;
import io.revproc.record.Finding;
import io.revproc.record.KeptCheckpoints;
import io.revproc.record.Receipt;
import io.revproc.record.RecordTiles;
import io.revproc.record.SigningKey;
import io.revproc.record.Verification;
import io.revproc.record.tlog.Cosignature;
import io.revproc.record.tlog.NoteKey;
import io.revproc.record.tlog.TreeHead;
import io.revproc.record.witness.Witness;
import io.revproc.record.witness.WitnessKey;
import io.revproc.record.witness.WitnessServer;
import io.revproc.record.witness.WitnessStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** A log and its witnesses, each with its real protocol between them. */
class WitnessesTest {
    private static final byte[] MESSAGE = {'{', '}'};
    private static final Duration SOON = Duration.ofMillis(10);

    @TempDir
    Path temporary;

    private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
    private final List<Running> running = new ArrayList<>();
    private final Queue<String> notes = new ConcurrentLinkedQueue<>();

    /** A witness that listens. */
    private record Running(WitnessKey key, WitnessServer server, WitnessStore store) {
        AuditSettings.Witness address() {
            return AuditSettings.Witness.parse(key.key().text() + "@http://127.0.0.1:" + server.port() + "/");
        }

        void stop() throws IOException {
            server.close();
            store.close();
        }
    }

    @AfterEach
    void end() throws IOException {
        loop.shutdownNow();
        for (Running each : running) {
            each.stop();
        }
    }

    private Path record() {
        return temporary.resolve("record");
    }

    private static AuditSettings settings(List<AuditSettings.Witness> witnesses) {
        return new AuditSettings(true, null, null, "example.com/log", AuditSettings.Fsync.INTERVAL, SOON,
                Duration.ofMillis(1), AuditSettings.OnFull.FAIL_CLOSED, 4096, 1L << 20, 0,
                new AuditSettings.Checkpoints(100_000, SOON, null, null, SOON), witnesses);
    }

    private NoteKey logKey() throws IOException {
        Path made = record().resolve("keys/log.vkey");
        if (Files.exists(made)) {
            return NoteKey.parse(Files.readString(made).strip());
        }
        try (AuditLog log = AuditLog.open(settings(List.of()), record())) {
            return log.logKey();
        }
    }

    private Running witness(String name, int port) throws IOException {
        WitnessStore store = new WitnessStore(temporary.resolve(name));
        WitnessKey key = WitnessKey.in(temporary.resolve(name), null, name + ".example");
        Witness witness = new Witness(key.key(), key.signer(), List.of(logKey()), store, InstantSource.system(),
                (cosigned, shown) -> notes.add("misbehaviour seen by " + name));
        Running started = new Running(key, new WitnessServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), witness, line -> {}), store);
        running.add(started);
        return started;
    }

    private void deliver(AuditLog log, int deliveries) {
        DeliveryLog end = log.forLoop(loop);
        long before = log.status().written();
        for (int i = 0; i < deliveries; i++) {
            SentMessage message = new SentMessage();
            assertThat(end.admit(message, MESSAGE, 0, MESSAGE.length, false)).isTrue();
            end.delivered(message, Servers.of("PP_1", 1), null, 1);
        }
        await().until(() -> Objects.requireNonNull(log.lastCheckpoint()).size() >= before + deliveries);
    }

    private static int cosignatures(Checkpoint checkpoint, Running... witnesses) {
        return Cosignature.of(checkpoint.note(), Stream.of(witnesses).map(each -> each.key().key()).toList()).size();
    }

    @Test
    void checkpointThatIsShownAndReceiptsAskedForLaterCarryTheCosignatures() throws Exception {
        Running one = witness("one", 0);
        Running other = witness("other", 0);
        try (AuditLog log = AuditLog.open(settings(List.of(one.address(), other.address())), record())) {
            log.start();
            deliver(log, 20);
            await().until(() -> {
                Checkpoint shown = Objects.requireNonNull(log.shownCheckpoint());
                return shown.size() > 20 && cosignatures(shown, one, other) == 2;
            });
            assertThat(log.witnesses()).allMatch(each -> !each.failing() && !each.contradicted() && each.size() > 20);
            byte[] receipt = Objects.requireNonNull(log.receipt(MESSAGE, Instant.EPOCH));
            assertThat(Cosignature.of(Receipt.verify(receipt, List.of(log.publicKey())).proof().checkpoint(),
                    List.of(one.key().key(), other.key().key()))).hasSize(2);
        }
        assertThat(notes).isEmpty();
    }

    @Test
    void witnessThatIsNotThereHoldsUpNothingAndIsAskedAgain() throws Exception {
        Running there = witness("there", 0);
        int port;
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                AuditLog log = AuditLog.open(settings(List.of()), record())) {
            port = silent.getLocalPort();
            WitnessKey late = WitnessKey.in(Files.createDirectories(temporary.resolve("late")), null, "late.example");
            AuditSettings.Witness silentOne = new AuditSettings.Witness(late.key(),
                    URI.create("http://127.0.0.1:" + port));
            log.start();
            try (Witnesses witnesses = new Witnesses(List.of(there.address(), silentOne), new RecordTiles(record()),
                    this::note, SOON, Duration.ofMillis(50))) {
                for (int round = 1; round <= 3; round++) {
                    deliver(log, 10);
                    Checkpoint newest = Objects.requireNonNull(log.lastCheckpoint());
                    witnesses.offer(newest);
                    await().until(() -> witnesses.shown() != null && witnesses.shown().size() == newest.size()
                            && cosignatures(witnesses.shown(), there) == 1);
                }
                assertThat(witnesses.failures()).as("it is asked once at a time").isZero();
                silent.close();
                await().until(() -> witnesses.failures() > 0);
                Running came = witness("late", port);
                await().until(() -> cosignatures(Objects.requireNonNull(witnesses.shown()), there, came) == 2);
                assertThat(witnesses.status()).noneMatch(Witnesses.Status::failing);
            }
        }
        assertThat(notes).isEmpty();
    }

    private void note(String action, String who, String subject, String detail) {
        notes.add(action + " by " + who + ": " + detail);
    }

    @Test
    void recordThatWasCutBehindACosignedCheckpointIsContradictedAndVerificationSaysSo() throws Exception {
        Running witness = witness("w", 0);
        List<AuditSettings.Witness> witnesses = List.of(witness.address());
        try (AuditLog log = AuditLog.open(settings(witnesses), record())) {
            log.start();
            deliver(log, 10);
        }
        Path old = copy(record(), temporary.resolve("old"));
        Checkpoint cosigned;
        try (AuditLog log = AuditLog.open(settings(witnesses), record())) {
            log.start();
            deliver(log, 30);
            await().until(() -> Objects.requireNonNull(log.shownCheckpoint()).size() > 40);
            cosigned = Objects.requireNonNull(log.shownCheckpoint());
        }
        assertThat(cosignatures(cosigned, witness)).isEqualTo(1);

        // sound in itself: no start can see it
        try (AuditLog log = AuditLog.open(settings(witnesses), old)) {
            log.start();
            await().until(() -> log.witnesses().getFirst().contradicted());
            // the other history may grow beyond the cosigned one
            deliver(log, 100);
            long failures = log.witnessFailures();
            await().until(() -> log.witnessFailures() > failures);
            assertThat(log.witnesses().getFirst().contradicted()).isTrue();
            assertThat(Verification.of(old, List.of(log.publicKey()),
                    new KeptCheckpoints(List.of(cosigned), List.of())).findings()).extracting(Finding::kind)
                    .containsExactly(Finding.Kind.CHANGED);
        }
        assertThat(entries(old)).as("the record itself says it")
                .anyMatch(entry -> entry instanceof Entry.Event event && event.action().equals("witness-contradicts"));
    }

    private static List<Entry> entries(Path record) throws Exception {
        List<Entry> entries = new ArrayList<>();
        for (Path segment : Verification.segments(record)) {
            try (var in = Files.newInputStream(segment)) {
                var reader = new io.revproc.record.SegmentReader(in);
                for (Entry entry = reader.next(); entry != null; entry = reader.next()) {
                    entries.add(entry);
                }
            }
        }
        return entries;
    }

    private static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
        return to;
    }

    @Test
    void newestThatMostCosignedIsShownButNoneThatIsOld() {
        record Case(long size, int cosignatures, int seconds, boolean replaces) {}
        Checkpoint shown = checkpoint(100, 0);
        for (Case each : List.of(new Case(101, 2, 1, true), new Case(101, 3, 1, true), new Case(101, 1, 1, false),
                new Case(101, 0, 60, false), new Case(101, 0, 61, true), new Case(100, 2, 0, true),
                new Case(99, 3, 61, false))) {
            assertThat(Witnesses.replaces(checkpoint(each.size, each.seconds), each.cosignatures, shown, 2))
                    .as(each.toString()).isEqualTo(each.replaces);
        }
    }

    private static Checkpoint checkpoint(long size, int seconds) {
        return Checkpoint.sign(SigningKey.generate(), 1, 1_790_000_000_000L + 1000L * seconds,
                new TreeHead("example.com/log", size, new byte[32]));
    }

    @Test
    void witnessesAreGivenByKeyAndAddress() throws Exception {
        String key = WitnessKey.in(temporary, null, "w.example").key().text();
        assertThat(AuditSettings.Witness.parse(key + "@https://w.example/x").url()).hasPath("/x");
        for (String wrong : List.of("", key, "@http://h", "x@http://h", key + "@http://", key + "@ftp://h",
                key.replaceFirst("^w", "x") + "@http://h", logKey() + "@http://h")) {
            assertThatThrownBy(() -> AuditSettings.Witness.parse(wrong)).as(wrong).hasMessageContaining("KEY@URL");
        }
        AuditSettings.Witness one = AuditSettings.Witness.parse(key + "@http://h");
        assertThatThrownBy(() -> settings(List.of(one, one))).hasMessageContaining("a key of its own");
        assertThatThrownBy(() -> settings(IntStream.range(0, 17).mapToObj(i -> one).toList()))
                .hasMessageContaining("at most 16");
    }
}
