package io.revproc.record.tlog;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** RFC 6962, section 2.1, word by word: slow, and plainly right. */
public final class NaiveTree {
    private NaiveTree() {}

    static byte[] hash(int prefix, byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(prefix);
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return TreeHasher.sha256().digest(all.toByteArray());
    }

    /** MTH(D[n]). */
    public static byte[] root(List<byte[]> d) {
        if (d.isEmpty()) {
            return TreeHasher.sha256().digest();
        }
        if (d.size() == 1) {
            return hash(0, d.getFirst());
        }
        int k = split(d.size());
        return hash(1, root(d.subList(0, k)), root(d.subList(k, d.size())));
    }

    private static int split(int n) {
        int k = 1;
        while (2 * k < n) {
            k *= 2;
        }
        return k;
    }

    /** PATH(m, D[n]). */
    static List<byte[]> path(int m, List<byte[]> d) {
        List<byte[]> path = new ArrayList<>();
        if (d.size() == 1) {
            return path;
        }
        int k = split(d.size());
        if (m < k) {
            path.addAll(path(m, d.subList(0, k)));
            path.add(root(d.subList(k, d.size())));
        } else {
            path.addAll(path(m - k, d.subList(k, d.size())));
            path.add(root(d.subList(0, k)));
        }
        return path;
    }

    /** PROOF(m, D[n]). */
    public static List<byte[]> proof(int m, List<byte[]> d) {
        return subproof(m, d, true);
    }

    private static List<byte[]> subproof(int m, List<byte[]> d, boolean b) {
        List<byte[]> proof = new ArrayList<>();
        if (m == d.size()) {
            if (!b) {
                proof.add(root(d));
            }
            return proof;
        }
        int k = split(d.size());
        if (m <= k) {
            proof.addAll(subproof(m, d.subList(0, k), b));
            proof.add(root(d.subList(k, d.size())));
        } else {
            proof.addAll(subproof(m - k, d.subList(k, d.size()), false));
            proof.add(root(d.subList(0, k)));
        }
        return proof;
    }

    /** Tiles of a tree by their definition. */
    static TileNodes.TileSource tiles(List<byte[]> leaves) {
        return tile -> {
            int span = 1 << Tile.HEIGHT * tile.level();
            ByteArrayOutputStream hashes = new ByteArrayOutputStream();
            for (int i = 0; i < tile.width(); i++) {
                int from = (int) (tile.index() * Tile.FULL + i) * span;
                hashes.writeBytes(root(leaves.subList(from, from + span)));
            }
            return hashes.toByteArray();
        };
    }

    public static List<byte[]> leaves(int n) {
        List<byte[]> leaves = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            leaves.add(("leaf " + i).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
        return leaves;
    }
}
