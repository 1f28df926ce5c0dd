package io.revproc.record;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import io.revproc.record.Finding.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/** Somebody who has the files and no key removes signed history. What the record says of itself counts only where it is signed. */
class RemovedHistoryTest {
    private static final String REMOVED = Entry.Event.SEGMENTS_REMOVED;
    private static final String EARLIER = "over revproc.audit.max-size";

    @TempDir
    Path directory;

    private Sample sample;

    @BeforeEach
    void write() {
        sample = new Sample(directory);
    }

    private static List<Kind> kinds(List<Finding> findings) {
        return findings.stream().map(Finding::kind).toList();
    }

    private static String nowFrom(long entry) {
        return new RemovedSegments(1, 1, entry).detail();
    }

    @Test
    void removalThatNobodySignedExcusesNothing() throws Exception {
        sample.segment(5).segment(5);
        sample.forge(2, REMOVED, "1-1", nowFrom(6));
        assertThat(sample.verify().findings()).as("nothing is removed yet").isEmpty();
        Files.delete(sample.path(1));
        assertThat(sample.verify().findings()).extracting(Finding::kind, Finding::sentence).containsExactly(tuple(
                Kind.MISSING,
                "Segment 1 is missing at the beginning, and no signed entry says that the proxy removed them"));
        assertThat(kinds(sample.verify(sample.checkpoints.getFirst()).findings())).containsExactly(Kind.MISSING,
                Kind.UNCOMPARED);
    }

    @Test
    void removalUnderTheCheckpointOfAnotherKeyExcusesNothing() throws Exception {
        sample.segment(5).saying(REMOVED, "1-1", nowFrom(6)).segment(5);
        Files.delete(sample.path(1));
        assertThat(kinds(Verification.of(directory, List.of(SigningKey.generate().publicKey()), KeptCheckpoints.NONE)
                .findings())).contains(Kind.SIGNATURE, Kind.MISSING);
    }

    @ParameterizedTest
    @CsvSource({"the form of this version, true", "the form of an earlier version, false"})
    void removalThatIsSignedIsTheProxysOwn(String form, boolean saysEntry) throws Exception {
        sample.segment(5).saying(REMOVED, "1-1", saysEntry ? nowFrom(6) : EARLIER).segment(5);
        assertThat(sample.verify().findings()).as("a crash between saying and removing").isEmpty();
        Files.delete(sample.path(1));
        Verdict verdict = sample.verify(sample.checkpoints.get(1), sample.checkpoints.getLast());
        assertThat(verdict.findings()).as(form).isEmpty();
        assertThat(verdict.keptCompared()).isEqualTo(2);
        assertThat(verdict.first()).isEqualTo(6);
    }

    @Test
    void keptCheckpointThatCanNotBeComparedIsNoSuccess() throws Exception {
        sample.segment(5).saying(REMOVED, "1-1", nowFrom(6)).segment(5);
        Files.delete(sample.path(1));
        Verdict verdict = sample.verify(sample.checkpoints.getFirst(), sample.checkpoints.getLast());
        assertThat(verdict.intact()).isFalse();
        assertThat(verdict.keptCompared()).isEqualTo(1);
        assertThat(verdict.findings()).extracting(Finding::kind, Finding::sentence).containsExactly(tuple(
                Kind.UNCOMPARED,
                "The kept checkpoint of 1 entries can't be compared: the record begins with entry 6; give only checkpoints of 6 entries and more"));
    }

    @Test
    void segmentsUnderOtherNumbersHideNoRemoval() throws Exception {
        sample.segment(5).segment(5).saying(REMOVED, "1-1", nowFrom(6)).segment(5);
        Files.delete(sample.path(1));
        assertThat(sample.verify().findings()).isEmpty();
        Files.delete(sample.path(2));
        sample.renumber(3, 2);
        assertThat(kinds(sample.verify().findings())).as("more was removed than the proxy said")
                .containsExactly(Kind.MISSING);
        sample.renumber(2, 1);
        assertThat(sample.verify().findings()).as("as if it were the first").extracting(Finding::sentence)
                .containsExactly(
                        "Entries 0 to 11 are missing at the beginning, and no signed entry says that the proxy removed them");
    }

