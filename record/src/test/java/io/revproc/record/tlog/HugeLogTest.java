package io.revproc.record.tlog;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The arithmetic of sizes that no test writes: logs of a hundred million entries and more. All leaves are the same, so that each node's
 * hash follows from its level alone.
 */
class HugeLogTest {
    private static final long SIZE = 100_000_000;
    private static final byte[] LEAF = new TreeHasher().leaf(new byte[]{7});
    private static final List<byte[]> LEVELS = levels();
    private static final Proofs.NodeSource NODES = (level, index) -> LEVELS.get(level);

    private static List<byte[]> levels() {
        TreeHasher hasher = new TreeHasher();
        List<byte[]> levels = new ArrayList<>(List.of(LEAF));
        while (levels.size() < 62) {
            levels.add(hasher.node(levels.getLast(), levels.getLast()));
        }
        return levels;
    }

    private static List<byte[]> frontier(long size) {
        List<byte[]> frontier = new ArrayList<>();
        for (int level = 61; level >= 0; level--) {
            if ((size >> level & 1) == 1) {
                frontier.add(LEVELS.get(level));
            }
        }
        return frontier;
    }

    @Test
    void proofsOfHugeTreesAreMadeAndVerified() throws IOException {
        for (long size : new long[]{SIZE - 1, SIZE, SIZE + 1, 1L << 31, (1L << 32) + 1, (1L << 40) - 1, 1L << 40}) {
            byte[] root = Proofs.root(NODES, size);
            assertThat(root).isEqualTo(TreeBuilder.rootOf(frontier(size)));
            for (long index : new long[]{0, 1, 255, 256, 65_535, 65_536, 16_777_216, size / 3, size - 2, size - 1}) {
                List<byte[]> proof = Proofs.inclusion(NODES, index, size);
                assertThat(proof).hasSizeLessThanOrEqualTo(41);
                assertThat(Proofs.includes(index, size, LEAF, proof, root)).as("%d of %d", index, size).isTrue();
                assertThat(Proofs.includes(index, size + (1L << 41), LEAF, proof, root)).isFalse();
                long old = Math.max(1, index);
                List<byte[]> grown = Proofs.consistency(NODES, old, size);
                assertThat(Proofs.consistent(old, Proofs.root(NODES, old), size, root, grown)).as("%d to %d", old, size)
                        .isTrue();
                assertThat(new AddCheckpoint(old, grown, signed(size, root)).bytes().length)
                        .isLessThan(AddCheckpoint.MAX_BYTES);
            }
        }
    }

    private static Note signed(long size, byte[] root) {
        return new Note(new TreeHead("example.com/log", size, root).text(),
                List.of(new Note.Signed("example.com/log", 1, new byte[64])));
    }

    @Test
    void treeGrowsOverABoundaryAsIfItHadBeenBuiltFromItsFirstLeaf() throws IOException {
        for (long size : new long[]{SIZE - 3, (1L << 31) - 2, (1L << 32) - 2, (1L << 40) - 2}) {
            TreeBuilder tree = new TreeBuilder();
            tree.start(size, frontier(size));
            for (int i = 0; i < 5; i++) {
                tree.addHash(LEAF, 0);
            }
            assertThat(tree.size()).isEqualTo(size + 5);
            assertThat(tree.root()).isEqualTo(Proofs.root(NODES, size + 5));
            assertThat(Proofs.includes(size + 2, size + 5, LEAF, tree.inclusion(size + 2), tree.root())).isTrue();
            assertThat(Arrays.deepEquals(tree.frontier().toArray(), frontier(size + 5).toArray())).isTrue();
        }
    }

    @Test
    void tilesOfAHundredMillionEntriesAreThoseOfTheSpecificationAndLeadToTheRoot() throws IOException {
        assertThat(Tile.of(0, 390_624, SIZE)).isEqualTo(new Tile(0, 390_624, 256));
        assertThat(Tile.of(0, 390_625, SIZE)).isNull();
        assertThat(Tile.of(1, 1_525, SIZE)).isEqualTo(new Tile(1, 1_525, 225));
        assertThat(Tile.of(2, 5, SIZE)).isEqualTo(new Tile(2, 5, 245));
        assertThat(Tile.of(3, 0, SIZE)).isEqualTo(new Tile(3, 0, 5));
        assertThat(Tile.of(4, 0, SIZE)).isNull();
        assertThat(new Tile(Tile.ENTRIES, 390_624, 256).path()).isEqualTo("tile/entries/x390/624");
        assertThat(new Tile(0, 4_294_967_296L, 7).path()).isEqualTo("tile/0/x004/x294/x967/296.p/7");
        List<Tile> fetched = new ArrayList<>();
        TileNodes nodes = new TileNodes(tile -> {
            fetched.add(tile);
            byte[] hashes = new byte[tile.width() * TreeHasher.LENGTH];
            for (int i = 0; i < tile.width(); i++) {
                System.arraycopy(LEVELS.get(Tile.HEIGHT * tile.level()), 0, hashes, i * TreeHasher.LENGTH,
                        TreeHasher.LENGTH);
            }
            return hashes;
        }, SIZE);
        assertThat(Proofs.inclusion(nodes, 55_555_555, SIZE)).hasSize(Proofs.inclusion(NODES, 55_555_555, SIZE).size());
        assertThat(fetched).as("no more than it needs").hasSizeLessThanOrEqualTo(8);
        assertThat(Proofs.root(nodes, SIZE)).isEqualTo(Proofs.root(NODES, SIZE));
    }
}
