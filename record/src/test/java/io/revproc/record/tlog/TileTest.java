package io.revproc.record.tlog;

import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TileTest {
    @ParameterizedTest
    @CsvSource({"0, 1234067, 256, tile/0/x001/x234/067", "0, 0, 1, tile/0/000.p/1", "0, 0, 256, tile/0/000",
            "1, 999, 255, tile/1/999.p/255", "63, 1000, 256, tile/63/x001/000", "-1, 5, 256, tile/entries/005",
            "-1, 1234067, 112, tile/entries/x001/x234/067.p/112"})
    void pathIsThatOfTheSpecification(int level, long index, int width, String path) {
        Tile tile = new Tile(level, index, width);

        assertThat(tile.path()).isEqualTo(path);
        assertThat(Tile.parse(path)).isEqualTo(tile);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tile", "tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/001/067",
            "tile/0/x001", "tile/0/x000/067", "tile/00/067", "tile/64/067", "tile/-1/067", "tile/+1/067",
            "tile/0/067.p/0", "tile/0/067.p/256", "tile/0/067.p/257", "tile/0/067.p/01", "tile/0/067.p",
            "tile/0/067.p/",
            "tile/0/067/", "tile/0/../067", "tile/entries", "tile/entries/5", "tile/x/067", "other/0/067",
            "tile/0/x999/x999/x999/x999/x999/x999/999", "tile/0/-01", "tile/0/067.p/1/2", "tile/ENTRIES/067"})
    void otherSpellingsAreNoTiles(String path) {
        assertThat(Tile.parse(path)).isNull();
    }

    @Test
    void treeOf70000LeavesHasTheTilesOfTheSpecification() {
        assertThat(Tile.of(0, 272, 70_000)).isEqualTo(new Tile(0, 272, 256));
        assertThat(Tile.of(0, 273, 70_000)).isEqualTo(new Tile(0, 273, 112));
        assertThat(Tile.of(0, 274, 70_000)).isNull();
        assertThat(Tile.of(1, 0, 70_000)).isEqualTo(new Tile(1, 0, 256));
        assertThat(Tile.of(1, 1, 70_000)).isEqualTo(new Tile(1, 1, 17));
        assertThat(Tile.of(2, 0, 70_000)).isEqualTo(new Tile(2, 0, 1));
        assertThat(Tile.of(3, 0, 70_000)).isNull();
        assertThat(Tile.of(1, 0, 256)).isEqualTo(new Tile(1, 0, 1));
        assertThat(Tile.of(Tile.ENTRIES, 273, 70_000)).isEqualTo(new Tile(Tile.ENTRIES, 273, 112));
    }

    @Test
    void logHasNoTilesBeyondItsSize() {
        assertThat(new Tile(0, 273, 112).within(70_000)).isTrue();
        assertThat(new Tile(0, 273, 100).within(70_000)).isTrue();
        assertThat(new Tile(0, 273, 113).within(70_000)).isFalse();
        assertThat(new Tile(0, 273, 256).within(70_000)).isFalse();
        assertThat(new Tile(8, 0, 1).within(Long.MAX_VALUE)).isFalse();
        assertThat(new Tile(7, 0, 127).within(Long.MAX_VALUE)).isTrue();
        assertThat(new Tile(63, 0, 1).within(Long.MAX_VALUE)).isFalse();
    }

    @Test
    void endOfATileIsCountedInLeaves() {
        assertThat(new Tile(0, 0, 256).endIndex()).isEqualTo(256);
        assertThat(new Tile(Tile.ENTRIES, 9, 256).endIndex()).isEqualTo(2560);
        assertThat(new Tile(1, 1, 256).endIndex()).isEqualTo(131_072);
        assertThat(new Tile(63, 0, 256).endIndex()).isEqualTo(Long.MAX_VALUE);
    }

    /** A log of 100 million entries, and the largest that there can be. */
    @ParameterizedTest
    @ValueSource(longs = {100_000_000, 10_000_000_000L, Long.MAX_VALUE})
    void widthsOfLargeLogsAddUp(long size) {
        for (int level = 0; level < 8; level++) {
            long hashes = size >> 8 * level;
            Tile last = hashes % 256 == 0 ? null : Tile.of(level, hashes / 256, size);
            assertThat(last == null ? 0 : last.width()).isEqualTo((int) (hashes % 256));
            if (hashes >= 256) {
                Tile full = Objects.requireNonNull(Tile.of(level, hashes / 256 - 1, size));
                assertThat(full.width()).isEqualTo(256);
                assertThat(full.endIndex()).isLessThanOrEqualTo(size);
                assertThat(Tile.parse(full.path())).isEqualTo(full);
            }
        }
    }

    @Test
    void tilesThatCanNotBeAreRefused() {
        assertThatThrownBy(() -> new Tile(0, -1, 256)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Tile(0, Long.MAX_VALUE, 256)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Tile(-2, 0, 256)).isInstanceOf(IllegalArgumentException.class);
    }
}