    @Test
    void whatTheRecordSaysOfItselfCountsOnceItIsSigned() throws Exception {
        sample.segment(5);
        sample.forge(1, Entry.Event.CUT, "3-4", "");
        sample.forge(1, Entry.Event.UNPROVEN, "7", "");
        sample.forge(1, Entry.Event.RECORDS_LOST, "", "8");
        Verdict forged = sample.verify();
        assertThat(forged.findings()).isEmpty();
        assertThat(List.of(forged.aside(), forged.lost(), forged.unsigned())).containsExactly(0L, 0L, 3L);

        Sample other = new Sample(Files.createDirectory(directory.resolve("other")));
        other.saying(Entry.Event.CUT, "3-4", "").saying(Entry.Event.UNPROVEN, "7", "")
                .saying(Entry.Event.RECORDS_LOST, "", "8").segment(5);
        Verdict signed = other.verify();
        assertThat(kinds(signed.findings())).containsExactly(Kind.TRUNCATED);
        assertThat(List.of(signed.aside(), signed.lost())).containsExactly(7L, 8L);
    }

    @Test
    void theEarlierFormatBelievesOnlyWhatIsSignedEither() throws Exception {
        ChainSample chain = new ChainSample(directory);
        chain.segment(5).segment(5).saying(false, REMOVED, "1-1", EARLIER)
                .saying(false, Entry.Event.CUT, "3-4", "").saying(false, Entry.Event.UNPROVEN, "7", "");
        assertThat(chain.verify().findings()).isEmpty();
        assertThat(chain.verify().aside()).isZero();
        byte[] first = Files.readAllBytes(chain.path(1));
        Files.delete(chain.path(1));
        assertThat(kinds(chain.verify().findings())).containsExactly(Kind.MISSING);
        assertThat(kinds(chain.verify(chain.checkpoints.getFirst()).findings())).containsExactly(Kind.MISSING,
                Kind.UNCOMPARED);

        Files.write(chain.path(1), first);
        chain.saying(true, "started", "", "");
        assertThat(kinds(chain.verify().findings())).as("signed").containsExactly(Kind.TRUNCATED);
        assertThat(chain.verify().aside()).isEqualTo(7);
        Files.delete(chain.path(1));
        assertThat(kinds(chain.verify().findings())).containsExactly(Kind.TRUNCATED);
    }

    private Verdict both(KeptCheckpoints kept) throws Exception {
        return Verification.of(directory, List.of(ChainSample.PUBLIC, Sample.PUBLIC), kept);
    }

    @Test
    void logSaysHowTheRecordInTheEarlierFormatEnded() throws Exception {
        ChainSample chain = new ChainSample(directory);
        chain.segment(5).segment(5);
        sample.behind(2).saying(Entry.Event.CONTINUES_CHAIN, "segment 2 entry 14", chain.end().hex()).segment(5);
        assertThat(both(KeptCheckpoints.NONE).all()).isEmpty();
        byte[] second = Files.readAllBytes(chain.path(2));
        List<Integer> bounds = chain.bounds(2);
        Files.write(chain.path(2), Arrays.copyOf(second, bounds.get(2)));
        assertThat(both(KeptCheckpoints.NONE).all()).extracting(Finding::kind, Finding::sentence).containsExactly(tuple(
                Kind.CHANGED,
                "The record in the earlier format does not end as the log says that it did, with segment 2 entry 14: it was cut or rewritten"));

        Files.delete(chain.path(2));
        sample.renumber(3, 2);
        assertThat(kinds(both(KeptCheckpoints.NONE).all())).as("its last segment is gone")
                .containsExactly(Kind.CHANGED);
        Files.delete(chain.path(1));
        sample.renumber(2, 1);
        KeptCheckpoints kept = new KeptCheckpoints(List.of(), List.of(chain.checkpoints.getFirst()));
        assertThat(kinds(both(kept).all())).as("all of it is gone").containsExactly(Kind.MISSING, Kind.UNCOMPARED);
    }

    @Test
    void logMaySayThatSegmentsInTheEarlierFormatWereRemoved() throws Exception {
        ChainSample chain = new ChainSample(directory);
        chain.segment(5).segment(5);
        sample.behind(2).saying(Entry.Event.CONTINUES_CHAIN, "segment 2 entry 14", chain.end().hex())
                .saying(REMOVED, "1-1", new RemovedSegments(1, 1, 0).detail()).segment(5);
        Files.delete(chain.path(1));
        assertThat(both(KeptCheckpoints.NONE).all()).isEmpty();
        Files.delete(chain.path(2));
        assertThat(kinds(both(KeptCheckpoints.NONE).all())).containsExactly(Kind.MISSING);
        sample.saying(REMOVED, "2-2", new RemovedSegments(2, 2, 0).detail()).segment(5);
        assertThat(both(KeptCheckpoints.NONE).all()).isEmpty();
    }
}
