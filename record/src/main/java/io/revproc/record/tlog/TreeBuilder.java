package io.revproc.record.tlog;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A Merkle tree that grows at its right edge, a batch of leaves at a time. Of all that came before the batch it keeps only the roots
 * of the largest complete subtrees, so its size does not depend on the tree's. Of the batch it keeps every node, so that a proof for
 * a leaf of it costs no hash. Not thread-safe.
 */
public final class TreeBuilder {
    /** No tree is higher. */
    static final int MAX_LEVELS = 63;

    /** Is told of nodes that are complete for good. */
    @FunctionalInterface
    public interface NodeSink {
        /** @param hashes holds {@code count} hashes of this level from {@code offset} on; valid for the call */
        void nodes(int level, long firstIndex, byte[] hashes, int offset, int count);
    }

    /** The nodes of one level that the batch made, behind the one left of them if it is their sibling. */
    private static final class Level {
        private byte[] hashes = new byte[2 * TreeHasher.LENGTH];
        /** Index of the first node that {@link #hashes} holds: an even one. */
        private long first;
        private int count;

        void add(byte[] from, int at) {
            room(count + 1);
            System.arraycopy(from, at, hashes, count++ * TreeHasher.LENGTH, TreeHasher.LENGTH);
        }

        void room(int nodes) {
            int bytes = nodes * TreeHasher.LENGTH;
            if (hashes.length < bytes) {
                hashes = Arrays.copyOf(hashes, Math.max(bytes, 2 * hashes.length));
            }
        }

        byte[] get(long index) {
            int at = (int) (index - first) * TreeHasher.LENGTH;
            return Arrays.copyOfRange(hashes, at, at + TreeHasher.LENGTH);
        }
    }

    private final TreeHasher hasher = new TreeHasher();
    private final List<Level> levels = new ArrayList<>();
    /** Roots of incomplete subtrees at the right edge, by level; null where there is none. Made by {@link #seal}. */
    private final byte[] @Nullable [] edges = new byte[MAX_LEVELS + 1][];
    private byte[] root = TreeHasher.emptyRoot();
    /** Leaves before the batch. */
    private long base;
    private long size;
    private boolean sealed = true;

    /** Makes the tree without leaves. */
    public TreeBuilder() {
        start(0, List.of());
    }

    /**
     * Goes on behind a tree of which only the edge is known.
     *
     * @param frontier what {@link #frontier} returned
     * @throws IllegalArgumentException if it is not of that size
     */
    public void start(long leaves, List<byte[]> frontier) {
        if (leaves < 0 || Long.bitCount(leaves) != frontier.size()) {
            throw new IllegalArgumentException("a tree of " + leaves + " leaves has another edge");
        }
        levels.clear();
        base = leaves;
        size = leaves;
        int next = 0;
        for (int level = MAX_LEVELS - 1; level >= 0; level--) {
            if ((leaves >> level & 1) == 1) {
                level(level).add(frontier.get(next++), 0);
            }
        }
        sealed = false;
        seal();
    }

    /** Returns the root of the tree that consists of these complete subtrees, the largest first. */
    public static byte[] rootOf(List<byte[]> frontier) {
        TreeHasher hasher = new TreeHasher();
        byte[] root = null;
        for (byte[] left : frontier.reversed()) {
            root = root == null ? left : hasher.node(left, root);
        }
        return root == null ? TreeHasher.emptyRoot() : root;
    }

    /** Returns how many leaves there are. */
    public long size() {
        return size;
    }

    /** Adds a leaf to the batch. */
    public void add(byte[] data, int from, int to) {
        Level leaves = levels.getFirst();
        leaves.room(leaves.count + 1);
        hasher.leaf(data, from, to, leaves.hashes, leaves.count++ * TreeHasher.LENGTH);
        grown();
    }

    /**
     * Adds a leaf to the batch, and puts its hash somewhere besides.
     *
     * @param data its byte before {@code from} is overwritten
     */
    public void addInPlace(byte[] data, int from, int to, byte[] into, int at) {
        hasher.leafInPlace(data, from, to, into, at);
        addHash(into, at);
    }

    /** Adds a leaf by its hash. */
    public void addHash(byte[] hashes, int at) {
        levels.getFirst().add(hashes, at);
        grown();
    }

    private void grown() {
        size++;
        sealed = false;
    }

