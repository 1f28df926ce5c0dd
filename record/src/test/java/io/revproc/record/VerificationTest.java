package io.revproc.record;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;

import io.revproc.record.Finding.Kind;
import io.revproc.record.tlog.Tile;
import io.revproc.record.tlog.TreeHasher;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

class VerificationTest {
    @TempDir
    Path directory;

    private Sample sample;

    @BeforeEach
    void write() {
        sample = new Sample(directory);
    }

    @Test
    void whatWasWrittenIsIntact() throws Exception {
        sample.segment(20).segment(30);
        Verdict verdict = sample.verify(sample.checkpoints.toArray(new Checkpoint[0]));
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.segments()).isEqualTo(2);
        assertThat(verdict.deliveries()).isEqualTo(50);
        assertThat(verdict.size()).isEqualTo(52);
        assertThat(verdict.unsigned()).isZero();
        assertThat(verdict.keptCompared()).isEqualTo(4);
    }

    @Test
    void headerAloneIsNoIntactRecord() throws Exception {
        sample.segment(3);
        edit(1, bytes -> Arrays.copyOf(bytes, SegmentHeader.length(0)));
        Verdict verdict = sample.verify();
        assertThat(verdict.findings()).extracting(Finding::kind).containsExactly(Kind.INCOMPLETE);
        assertThat(verdict.empty()).isTrue();
        assertThat(sample.verify(sample.checkpoints.getLast()).findings()).extracting(Finding::kind)
                .contains(Kind.TRUNCATED);
    }

    @Test
    void headerAloneBehindAWholeSegmentIsARotationThatWasKilled() throws Exception {
        sample.segment(3).segment(0);
        edit(2, bytes -> Arrays.copyOf(bytes, SegmentHeader.length(4)));
        assertThat(sample.verify().findings()).isEmpty();
        assertThat(sample.verify().size()).isEqualTo(4);
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
            SegmentReader reader = new SegmentReader(new ByteArrayInputStream(bytes));
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
        for (int i = 0; i < 200; i++) {
            Path file = sample.path(1 + i % 2);
            byte[] bytes = Files.readAllBytes(file);
            int bit = random.nextInt(8 * bytes.length);
            flip(bytes, bit);
            Files.write(file, bytes);
            assertThat(sample.verify().all()).as("segment %d, bit %d", 1 + i % 2, bit).isNotEmpty();
            flip(bytes, bit);
            Files.write(file, bytes);
        }
        assertThat(sample.verify().findings()).isEmpty();
    }

    @Test
    void editedEntryIsNamedWithItsPlaceAndTheRestIsStillVerified() throws Exception {
        sample.segment(10).segment(5);
        int at = sample.bounds(1).get(4);
        edit(1, bytes -> {
            bytes[at + 25] ^= 1;
            return bytes;
        });
        assertThat(sample.verify().findings()).singleElement().satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(Kind.CHANGED);
            assertThat(finding.file()).isEqualTo(SegmentHeader.fileName(1));
            assertThat(finding.offset()).isEqualTo(at);
            assertThat(finding.sequence()).isEqualTo(3);
        });
    }

    /** What who has the files but not the key can do best. */
    @Test
    void editedEntryWhoseHashWasComputedAnewIsFoundByTheNextSignature() throws Exception {
        sample.segment(10).segment(5);
        int at = sample.bounds(1).get(4);
        int end = sample.bounds(1).get(5);
        edit(1, bytes -> {
            bytes[at + 25] ^= 1;
            byte[] hash = new TreeHasher().leaf(Arrays.copyOfRange(bytes, at + 2, end - 32));
            System.arraycopy(hash, 0, bytes, end - 32, 32);
            return bytes;
        });
        assertThat(sample.verify().findings()).extracting(Finding::kind).contains(Kind.CHANGED);
        assertThat(sample.verify().findings().getFirst().sentence())
                .contains("The entries up to 10 are not those that were signed");
    }

    @Test
    void removedEntryIsFound() throws Exception {
        sample.segment(10);
        List<Integer> bounds = sample.bounds(1);
        edit(1, bytes -> without(bytes, bounds.get(5), bounds.get(6)));
        assertThat(sample.verify().findings()).first()
                .satisfies(finding -> assertThat(finding.sequence()).isEqualTo(4));
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
                .satisfies(finding -> assertThat(finding.sequence()).isEqualTo(3));
    }

    @Test
    void aRecordWithoutAnySignatureIsNone() throws Exception {
        sample.segment(3, false);
        List<Integer> bounds = sample.bounds(1);
        edit(1, bytes -> without(bytes, bounds.get(1), bounds.get(2)));
        assertThat(sample.verify().findings()).extracting(Finding::kind).containsExactly(Kind.SIGNATURE);
    }

    @Test
    void segmentOfAnotherKeyIsFound() throws Exception {
        sample.segment(3);
        VerifyingKey other = SigningKey.generate().publicKey();
        assertThat(Verification.of(directory, List.of(other), KeptCheckpoints.NONE).findings()).isNotEmpty()
                .allMatch(finding -> finding.kind() == Kind.SIGNATURE);
        assertThat(Verification.of(directory, List.of(other, Sample.PUBLIC), KeptCheckpoints.NONE).findings())
                .as("one of several keys").isEmpty();
    }

    @Test
    void keyThatWasReplacedCountsNoMore() throws Exception {
        SigningKey fresh = SigningKey.generate();
        List<VerifyingKey> keys = List.of(Sample.PUBLIC, fresh.publicKey());
        sample.segment(3);
        assertThat(Verification.of(directory, keys, KeptCheckpoints.NONE).findings()).as("the later one signed nothing")
                .extracting(Finding::kind).containsExactly(Kind.SIGNATURE);
        sample.under(fresh).segment(3);
        assertThat(Verification.of(directory, keys, KeptCheckpoints.NONE).findings()).isEmpty();
        assertThat(Verification.of(directory, keys.reversed(), KeptCheckpoints.NONE).findings()).isNotEmpty();
        sample.under(Sample.KEY).segment(3);
        assertThat(Verification.of(directory, keys, KeptCheckpoints.NONE).findings()).singleElement()
                .satisfies(finding -> {
                    assertThat(finding.file()).isEqualTo(SegmentHeader.fileName(3));
                    assertThat(finding.sentence()).contains("which was replaced before: it counts no more");
                });
    }

    @Test
    void keyOfALogSignsForNoOther() throws Exception {
        sample.segment(3);
        Checkpoint last = sample.checkpoints.getLast();
        VerifyingKey named = VerifyingKey.of(Sample.PUBLIC.noteKey(Sample.ORIGIN));
        VerifyingKey other = VerifyingKey.of(Sample.PUBLIC.noteKey("example.com/other"));
        assertThat(Verification.of(directory, List.of(named), KeptCheckpoints.NONE).findings()).isEmpty();
        assertThat(Verification.of(directory, List.of(other), KeptCheckpoints.NONE).findings())
                .extracting(Finding::kind).contains(Kind.SIGNATURE);
        assertThat(KeptCheckpoints.read(last.json(), List.of(named)).log()).containsExactly(last);
        assertThatThrownBy(() -> KeptCheckpoints.read(last.json(), List.of(other)))
                .hasMessageContaining("not signed by the key");
    }

    @Test
    void recordsOfTwoProxiesWithOneKeyMakeNoThird() throws Exception {
        sample.segment(10).segment(10);
        Sample other = new Sample(Files.createDirectory(directory.resolve("other")));
        other.later().segment(9).segment(11);
        byte[] mine = Files.readAllBytes(sample.path(1));
        byte[] others = Files.readAllBytes(other.path(1));
        assertThat(other.verify().findings()).isEmpty();

        Files.copy(other.path(2), sample.path(2), StandardCopyOption.REPLACE_EXISTING);
        assertThat(sample.verify().findings()).as("the other's second segment behind mine").first()
                .satisfies(finding -> assertThat(finding.file()).isEqualTo(SegmentHeader.fileName(2)));

        Files.delete(sample.path(2));
        List<Integer> bounds = sample.bounds(1);
        for (int entry = 2; entry < 9; entry++) {
            Files.write(sample.path(1),
                    joined(Arrays.copyOf(mine, bounds.get(entry)), others, other.bounds(1).get(entry)));
            assertThat(sample.verify().findings()).as("the other's entries behind %d of mine", entry)
                    .extracting(Finding::kind).contains(Kind.CHANGED);
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
    void checkpointOfAnotherKeyIsFoundThoughTheTreeIsRight() throws Exception {
        sample.segment(6);
        List<Integer> bounds = sample.bounds(1);
        int at = bounds.get(bounds.size() - 2);
        Checkpoint last = sample.checkpoints.getLast();
        byte[] note = last.note().bytes();
        byte[] forged = Checkpoint.sign(SigningKey.generate(), 1, 0, last.head()).note().bytes();
        assertThat(forged).hasSameSizeAs(note);
        edit(1, bytes -> {
            int end = bytes.length - 32;
            System.arraycopy(forged, 0, bytes, end - forged.length, forged.length);
            System.arraycopy(new TreeHasher().leaf(Arrays.copyOfRange(bytes, at + 2, end)), 0, bytes, end, 32);
            return bytes;
        });
        assertThat(sample.verify().findings()).extracting(Finding::kind, Finding::offset)
                .containsExactly(tuple(Kind.SIGNATURE, (long) at));
    }

    @Test
    void keptCheckpointOfAnotherRecordIsNotThisOnes() throws Exception {
        sample.segment(10);
        Sample other = new Sample(Files.createDirectory(directory.resolve("other")));
        other.later().segment(9).segment(3);
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
        Checkpoint last = sample.checkpoints.getLast();
        List<Integer> bounds = sample.bounds(2);
        for (int entries = 2; entries < bounds.size() - 2; entries++) {
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
        Verdict verdict = sample.verify();
        assertThat(verdict.findings()).extracting(Finding::kind).containsExactly(Kind.INCOMPLETE);
        assertThat(verdict.size()).as("the last whole one").isEqualTo(11);
    }

    @Test
    void changedTileIsFound() throws Exception {
        sample.segment(600);
        Path tiles = directory.resolve("tree/1-000000");
        byte[] bytes = Files.readAllBytes(tiles);
        assertThat(bytes).hasSize(2 * 32);
        for (int bit : new int[]{0, 255, 256, 511}) {
            flip(bytes, bit);
            Files.write(tiles, bytes);
            assertThat(sample.verify().findings()).as("bit %d", bit).singleElement()
                    .satisfies(finding -> assertThat(finding.file()).isEqualTo("tree/1-000000"));
            flip(bytes, bit);
        }
    }

    @Test
    void keptCheckpointsAreReadInEveryShapeTheyComeIn() throws Exception {
        sample.segment(1);
        Checkpoint one = sample.checkpoints.getFirst();
        List<VerifyingKey> keys = List.of(Sample.PUBLIC);
        assertThat(KeptCheckpoints.read(one.json(), keys).log()).containsExactly(one);
        assertThat(KeptCheckpoints.read(one.json() + "\n" + one.json() + "\n", keys).log()).containsExactly(one, one);
        assertThat(KeptCheckpoints.read("{\"publicKey\":\"x\",\"checkpoints\":[" + one.json() + "]}", keys).log())
                .containsExactly(one);
        assertThat(KeptCheckpoints.read(one.note().toString(), keys).log()).extracting(Checkpoint::note)
                .containsExactly(one.note());
        assertThatThrownBy(() -> KeptCheckpoints.read(one.json(), List.of(SigningKey.generate().publicKey())))
                .hasMessageContaining("not signed by the key");
        for (String none : List.of("", "[]", "{}", "7", "{\"checkpoints\":7}", "nonsense", "{\"note\":\"x\"}")) {
            assertThatThrownBy(() -> KeptCheckpoints.read(none, keys)).as(none)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void tilesAndBundlesAreReadOutOfSeveralSegments() throws Exception {
        sample.segment(300).segment(10).segment(700);
        RecordTiles tiles = new RecordTiles(directory);
        long size = sample.writer.size();
        TreeHasher hasher = new TreeHasher();
        for (long n = 0; n * 256 < size; n++) {
            byte[] bundle = tiles.read(Objects.requireNonNull(Tile.of(Tile.ENTRIES, n, size)));
            byte[] hashes = tiles.read(Objects.requireNonNull(Tile.of(0, n, size)));
            int at = 0;
            for (int i = 0; i < hashes.length; i += 32) {
                int length = (bundle[at] & 0xff) << 8 | bundle[at + 1] & 0xff;
                byte[] leaf = Arrays.copyOfRange(bundle, at + 2, at + 2 + length);
                assertThat(hasher.leaf(leaf)).isEqualTo(Arrays.copyOfRange(hashes, i, i + 32));
                at += 2 + length;
            }
            assertThat(at).isEqualTo(bundle.length);
        }
        assertThat(io.revproc.record.tlog.Proofs.root(new io.revproc.record.tlog.TileNodes(tiles, size), size))
                .isEqualTo(sample.checkpoints.getLast().head().root());
        Files.delete(sample.path(1));
        RecordTiles pruned = new RecordTiles(directory);
        assertThatThrownBy(() -> pruned.read(new Tile(0, 0, 256)))
                .isInstanceOf(java.nio.file.NoSuchFileException.class);
        assertThat(io.revproc.record.tlog.Proofs.includes(900, size, hasher.leaf(leaf(pruned, 900)),
                io.revproc.record.tlog.Proofs.inclusion(new io.revproc.record.tlog.TileNodes(pruned, size), 900, size),
                sample.checkpoints.getLast().head().root())).as("what is kept can be proven").isTrue();
    }

    @Test
    void entryThatWasChangedIsNotReadThoughItsHashStillStands() throws Exception {
        sample.segment(300).segment(10);
        long size = sample.writer.size();
        byte[] whole = Files.readAllBytes(sample.path(1));
        int at = sample.bounds(1).get(6);
        byte[] third = new RecordTiles(directory).leaf(4);
        assertThat(third).isEqualTo(Arrays.copyOfRange(whole, sample.bounds(1).get(5) + 2, at - 32));
        edit(1, bytes -> {
            bytes[at - 40] ^= 1;
            return bytes;
        });
        RecordTiles tiles = new RecordTiles(directory);
        for (int level : new int[]{0, Tile.ENTRIES}) {
            assertThatThrownBy(() -> tiles.read(new Tile(level, 0, 256))).isInstanceOf(ChangedEntryException.class)
                    .hasMessage("entry 4 is not as it was written: the record was rewritten");
        }
        assertThatThrownBy(() -> tiles.leaf(4)).isInstanceOf(ChangedEntryException.class);
        assertThat(tiles.leaf(5)).isNotEmpty();
        assertThat(io.revproc.record.tlog.Proofs.root(new io.revproc.record.tlog.TileNodes(tiles, size), size))
                .as("tiles above do not change with the entry").isEqualTo(sample.checkpoints.getLast().head().root());
        Files.delete(sample.path(1));
        assertThatThrownBy(() -> new RecordTiles(directory).leaf(4))
                .isInstanceOf(java.nio.file.NoSuchFileException.class);
    }

    private static byte[] leaf(RecordTiles tiles, int index) throws Exception {
        byte[] bundle = tiles.read(new Tile(Tile.ENTRIES, index / 256, 1 + index % 256));
        int at = 0;
        while (true) {
            int length = (bundle[at] & 0xff) << 8 | bundle[at + 1] & 0xff;
            if (at + 2 + length == bundle.length) {
                return Arrays.copyOfRange(bundle, at + 2, bundle.length);
            }
            at += 2 + length;
        }
    }

    private interface Edit {
        byte[] of(byte[] bytes);
    }

    private void edit(long segment, Edit edit) throws Exception {
        Files.write(sample.path(segment), edit.of(Files.readAllBytes(sample.path(segment))));
    }

    private static byte[] without(byte[] bytes, int from, int to) {
        return joined(Arrays.copyOf(bytes, from), bytes, to);
    }

    private static byte[] joined(byte[] start, byte[] rest, int from) {
        byte[] all = Arrays.copyOf(start, start.length + rest.length - from);
        System.arraycopy(rest, from, all, start.length, rest.length - from);
        return all;
    }
}
