package io.revproc.record.tlog;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TreeTest {
    private static final HexFormat HEX = HexFormat.of();

    @ParameterizedTest
    @CsvSource({"0, e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "1, 6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "2, fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "3, aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "4, d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "5, 4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "6, 76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "7, ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "8, 5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"})
    void rootsAreThoseOfTheTestVectorsOfCertificateTransparency(int size, String root) {
        List<byte[]> leaves = List.of("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                "606162636465666768696a6b6c6d6e6f").stream().map(HEX::parseHex).toList();

        assertThat(HEX.formatHex(built(leaves.subList(0, size)).root())).isEqualTo(root);
    }

    private static TreeBuilder built(List<byte[]> leaves) {
        TreeBuilder tree = new TreeBuilder();
        leaves.forEach(leaf -> tree.add(leaf, 0, leaf.length));
        return tree;
    }

    @Test
    void eachProofOfASmallTreeIsThatOfTheDefinition() throws IOException {
        List<byte[]> all = NaiveTree.leaves(40);
        for (int size = 1; size <= all.size(); size++) {
            List<byte[]> leaves = all.subList(0, size);
            TileNodes nodes = new TileNodes(NaiveTree.tiles(leaves), size);
            TreeBuilder whole = built(leaves);
            byte[] root = NaiveTree.root(leaves);
            assertThat(whole.root()).isEqualTo(root);
            assertThat(Proofs.root(nodes, size)).isEqualTo(root);
            for (int i = 0; i < size; i++) {
                List<byte[]> path = NaiveTree.path(i, leaves);
                assertThat(Proofs.inclusion(nodes, i, size)).as("leaf %s of %s", i, size)
                        .containsExactlyElementsOf(path);
                assertThat(whole.inclusion(i)).as("leaf %s of %s", i, size).containsExactlyElementsOf(path);
                assertThat(Proofs.includes(i, size, NaiveTree.hash(0, leaves.get(i)), path, root)).isTrue();
            }
            for (int old = 0; old <= size; old++) {
                List<byte[]> proof = old == 0 ? List.of() : NaiveTree.proof(old, leaves);
                assertThat(Proofs.consistency(nodes, old, size)).as("%s of %s", old, size)
                        .containsExactlyElementsOf(proof);
                assertThat(Proofs.consistent(old, NaiveTree.root(all.subList(0, old)), size, root, proof))
                        .as("%s of %s", old, size).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void treeThatGrowsInBatchesIsTheSame(long seed) throws IOException {
        Random random = new Random(seed);
        List<byte[]> leaves = NaiveTree.leaves(1500);
        TreeBuilder tree = new TreeBuilder();
        Map<String, byte[]> nodes = new HashMap<>();
        int size = 0;
        while (size < leaves.size()) {
            int batch = 1 + random.nextInt(random.nextBoolean() ? 4 : 300);
            int from = size;
            for (; size < Math.min(from + batch, leaves.size()); size++) {
                tree.add(leaves.get(size), 0, leaves.get(size).length);
                if (random.nextInt(20) == 0) {
                    tree.undo();
                    tree.add(leaves.get(size), 0, leaves.get(size).length);
                }
            }
            assertThat(tree.root()).isEqualTo(NaiveTree.root(leaves.subList(0, size)));
            int leaf = from + random.nextInt(size - from);
            assertThat(tree.inclusion(leaf)).containsExactlyElementsOf(NaiveTree.path(leaf, leaves.subList(0, size)));
            if (random.nextInt(4) == 0) {
                tree.rollBack();
                size = from;
            } else if (random.nextInt(4) == 0) {
                List<byte[]> edge = tree.frontier();
                collect(tree, nodes);
                tree.start(size, edge);
            } else {
                collect(tree, nodes);
            }
            assertThat(tree.size()).isEqualTo(size);
            assertThat(tree.root()).isEqualTo(NaiveTree.root(leaves.subList(0, size)));
        }
        int all = size;
        for (int level = 0; all >> level > 0; level++) {
            for (int i = 0; i < all >> level; i++) {
                assertThat(nodes.get(level + "/" + i))
                        .isEqualTo(NaiveTree.root(leaves.subList(i << level, i + 1 << level)));
            }
        }
    }

    private static void collect(TreeBuilder tree, Map<String, byte[]> nodes) {
        tree.commit((level, first, hashes, offset, count) -> {
            for (int i = 0; i < count; i++) {
                byte[] hash = java.util.Arrays.copyOfRange(hashes, offset + 32 * i, offset + 32 * (i + 1));
                assertThat(nodes.put(level + "/" + (first + i), hash)).as("each once").isNull();
            }
        });
    }

    @Test
    void tilesOfSeveralLevelsGiveTheSameProofs() throws IOException {
        int size = 70_000;
        TreeBuilder tree = new TreeBuilder();
        Map<String, byte[]> nodes = new HashMap<>();
        for (byte[] leaf : NaiveTree.leaves(size)) {
            tree.add(leaf, 0, leaf.length);
        }
        byte[] root = tree.root();
        List<byte[]> proof = tree.inclusion(69_999);
        List<byte[]> early = tree.inclusion(12_345);
        collect(tree, nodes);
        TileNodes.TileSource tiles = tile -> {
            java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
            for (int i = 0; i < tile.width(); i++) {
                bytes.writeBytes(nodes.get(8 * tile.level() + "/" + (256 * tile.index() + i)));
            }
            return bytes.toByteArray();
        };
        TileNodes source = new TileNodes(tiles, size);

        assertThat(Proofs.root(source, size)).isEqualTo(root);
        assertThat(Proofs.inclusion(source, 69_999, size)).containsExactlyElementsOf(proof);
        assertThat(Proofs.inclusion(source, 12_345, size)).containsExactlyElementsOf(early);
        for (int old : new int[]{1, 255, 256, 257, 65_535, 65_536, 65_537, 69_998}) {
            assertThat(Proofs.consistent(old, Proofs.root(source, old), size, root,
                    Proofs.consistency(source, old, size))).as("from %s", old).isTrue();
        }
    }

    @Test
    void proofsThatAreNotRightAreRefused() {
        List<byte[]> leaves = NaiveTree.leaves(21);
        byte[] root = NaiveTree.root(leaves);
        for (int i = 0; i < 21; i++) {
            byte[] hash = NaiveTree.hash(0, leaves.get(i));
            List<byte[]> path = NaiveTree.path(i, leaves);
            for (List<byte[]> wrong : mutations(path)) {
                assertThat(Proofs.includes(i, 21, hash, wrong, root)).isFalse();
            }
            for (int other = -1; other <= 22; other++) {
                assertThat(Proofs.includes(other, 21, hash, path, root)).as("%s for %s", other, i)
                        .isEqualTo(other == i);
            }
        }
        for (int old = 1; old <= 21; old++) {
            byte[] before = NaiveTree.root(leaves.subList(0, old));
            List<byte[]> proof = NaiveTree.proof(old, leaves);
            for (List<byte[]> wrong : mutations(proof)) {
                assertThat(Proofs.consistent(old, before, 21, root, wrong)).isFalse();
            }
            byte[] fork = NaiveTree.root(NaiveTree.leaves(22).subList(1, 1 + old));
            assertThat(Proofs.consistent(old, fork, 21, root, proof)).isFalse();
            assertThat(Proofs.consistent(22, before, 21, root, proof)).isFalse();
            assertThat(Proofs.consistent(-1, before, 21, root, proof)).isFalse();
        }
    }

    /** Each bit of each hash flipped, one hash less, one more, two swapped. */
    private static List<List<byte[]>> mutations(List<byte[]> proof) {
        List<List<byte[]>> all = new ArrayList<>();
        for (int i = 0; i < proof.size(); i++) {
            for (int bit = 0; bit < 256; bit++) {
                List<byte[]> flipped = new ArrayList<>(proof);
                byte[] hash = proof.get(i).clone();
                hash[bit / 8] ^= (byte) (1 << bit % 8);
                flipped.set(i, hash);
                all.add(flipped);
            }
            List<byte[]> less = new ArrayList<>(proof);
            less.remove(i);
            all.add(less);
        }
        List<byte[]> more = new ArrayList<>(proof);
        more.add(new byte[32]);
        all.add(more);
        if (proof.size() > 1) {
            all.add(proof.reversed());
        }
        return all;
    }

    @Test
    void edgeOfAnotherSizeIsRefused() {
        assertThatThrownBy(() -> new TreeBuilder().start(3, List.of(new byte[32])))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
