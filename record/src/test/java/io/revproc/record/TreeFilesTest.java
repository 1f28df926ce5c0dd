package io.revproc.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import io.revproc.record.tlog.Tile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Hashes around the end of a file of tiles, which holds 65,536 of them. */
class TreeFilesTest {
    private static final int FILE = 65_536;
    private static final int FROM = FILE - 300;
    private static final int COUNT = 600;

    @TempDir
    Path record;

    private TreeFiles tree;

    @BeforeEach
    void write() throws IOException {
        tree = new TreeFiles(record);
        tree.nodes(8, FROM, hashes(FROM, COUNT), 0, COUNT);
        tree.nodes(7, 0, new byte[32], 0, 1);
        tree.nodes(0, 0, new byte[32], 0, 1);
        tree.write();
    }

    /** A hash that says which one it is. */
    private static byte[] hashes(long first, int count) {
        ByteBuffer hashes = ByteBuffer.allocate(32 * count);
        for (int i = 0; i < count; i++) {
            hashes.position(32 * i).putLong(first + i);
        }
        return hashes.array();
    }

    private List<String> files() throws IOException {
        try (var files = Files.list(record.resolve(TreeFiles.NAME))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @CsvSource({"255, 256", "256, 256", "257, 44", "257, 1", "254, 256"})
    void tilesOnBothSidesOfTheEndOfAFileAreRead(long index, int width) throws IOException {
        if (index == 254) {
            tree.nodes(8, FROM - 212, hashes(FROM - 212, 212), 0, 212);
            tree.write();
        }
        assertThat(files()).as("levels between tiles are not kept").containsExactly("1-000000", "1-000001");
        assertThat(tree.read(new Tile(1, index, width))).isEqualTo(hashes(index * Tile.FULL, width));
    }

    @ParameterizedTest
    @CsvSource({"1, 257, 45", "1, 258, 1", "1, 512, 1", "2, 0, 1"})
    void tileThatIsNotWholeIsNotThere(int level, long index, int width) {
        assertThatThrownBy(() -> tree.read(new Tile(level, index, width))).isInstanceOf(NoSuchFileException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 299, 300, 301, 598, 599})
    void firstHashThatIsAnotherIsNamed(int at) throws IOException {
        byte[] right = hashes(FROM, COUNT);
        assertThat(tree.differs(8, FROM, right, 0, COUNT)).isEqualTo(-1);
        for (int bit : new int[]{0, 255}) {
            byte[] wrong = right.clone();
            wrong[32 * at + bit / 8] ^= (byte) (1 << bit % 8);
            if (at < 599) {
                wrong[32 * 599] ^= 1;
            }
            assertThat(tree.differs(8, FROM, wrong, 0, COUNT)).isEqualTo(FROM + at);
            byte[] shifted = new byte[wrong.length + 5];
            System.arraycopy(wrong, 0, shifted, 5, wrong.length);
            assertThat(tree.differs(8, FROM, shifted, 5, COUNT)).isEqualTo(FROM + at);
            assertThat(tree.differs(8, FROM, wrong, 0, at)).as("before it").isEqualTo(-1);
            assertThat(tree.differs(7, FROM, wrong, 0, COUNT)).as("a level that is not kept").isEqualTo(-1);
            assertThat(tree.differs(16, FROM, wrong, 0, COUNT)).as("a file that is not there").isEqualTo(-1);
        }
    }

    @Test
    void whatIsBehindTheEndOfWhatIsKeptIsNoDifference() throws IOException {
        byte[] more = Arrays.copyOf(hashes(FROM, COUNT), 32 * (COUNT + 10));
        Arrays.fill(more, 32 * COUNT, more.length, (byte) 7);
        assertThat(tree.differs(8, FROM, more, 0, COUNT + 10)).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({"0, true", "16777215, true", "16777216, false", "9223372036854775807, false"})
    void fileGoesOnceAllEntriesBelowItAreGone(long firstEntry, boolean stays) throws IOException {
        tree.force();
        for (String other : List.of("8-000000", "1-00000", "1-000000.new", "x-000000")) {
            Files.writeString(record.resolve(TreeFiles.NAME).resolve(other), "");
        }
        tree.removeBelow(firstEntry);
        assertThat(files().contains("1-000000")).isEqualTo(stays);
        assertThat(files()).as("still written").contains("1-000001").contains("8-000000", "1-00000", "1-000000.new",
                "x-000000");
        tree.close();
        tree.removeBelow(firstEntry);
        assertThat(files().contains("1-000001")).isEqualTo(firstEntry < Long.MAX_VALUE);
    }

    @Test
    void recordWithoutTilesHasNothingToRemove(@TempDir Path other) throws IOException {
        new TreeFiles(other).removeBelow(Long.MAX_VALUE);
        assertThat(other).isEmptyDirectory();
    }
}
