package io.revproc.record;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

import io.revproc.record.tlog.Tile;
import io.revproc.record.tlog.TlogProof;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Readers of a record whose files are being written, were cut, or are no files. */
class DamagedRecordTest {
    @TempDir
    Path directory;

    private Sample sample;
    private RecordTiles tiles;
    private Checkpoint last;

    @BeforeEach
    void write() throws IOException {
        sample = new Sample(directory).segment(20).segment(3).segment(3);
        tiles = new RecordTiles(directory);
        last = sample.checkpoints.getLast();
    }

    private @Nullable TlogProof receipt(int message, Instant since) throws IOException {
        return new ReceiptSearch(directory, sample.salts).newest(Sample.message(message), since,
                last, tiles);
    }

    private void cut(long segment, int length) throws IOException {
        Files.write(sample.path(segment), Arrays.copyOf(Files.readAllBytes(sample.path(segment)), length));
    }

    /** The proxy may have made the file a moment ago. */
    @ParameterizedTest
    @ValueSource(ints = {0, 7, 8, 23, 24, 100, 223})
    void receiptIsFoundBeforeASegmentWhoseHeaderIsNotWhole(int length) throws IOException {
        assertThat(receipt(2, Instant.EPOCH)).isNotNull().returns(28L, TlogProof::index);
        cut(3, length);
        tiles = new RecordTiles(directory);
        last = sample.checkpoints.get(3);
        Instant since = Instant.ofEpochMilli(1);
        assertThat(receipt(2, since)).isNotNull().returns(24L, TlogProof::index);
        assertThat(receipt(19, since)).isNotNull().returns(20L, TlogProof::index);
    }

    @Test
    void searchEndsAtTheSegmentThatWasBegunBeforeTheTime() throws IOException {
        Instant begun = Instant.ofEpochMilli(1_790_000_000_020L);
        assertThat(receipt(19, begun)).as("the second segment was begun just then").isNotNull();
        assertThat(receipt(19, begun.plusMillis(1))).isNull();
        assertThat(receipt(0, Instant.EPOCH)).isNotNull().returns(26L, TlogProof::index);
        assertThat(receipt(20, Instant.EPOCH)).as("a message that was never sent").isNull();
    }

    @Test
    void entryThatIsNotWholeYetIsLeftForTheNextLook() throws Exception {
        List<Integer> bounds = sample.bounds(3);
        byte[] whole = Files.readAllBytes(sample.path(3));
        int from = bounds.get(bounds.size() - 3);
        int to = bounds.get(bounds.size() - 2);
        long newest = sample.writer.size() - 1;
        for (int length = from; length < to; length++) {
            cut(3, length);
            assertThatThrownBy(() -> tiles.leaf(newest)).as("%s of %s", length - from, to - from)
                    .isInstanceOf(NoSuchFileException.class);
            assertThat(tiles.leaf(newest - 1)).isNotEmpty();
            Files.write(sample.path(3), whole);
        }
        assertThat(tiles.leaf(newest)).isEqualTo(Arrays.copyOfRange(whole, from + 2, to - 32));
        assertThatThrownBy(() -> tiles.leaf(newest + 1)).isInstanceOf(NoSuchFileException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void tileOverASegmentThatIsGoneIsNotThereAndWhatStandsElsewhereIs(long segment) throws IOException {
        Files.delete(sample.path(segment));
        long size = sample.writer.size();
        assertThatThrownBy(() -> tiles.read(new Tile(0, 0, (int) size))).isInstanceOf(NoSuchFileException.class);
        long[] firsts = {0, 21, 25};
        for (int i = 0; i < firsts.length; i++) {
            long first = firsts[i];
            if (i + 1 == segment) {
                assertThatThrownBy(() -> tiles.leaf(first)).isInstanceOf(NoSuchFileException.class);
            } else {
                assertThat(tiles.leaf(first)).isNotEmpty();
            }
        }
    }

    /** A check of a copy that went wrong: what can't be read is said as such, not as an error of the program. */
    @ParameterizedTest
    @ValueSource(strings = {"tree/1-000000", "0000000003.audit", "0000000004.audit"})
    void directoryInThePlaceOfAFileIsAnErrorOfReading(String name) throws IOException {
        sample.segment(260);
        Path file = directory.resolve(name);
        Files.deleteIfExists(file);
        Files.createDirectories(file);
        assertThatThrownBy(() -> sample.verify()).isInstanceOf(IOException.class);
    }

    @Test
    void fileOfALikeNameIsNoSegment() throws IOException {
        for (String name : List.of("0000000003-audit", "0000000003xaudit", "0000000004_audit", "0000000004.audit.bak",
                "4.audit", "0000000000.audit")) {
            Files.copy(sample.path(3), directory.resolve(name));
        }
        assertThat(sample.verify(sample.checkpoints.getLast()).findings()).isEmpty();
        assertThat(Verification.segments(directory)).containsExactly(sample.path(1), sample.path(2), sample.path(3));
    }

    /** No cut is taken for the whole: within an entry it is said, and between two entries a kept checkpoint says it. */
    @Test
    void cutAnywhereIsFoundAgainstAKeptCheckpoint() throws Exception {
        byte[] whole = Files.readAllBytes(sample.path(3));
        List<Integer> bounds = sample.bounds(3);
        for (int bound : bounds.subList(0, bounds.size() - 2)) {
            for (int length : new int[]{bound - 1, bound, bound + 1, bound + 2, bound + 20}) {
                Files.write(sample.path(3), Arrays.copyOf(whole, length));
                assertThat(sample.verify(last).intact()).as("%s bytes", length).isFalse();
                if (length != bound) {
                    assertThat(sample.verify().intact()).as("%s bytes, and no checkpoint", length).isFalse();
                }
            }
        }
    }
}
