package io.revproc.proxy.audit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.revproc.record.ChainEnd;
import io.revproc.record.Entry;
import io.revproc.record.Finding;
import io.revproc.record.KeptCheckpoints;
import io.revproc.record.SegmentReader;
import io.revproc.record.SigningKey;
import io.revproc.record.Verdict;
import io.revproc.record.Verification;
import io.revproc.record.VerifyingKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A record in the earlier format, REVPAUD1, on which this version starts. */
class EarlierRecordTest {
    @TempDir
    Path temporary;

    private Path record;
    private VerifyingKey key;

    @BeforeEach
    void copy() throws Exception {
        Path sample = Path.of(getClass().getResource("/chain-record").toURI());
        record = temporary.resolve("record");
        try (Stream<Path> files = Files.walk(sample)) {
            for (Path file : files.toList()) {
                Files.copy(file, record.resolve(sample.relativize(file).toString()));
            }
        }
        key = VerifyingKey.ofPem(Files.readString(record.resolve("keys/public-key.pem")));
    }

    private void start() {
        AuditSettings settings = new AuditSettings(true, null, null, "example.com/log", AuditSettings.Fsync.INTERVAL,
                Duration.ofMillis(10), Duration.ofMillis(1), AuditSettings.OnFull.FAIL_CLOSED, 4096, 1L << 20, 0,
                new AuditSettings.Checkpoints(100_000, Duration.ofHours(1), null, null, Duration.ofMillis(10)),
                List.of());
        try (AuditLog log = AuditLog.open(settings, record)) {
            log.start();
        }
    }

    private Verdict verify() throws IOException {
        return Verification.of(record, List.of(key), KeptCheckpoints.NONE);
    }

    private List<Entry.Event> events() throws Exception {
        List<Entry.Event> events = new ArrayList<>();
        for (Path segment : Verification.segments(record)) {
            if (!Verification.isChain(segment)) {
                try (InputStream in = Files.newInputStream(segment)) {
                    SegmentReader reader = new SegmentReader(in);
                    for (Entry entry = reader.next(); entry != null; entry = reader.next()) {
                        if (entry instanceof Entry.Event event) {
                            events.add(event);
                        }
                    }
                }
            }
        }
        return events;
    }

    @Test
    void logGoesOnBehindTheChainAndSaysItsHashAtItsLastSignature() throws Exception {
        Path last = Verification.segments(record).getLast();
        SigningKey signing = SigningKey.ofPem(Files.readString(record.resolve("keys/signing-key.pem")), key);
        ChainEnd end = ChainEnd.of(last, signing);
        assertThat(end.sequence()).isPositive();
        byte[] chain = Files.readAllBytes(last);

        start();
        start();

        assertThat(Files.readAllBytes(last)).as("what is there stays").isEqualTo(chain);
        List<Entry.Event> events = events();
        assertThat(events).extracting(Entry.Event::action).containsExactly(Entry.Event.CONTINUES_CHAIN, "started",
                "stopped", "started", "stopped");
        assertThat(events.getFirst().sequence()).isZero();
        assertThat(events.getFirst().subject()).isEqualTo("segment 2 entry " + end.sequence());
        assertThat(events.getFirst().detail()).isEqualTo(end.hash().hex());
        Verdict verdict = verify();
        assertThat(verdict.intact()).as("%s", verdict.all()).isTrue();
        assertThat(verdict.earlier()).isNotNull();
        assertThat(verdict.size()).isEqualTo(5);
    }

    @Test
    void chainThatIsChangedAfterwardsIsFound() throws Exception {
        start();
        Path last = Verification.segments(record).get(1);
        byte[] bytes = Files.readAllBytes(last);
        bytes[bytes.length / 2] ^= 1;
        Files.write(last, bytes);

        assertThat(verify().all()).extracting(Finding::kind).contains(Finding.Kind.CHANGED);
    }
}
