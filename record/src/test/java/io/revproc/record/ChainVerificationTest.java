package io.revproc.record;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import io.revproc.record.Finding.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

class ChainVerificationTest {
    @TempDir
    Path directory;

    private ChainSample sample;

    @BeforeEach
    void write() {
        sample = new ChainSample(directory);
    }

    @Test
    void whatWasWrittenIsIntact() throws Exception {
        sample.segment(20).segment(30);
        ChainVerdict verdict = sample.verify(sample.checkpoints.toArray(new ChainCheckpoint[0]));
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.segments()).isEqualTo(2);
        assertThat(verdict.deliveries()).isEqualTo(50);
        assertThat(verdict.last()).isEqualTo(56);
        assertThat(verdict.unsigned()).isZero();
        assertThat(verdict.keptCompared()).isEqualTo(4);
    }

    @Test
    void headerAloneIsNoIntactRecord() throws Exception {
        sample.segment(3);
        ChainCheckpoint kept = sample.checkpoints.getLast();
        Files.write(sample.path(1), Arrays.copyOf(Files.readAllBytes(sample.path(1)), ChainHeader.LENGTH));
        ChainVerdict verdict = sample.verify();
        assertThat(verdict.findings()).extracting(Finding::kind).containsExactly(Kind.INCOMPLETE);
        assertThat(verdict.empty()).isTrue();
        assertThat(verdict.first()).isZero();
        assertThat(verdict.last()).isZero();
        assertThat(sample.verify(kept).findings()).extracting(Finding::kind).contains(Kind.TRUNCATED);
    }

    @Test
    void headerAloneBehindAWholeSegmentIsARotationThatWasKilled() throws Exception {
        sample.segment(3).segment(0);
        Files.write(sample.path(2), Arrays.copyOf(Files.readAllBytes(sample.path(2)), ChainHeader.LENGTH));
        assertThat(sample.verify().findings()).isEmpty();
        assertThat(sample.verify().last()).isEqualTo(6);
    }

    @Test
    void everySingleBitThatIsFlippedIsFound() throws Exception {
        sample.segment(12);
        byte[] bytes = Files.readAllBytes(sample.path(1));
        assertThat(8 * bytes.length).isGreaterThan(10_000);
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            flip(bytes, bit);
            assertThat(isSound(bytes)).as("bit %d", bit).isFalse();
            flip(bytes, bit);
        }
        assertThat(isSound(bytes)).isTrue();
    }

    private static void flip(byte[] bytes, int bit) {
        bytes[bit / 8] ^= (byte) (1 << bit % 8);
    }

    private static boolean isSound(byte[] bytes) throws Exception {
        try {
            ChainReader reader = new ChainReader(new ByteArrayInputStream(bytes));
            Entry entry = reader.next();
            while (entry != null) {
                entry = reader.next();
            }
            return true;
        } catch (DamageException e) {
            return false;
        }
    }

    @Test
    void aFlippedBitIsAFindingInWhicheverSegment() throws Exception {
        sample.segment(5).segment(5);
        Random random = new Random(7);
        for (int i = 0; i < 400; i++) {
            Path file = sample.path(1 + i % 2);
            byte[] bytes = Files.readAllBytes(file);
            int bit = random.nextInt(8 * bytes.length);
            flip(bytes, bit);
            Files.write(file, bytes);
            assertThat(sample.verify().findings()).as("segment %d, bit %d", 1 + i % 2, bit).isNotEmpty();
            flip(bytes, bit);
            Files.write(file, bytes);
        }
        assertThat(sample.verify().findings()).isEmpty();
    }

    @Test
    void editedEntryIsNamedWithItsPlace() throws Exception {
        sample.segment(10).segment(5);
        List<Integer> bounds = sample.bounds(1);
        int at = bounds.get(4);
        edit(1, bytes -> {
            bytes[at + 25] ^= 1;
            return bytes;
        });
        assertThat(sample.verify().findings()).singleElement().satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(Kind.CHANGED);
            assertThat(finding.file()).isEqualTo(ChainHeader.fileName(1));
            assertThat(finding.offset()).isEqualTo(at);
            assertThat(finding.sequence()).isEqualTo(5);
        });
    }

    @Test
    void removedEntryIsFound() throws Exception {
        sample.segment(10);
        List<Integer> bounds = sample.bounds(1);
        edit(1, bytes -> without(bytes, bounds.get(5), bounds.get(6)));
        assertThat(sample.verify().findings()).first()
                .satisfies(finding -> assertThat(finding.sequence()).isEqualTo(6));
    }

    @Test
    void swappedEntriesAreFound() throws Exception {
        sample.segment(10);
        List<Integer> bounds = sample.bounds(1);
        edit(1, bytes -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(bytes, 0, bounds.get(4));
            out.write(bytes, bounds.get(5), bounds.get(6) - bounds.get(5));
            out.write(bytes, bounds.get(4), bounds.get(5) - bounds.get(4));
            out.write(bytes, bounds.get(6), bytes.length - bounds.get(6));
            return out.toByteArray();
        });
        assertThat(sample.verify().findings()).first()
                .satisfies(finding -> assertThat(finding.sequence()).isEqualTo(5));
    }

    @Test
    void aChainThatWasComputedAnewIsFoundByItsSignatures() throws Exception {
        // what who has the files but not the key can do best: the same record without one entry, hashed anew, unsigned
        ChainSample forged = new ChainSample(Files.createDirectory(directory.resolve("forged")));
        sample.segment(10);
        forged.segment(9, false);
        byte[] bytes = Files.readAllBytes(forged.path(1));
        List<Integer> bounds = forged.bounds(1);
        Files.write(sample.path(1), without(bytes, bounds.get(1), bounds.get(2)));
        assertThat(sample.verify().findings()).isNotEmpty();
    }

    @Test
    void aRecordWithoutAnySignatureIsNone() throws Exception {
        ChainWriter writer = new ChainWriter(4096);
        byte[] header = new ChainHeader(1, 1, 0, ChainSample.PUBLIC.id(), ChainHeader.BEGINNING).bytes();
        writer.start(1, ChainHeader.hash(header));
        writer.event(0, "started", "proxy", "", "");
        byte[] file = Arrays.copyOf(header, header.length + writer.length());
        System.arraycopy(writer.array(), 0, file, header.length, writer.length());
        Files.write(sample.path(1), file);
        assertThat(sample.verify().findings()).extracting(Finding::kind).containsExactly(Kind.SIGNATURE);
    }

    @Test
    void segmentOfAnotherKeyIsFound() throws Exception {
        sample.segment(3);
        ChainVerdict verdict = ChainVerification.of(directory, List.of(SigningKey.generate().publicKey()), List.of(),
                List.of());
        assertThat(verdict.findings()).isNotEmpty().allMatch(finding -> finding.kind() == Kind.SIGNATURE);
        assertThat(ChainVerification
                .of(directory, List.of(SigningKey.generate().publicKey(), ChainSample.PUBLIC), List.of(), List.of())
                .findings())
                .as("one of several keys").isEmpty();
    }

    @Test
    void recordsOfTwoProxiesWithOneKeyMakeNoThird() throws Exception {
        sample.segment(10).segment(10);
        ChainSample other = new ChainSample(Files.createDirectory(directory.resolve("other")));
        other.later().segment(9).segment(11);
        byte[] mine = Files.readAllBytes(sample.path(1));
        byte[] others = Files.readAllBytes(other.path(1));
        assertThat(other.verify().findings()).isEmpty();

        Files.copy(other.path(2), sample.path(2), StandardCopyOption.REPLACE_EXISTING);
        assertThat(sample.verify().findings()).as("the other's second segment behind mine")
                .extracting(Finding::kind, Finding::file)
                .containsExactly(tuple(Kind.MISSING, ChainHeader.fileName(2)));

        Files.delete(sample.path(2));
        List<Integer> bounds = sample.bounds(1);
        for (int entry = 1; entry < 9; entry++) {
            int at = bounds.get(entry);
            Files.write(sample.path(1), joined(Arrays.copyOf(mine, at), others, other.bounds(1).get(entry)));
            assertThat(sample.verify().findings()).as("the other's entries behind %d of mine", entry).isNotEmpty()
                    .first().satisfies(finding -> assertThat(finding.offset()).isEqualTo(at));
        }
    }

    @Test
    void segmentsThatChangedPlacesAreFound() throws Exception {
        sample.segment(5).segment(5).segment(5);
        byte[] second = Files.readAllBytes(sample.path(2));
        Files.copy(sample.path(3), sample.path(2), StandardCopyOption.REPLACE_EXISTING);
        Files.write(sample.path(3), second);
        assertThat(sample.verify().findings()).extracting(Finding::kind).contains(Kind.MISSING);
    }

    @Test
    void aSegmentFromEarlierInThePlaceOfALaterOneIsFound() throws Exception {
        sample.segment(5).segment(5);
        Files.copy(sample.path(1), sample.path(2), StandardCopyOption.REPLACE_EXISTING);
        assertThat(sample.verify().findings()).isNotEmpty();
    }

    @Test
    void checkpointOfAnotherKeyOrAnotherPlaceIsFoundThoughTheChainIsRight() throws Exception {
        sample.segment(6);
        byte[] whole = Files.readAllBytes(sample.path(1));
        List<Integer> bounds = sample.bounds(1);
        int at = bounds.get(bounds.size() - 2);
        ChainCheckpoint last = sample.checkpoints.getLast();
        long millis = last.time().toEpochMilli();
        byte[] before = Arrays.copyOfRange(whole, at - Entry.Digest.LENGTH, at);
        SigningKey thief = SigningKey.generate();
        for (byte[] signature : List.of(ChainCheckpoint.sign(thief, 1, last.sequence(), millis, before).signature(),
                ChainCheckpoint.sign(ChainSample.KEY, 1, last.sequence() + 1, millis, before).signature(),
                ChainCheckpoint.sign(ChainSample.KEY, 2, last.sequence(), millis, before).signature(),
                ChainCheckpoint.sign(ChainSample.KEY, 1, last.sequence(), millis + 1, before).signature(),
                sample.checkpoints.getFirst().signature(), new byte[ChainCheckpoint.SIGNATURE])) {
            byte[] forged = whole.clone();
            System.arraycopy(signature, 0, forged, at + 19, signature.length);
            Chain chain = new Chain();
            chain.start(before);
            System.arraycopy(chain.add(forged, at, at + 19 + signature.length), 0, forged, at + 19 + signature.length,
                    Entry.Digest.LENGTH);
            Files.write(sample.path(1), forged);
            assertThat(sample.verify().findings()).extracting(Finding::kind, Finding::offset)
                    .containsExactly(tuple(Kind.SIGNATURE, (long) at));
        }
        Files.write(sample.path(1), whole);
        assertThat(sample.verify(last).findings()).isEmpty();
    }

    @Test
    void keptCheckpointOfAnotherRecordIsNotThisOnes() throws Exception {
        sample.segment(10);
        ChainSample other = new ChainSample(Files.createDirectory(directory.resolve("other")));
        other.segment(9).segment(3);
        assertThat(sample.verify(other.checkpoints.get(1)).findings()).extracting(Finding::kind)
                .containsExactly(Kind.CHANGED);
        assertThat(sample.verify(other.checkpoints.getLast()).findings()).extracting(Finding::kind)
                .containsExactly(Kind.TRUNCATED);
    }

    @Test
    void removedSegmentIsFoundWhereverItStood() throws Exception {
        sample.segment(3).segment(3).segment(3);
        byte[] second = Files.readAllBytes(sample.path(2));
        Files.delete(sample.path(2));
        assertThat(sample.verify().findings()).extracting(Finding::sentence).containsExactly("Segment 2 is missing");
        Files.write(sample.path(2), second);
        Files.delete(sample.path(1));
        assertThat(sample.verify().findings()).extracting(Finding::kind).containsExactly(Kind.MISSING);
    }

    @Test
    void whatIsCutOffAtTheEndIsFoundAgainstAKeptCheckpoint() throws Exception {
        sample.segment(10).segment(10);
        ChainCheckpoint last = sample.checkpoints.getLast();
        List<Integer> bounds = sample.bounds(2);
        for (int entries = 2; entries < bounds.size() - 1; entries++) {
            int end = bounds.get(entries);
            byte[] whole = Files.readAllBytes(sample.path(2));
            Files.write(sample.path(2), Arrays.copyOf(whole, end));
            assertThat(sample.verify().findings()).as("nobody can know").isEmpty();
            assertThat(sample.verify(last).findings()).extracting(Finding::kind).containsExactly(Kind.TRUNCATED);
            Files.write(sample.path(2), whole);
        }
        Files.delete(sample.path(2));
        assertThat(sample.verify(last).findings()).extracting(Finding::kind).containsExactly(Kind.TRUNCATED);
    }

    @Test
    void segmentBeforeTheLastThatWasCutIsFoundWithoutOne() throws Exception {
        sample.segment(10).segment(10);
        List<Integer> bounds = sample.bounds(1);
        edit(1, bytes -> Arrays.copyOf(bytes, bounds.get(7)));
        assertThat(sample.verify().findings()).isNotEmpty();
    }

    @Test
    void halfAnEntryAtTheEndIsSaid() throws Exception {
        sample.segment(10);
        edit(1, bytes -> Arrays.copyOf(bytes, bytes.length - 5));
        ChainVerdict verdict = sample.verify();
        assertThat(verdict.findings()).extracting(Finding::kind).containsExactly(Kind.INCOMPLETE);
        assertThat(verdict.last()).as("the last whole one").isEqualTo(12);
    }

    @Test
    void aRewrittenRecordIsFoundAgainstAKeptCheckpointEvenWithTheKey() throws Exception {
        sample.segment(10);
        ChainCheckpoint kept = sample.checkpoints.getLast();
        ChainSample forged = new ChainSample(Files.createDirectory(directory.resolve("forged")));
        forged.segment(9);
        forged.segment(2);
        Files.copy(forged.path(1), sample.path(1), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(forged.path(2), sample.path(2));
        assertThat(sample.verify().findings()).as("its owner has the key").isEmpty();
        assertThat(sample.verify(kept).findings()).extracting(Finding::kind).containsExactly(Kind.CHANGED);
    }

    @Test
    void keptCheckpointsAreReadInEveryShapeTheyComeIn() throws Exception {
        sample.segment(1);
        ChainCheckpoint one = sample.checkpoints.getFirst();
        String json = one.json();
        List<VerifyingKey> keys = List.of(ChainSample.PUBLIC);
        assertThat(KeptCheckpoints.read(json, keys).chain()).containsExactly(one);
        assertThat(KeptCheckpoints.read(json + "\n" + json + "\n", keys).chain()).containsExactly(one, one);
        assertThat(KeptCheckpoints.read("{\"publicKey\":\"x\",\"checkpoints\":[" + json + "]}", keys).chain())
                .containsExactly(one);
        String forged = json.replaceFirst("\"sequence\":\\d+", "\"sequence\":999");
        assertThatThrownBy(() -> KeptCheckpoints.read(forged, keys)).hasMessageContaining("not signed by the key");
        for (String none : List.of("", "[]", "{}", "7", "{\"checkpoints\":7}", "nonsense")) {
            assertThatThrownBy(() -> KeptCheckpoints.read(none, keys)).as(none)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private interface Edit {
        byte[] of(byte[] bytes);
    }

    private void edit(long segment, Edit edit) throws Exception {
        Files.write(sample.path(segment), edit.of(Files.readAllBytes(sample.path(segment))));
    }

    private static byte[] joined(byte[] beginning, byte[] of, int from) {
        byte[] whole = Arrays.copyOf(beginning, beginning.length + of.length - from);
        System.arraycopy(of, from, whole, beginning.length, of.length - from);
        return whole;
    }

    private static byte[] without(byte[] bytes, int from, int to) {
        byte[] rest = Arrays.copyOf(bytes, bytes.length - (to - from));
        System.arraycopy(bytes, to, rest, from, bytes.length - to);
        return rest;
    }
}
