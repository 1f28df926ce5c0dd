package io.revproc.proxy.audit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;

import io.revproc.proxy.forward.DeliveryLog;
import io.revproc.proxy.forward.SentMessage;
import io.revproc.record.Checkpoint;
import io.revproc.record.DamageException;
import io.revproc.record.Entry;
import io.revproc.record.Finding;
import io.revproc.record.KeptCheckpoints;
import io.revproc.record.Salts;
import io.revproc.record.SegmentHeader;
import io.revproc.record.SegmentReader;
import io.revproc.record.Verdict;
import io.revproc.record.Verification;
import io.revproc.record.VerifyingKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A process is killed (signal 9) in the middle of writing, at {@value #PLACES} random places in all: {@code -Drevproc.kills=200}
 * does all of them with real kills. By default most are what a power failure leaves of a record that a real kill has left: what
 * was written and not forced is cut at a random byte, or a page of it is zeros.
 */
class KilledProcessTest {
    private static final int PLACES = 201;
    private static final int MODES = 3;
    private static final int KILLS = Math.ceilDiv(Integer.getInteger("revproc.kills", 21), MODES);
    private static final int CUTS_PER_KILL = Math.ceilDiv(PLACES / MODES - Math.min(KILLS, PLACES / MODES), KILLS);
    /** What is left after the others is only recovered and verified: no further run is added to it. */
    private static final int CUTS_PER_NEXT_RUN = 4;
    private static final int PAGE = 4096;
    private static final int MAX_TURNS = 400;
    private static final int NEWEST = 10;

    @TempDir
    Path directory;

    private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void end() {
        loop.shutdownNow();
    }

    /** What the killed process knew. */
    private record Known(long written, long forced, long receipt) {}

    @ParameterizedTest
    @ValueSource(strings = {"batch", "interval", "never"})
    void recordOfAKilledProcessGoesOnAndHasLostNoMoreThanItMay(String fsync) throws Exception {
        Random random = new Random(fsync.hashCode());
        Path record = directory.resolve("record");
        long written = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            Known known = killed(record, fsync, random);
            written = known.written();
            long last = lastEntry(record);
            assertThat(last).as("what was written survives the process").isGreaterThanOrEqualTo(known.written());
            assertThat(last).isGreaterThanOrEqualTo(known.receipt());
            if (fsync.equals("batch")) {
                assertThat(known.receipt()).as("forced before the client hears of it")
                        .isLessThanOrEqualTo(known.forced());
            }
            assertThat(verify(record, Long.MAX_VALUE).findings()).extracting(Finding::kind)
                    .isSubsetOf(Finding.Kind.INCOMPLETE);
            for (int cut = 0; cut < CUTS_PER_KILL; cut++) {
                Path copy = copy(record, directory.resolve("copy-" + kill + "-" + cut));
                loseSomeUnforced(copy, Math.max(known.forced(), forcedBeforeARemoval(copy)), random);
                long keptUpTo = fsync.equals("never") ? known.forced() : Long.MAX_VALUE;
                if (cut % CUTS_PER_NEXT_RUN == 0) {
                    goesOn(copy, fsync, known.forced(), keptUpTo);
                } else {
                    assertThat(recovered(copy).size()).isGreaterThanOrEqualTo(known.forced());
                    assertThat(verify(copy, keptUpTo).findings()).isEmpty();
                }
                delete(copy);
            }
        }
        // Whole entries behind it belong to a write that the kill left unfinished: nobody was told that they are written.
        goesOn(record, fsync, written, Long.MAX_VALUE);
    }

    /** Runs the process in this record and kills it somewhere. */
    private Known killed(Path record, String fsync, Random random) throws Exception {
        Path progress = directory.resolve("progress");
        Files.write(progress, new byte[RecordUnderLoad.PROGRESS_BYTES]);
        Process process = new ProcessBuilder(
                List.of(ProcessHandle.current().info().command().orElseThrow(), "-Xshare:auto", "-Xmx128m",
                        "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"),
                        RecordUnderLoad.class.getName(), record.toString(), directory.resolve("outside").toString(),
                        fsync, progress.toString()))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        try (InputStream turns = process.getErrorStream()) {
            int most = (Files.exists(record) ? 0 : 1) + random.nextInt(MAX_TURNS);
            for (int turn = 0; turn < most; turn++) {
                assertThat(turns.read()).as("it runs until it is killed").isEqualTo('.');
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        ByteBuffer known = ByteBuffer.wrap(Files.readAllBytes(progress));
        return new Known(known.getLong(RecordUnderLoad.WRITTEN * Long.BYTES),
                known.getLong(RecordUnderLoad.FORCED * Long.BYTES),
                known.getLong(RecordUnderLoad.RECEIPT * Long.BYTES));
    }

    /**
     * Segments are removed once the entry that says so, and the checkpoint behind it, were forced. The process may have been killed
     * before it could tell us of that force.
     */
    private static long forcedBeforeARemoval(Path record) throws Exception {
        long forced = 0;
        for (Path segment : Verification.segments(record)) {
            try (InputStream in = new BufferedInputStream(Files.newInputStream(segment))) {
                SegmentReader reader = new SegmentReader(in);
                for (Entry entry = reader.next(); entry != null; entry = reader.next()) {
                    if (entry instanceof Entry.Event event && event.action().equals(Entry.Event.SEGMENTS_REMOVED)
                            && isGone(record, Long.parseLong(event.subject().split("-")[0]))) {
                        forced = reader.size();
                    }
                }
            } catch (DamageException e) {
                // the end of an unfinished write
            }
        }
        return forced;
    }

    private static boolean isGone(Path record, long segment) throws Exception {
        for (Path there : Verification.segments(record)) {
            if (SegmentHeader.segmentOf(there.getFileName().toString()) == segment) {
                return false;
            }
        }
        return true;
    }

    /** What a power failure does: of the bytes behind what was forced, some are not there, or a page of zeros is. */
    private static void loseSomeUnforced(Path record, long forced, Random random) throws Exception {
        List<Path> segments = Verification.segments(record);
        if (segments.isEmpty()) {
            return;
        }
        Path last = segments.getLast();
        long from = endOf(last, forced);
        long size = Files.size(last);
        long at = from + random.nextLong(size - from + 1);
        try (FileChannel file = FileChannel.open(last, StandardOpenOption.WRITE)) {
            long page = Math.ceilDiv(at, PAGE) * PAGE;
            if (page < size && random.nextBoolean()) {
                file.write(ByteBuffer.allocate((int) Math.min(PAGE, size - page)), page);
            } else {
                file.truncate(at);
            }
        }
    }

    /** Where so many entries of the log end in a segment; the header's end if they stand before the segment. */
    private static long endOf(Path segment, long size) throws Exception {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(segment))) {
            SegmentReader reader = new SegmentReader(in);
            long end = reader.end();
            try {
                while (reader.next() != null && reader.size() <= size) {
                    end = reader.end();
                }
            } catch (DamageException e) {
                // what is behind it was not forced
            }
            return end;
        } catch (DamageException e) {
            return 0;
        }
    }

    private static Recovery recovered(Path record) throws IOException {
        KeyFiles keys = KeyFiles.in(record.resolve("keys"), null, "another/log");
        return Recovery.of(record, keys.signing(), keys.log().name());
    }

    /**
     * A proxy that starts on this record adds to it, and all of it verifies; nothing up to this entry is missing.
     *
     * @param keptUpTo checkpoints that were kept outside are compared up to here: nothing holds them back where nothing is forced
     */
    private void goesOn(Path record, String fsync, long atLeast, long keptUpTo) throws Exception {
        // Each copy has a history of its own from here on, and the newest checkpoint outside is compared at the start.
        Path later = directory.resolve("later-" + record.getFileName());
        try (AuditLog log = AuditLog.open(RecordUnderLoad.settings(fsync, later), record)) {
            log.start();
            DeliveryLog end = log.forLoop(loop);
            for (long n = 0; n < 10; n++) {
                SentMessage message = new SentMessage();
                byte[] bytes = RecordUnderLoad.message(n);
                assertThat(end.admit(message, bytes, 0, bytes.length, false)).isTrue();
                end.delivered(message, Servers.of("PP_2", 2), null, 1);
            }
        }
        Verdict verdict = verify(record, keptUpTo);
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.unsigned()).isZero();
        assertThat(checkRuns(record)).as("the last entry of the process that was killed")
                .isGreaterThanOrEqualTo(atLeast);
    }

    /**
     * Each run of a process recorded its messages one by one, none twice, none left out.
     *
     * @return how many entries there were before the last run
     */
    private static long checkRuns(Path record) throws Exception {
        Salts salts = new Salts(KeyFiles.in(record.resolve("keys"), null, "another/log").digest());
        long next = -1;
        long before = 0;
        for (Path segment : Verification.segments(record)) {
            try (InputStream in = new BufferedInputStream(Files.newInputStream(segment))) {
                SegmentReader reader = new SegmentReader(in);
                for (Entry entry = reader.next(); entry != null; entry = reader.next()) {
                    if (entry instanceof Entry.Event event && event.action().equals("started")) {
                        next = 0;
                        before = entry.sequence();
                    } else if (entry instanceof Entry.Delivery delivery && next >= 0) {
                        assertThat(delivery.digest()).isEqualTo(salts.hidden(delivery.nonce(),
                                RecordUnderLoad.message(next++)));
                    }
                }
            }
        }
        assertThat(next).isEqualTo(10);
        return before;
    }

    private static long lastEntry(Path record) throws Exception {
        List<Path> segments = new ArrayList<>(Files.isDirectory(record) ? Verification.segments(record) : List.of());
        while (!segments.isEmpty()) {
            long size = size(segments.removeLast());
            if (size > 0) {
                return size;
            }
        }
        return 0;
    }

    private static long size(Path segment) throws Exception {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(segment))) {
            SegmentReader reader = new SegmentReader(in);
            try {
                while (reader.next() != null) {
                    // to the end
                }
            } catch (DamageException e) {
                assertThat(e.fault()).isEqualTo(DamageException.Fault.INCOMPLETE);
            }
            return reader.size();
        } catch (DamageException e) {
            return 0;
        }
    }

    private Verdict verify(Path record, long keptUpTo) throws IOException {
        List<VerifyingKey> keys = List.of(VerifyingKey.ofPem(Files.readString(record.resolve("keys/public-key.pem"))));
        long keptFrom = Verification.of(record, keys, KeptCheckpoints.NONE).first();
        return Verification.of(record, keys, new KeptCheckpoints(kept(keys).stream()
                .filter(checkpoint -> checkpoint.size() >= keptFrom && checkpoint.size() <= keptUpTo).toList(),
                List.of()));
    }

    /** The newest that were kept outside; the last line may have been torn by the kill. */
    private List<Checkpoint> kept(List<VerifyingKey> keys) throws IOException {
        Path file = directory.resolve("outside/checkpoints.jsonl");
        String lines = Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
        List<String> whole = lines.substring(0, lines.lastIndexOf('\n') + 1).lines().toList();
        return whole.isEmpty()
                ? List.of()
                : KeptCheckpoints.read(
                        String.join("\n", whole.subList(Math.max(0, whole.size() - NEWEST), whole.size())), keys).log();
    }

    private static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
        return to;
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