    /** Computes the nodes above the batch's leaves; does nothing where that is done. */
    private void seal() {
        if (sealed) {
            return;
        }
        for (int level = 0; size >> level > 1 || level == 0; level++) {
            Level below = level(level);
            Level above = level(level + 1);
            long complete = size >> level + 1;
            above.room((int) (complete - above.first));
            while (above.first + above.count < complete) {
                int at = (int) (2 * (above.first + above.count) - below.first) * TreeHasher.LENGTH;
                hasher.node(below.hashes, at, above.hashes, above.count++ * TreeHasher.LENGTH);
            }
        }
        edge();
        sealed = true;
    }

    private Level level(int level) {
        while (levels.size() <= level) {
            Level fresh = new Level();
            fresh.first = base >> levels.size() & ~1L;
            levels.add(fresh);
        }
        return levels.get(level);
    }

    /** Folds the complete subtrees from the right: what is right of them at each level is one incomplete subtree. */
    private void edge() {
        Arrays.fill(edges, null);
        byte[] right = null;
        for (int level = 0; level < MAX_LEVELS; level++) {
            edges[level] = right;
            if ((size >> level & 1) == 1) {
                byte[] left = level(level).get((size >> level) - 1);
                right = right == null ? left : hasher.node(left, right);
            }
        }
        root = right == null ? TreeHasher.emptyRoot() : right;
    }

    /** Returns the root's hash. */
    public byte[] root() {
        seal();
        return root.clone();
    }

    /** Returns the roots of the complete subtrees that the tree consists of, the largest first. */
    public List<byte[]> frontier() {
        seal();
        List<byte[]> frontier = new ArrayList<>();
        for (int level = MAX_LEVELS - 1; level >= 0; level--) {
            if ((size >> level & 1) == 1) {
                frontier.add(level(level).get((size >> level) - 1));
            }
        }
        return frontier;
    }

    /**
     * Returns the inclusion proof of a leaf of the batch in the tree as it is, the leaf's sibling first.
     *
     * @throws IllegalArgumentException if the leaf is none of the batch
     */
    public List<byte[]> inclusion(long index) {
        if (index < base || index >= size) {
            throw new IllegalArgumentException("leaf " + index + " is not of this batch");
        }
        seal();
        List<byte[]> proof = new ArrayList<>();
        for (int level = 0; size - 1 >> level > 0; level++) {
            long sibling = index >> level ^ 1;
            if (sibling < size >> level) {
                proof.add(level(level).get(sibling));
            } else {
                byte[] edge = edges[level];
                if (sibling == size >> level && edge != null) {
                    proof.add(edge);
                }
            }
        }
        return proof;
    }

    /** Ends the batch: the next leaf is the first one of another. */
    public void commit() {
        commit((level, firstIndex, hashes, offset, count) -> {});
    }

    /**
     * Ends the batch.
     *
     * @param sink hears of each node that the batch completed
     */
    public void commit(NodeSink sink) {
        seal();
        for (int level = 0; level < levels.size(); level++) {
            Level nodes = levels.get(level);
            long known = base >> level;
            int fresh = (int) ((size >> level) - known);
            if (fresh > 0) {
                sink.nodes(level, known, nodes.hashes, (int) (known - nodes.first) * TreeHasher.LENGTH, fresh);
            }
        }
        trim(size);
    }

    /** Forgets the batch: the tree is again what it was before its first leaf. */
    public void rollBack() {
        size = base;
        for (int level = 0; level < levels.size(); level++) {
            Level nodes = levels.get(level);
            nodes.count = (int) Math.max(0, Math.min(nodes.count, (base >> level) - nodes.first));
        }
        sealed = false;
        seal();
    }

    /** Takes back the last leaf of the batch. */
    public void undo() {
        if (size == base) {
            throw new IllegalStateException("there is no leaf to take back");
        }
        size--;
        for (int level = 0; level < levels.size(); level++) {
            Level nodes = levels.get(level);
            nodes.count = (int) Math.max(0, Math.min(nodes.count, (size >> level) - nodes.first));
        }
        sealed = false;
    }

    private void trim(long to) {
        for (int level = 0; level < levels.size(); level++) {
            Level nodes = levels.get(level);
            long first = to >> level & ~1L;
            boolean left = (to >> level & 1) == 1;
            if (left) {
                int at = (int) ((to >> level) - 1 - nodes.first) * TreeHasher.LENGTH;
                System.arraycopy(nodes.hashes, at, nodes.hashes, 0, TreeHasher.LENGTH);
            }
            nodes.first = first;
            nodes.count = left ? 1 : 0;
        }
        base = to;
    }
}
