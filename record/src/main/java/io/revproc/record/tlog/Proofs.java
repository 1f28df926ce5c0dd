package io.revproc.record.tlog;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

import org.jspecify.annotations.Nullable;

/** Makes and verifies inclusion and consistency proofs, RFC 6962, sections 2.1.1 and 2.1.2. Thread-safe. */
public final class Proofs {
    /** Hashes that a proof has at most. */
    public static final int MAX_HASHES = 63;

    /** Knows the hashes of complete subtrees. */
    @FunctionalInterface
    public interface NodeSource {
        /**
         * Returns the hash of the subtree over the leaves from {@code index << level} to {@code (index + 1) << level}.
         *
         * @throws IOException if it can't be had
         */
        byte[] node(int level, long index) throws IOException;
    }

    private Proofs() {}

    /** Returns the root of the tree over the first {@code size} leaves. */
    public static byte[] root(NodeSource nodes, long size) throws IOException {
        return size == 0 ? TreeHasher.emptyRoot() : range(nodes, new TreeHasher(), 0, size);
    }

    /**
     * Returns the inclusion proof of a leaf in the tree over the first {@code size} leaves, the leaf's sibling first.
     *
     * @throws IllegalArgumentException if the tree has no such leaf
     */
    public static List<byte[]> inclusion(NodeSource nodes, long index, long size) throws IOException {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException("a tree of " + size + " leaves has no leaf " + index);
        }
        List<byte[]> proof = new ArrayList<>();
        TreeHasher hasher = new TreeHasher();
        long from = 0;
        long to = size;
        while (to - from > 1) {
            long middle = from + split(to - from);
            if (index < middle) {
                proof.add(range(nodes, hasher, middle, to));
                to = middle;
            } else {
                proof.add(range(nodes, hasher, from, middle));
                from = middle;
            }
        }
        return proof.reversed();
    }

    /**
     * Returns the proof that the tree over the first {@code size} leaves begins with the one over the first {@code old}. It is empty
     * where they are the same, or the old one is empty.
     *
     * @throws IllegalArgumentException if the old one is larger
     */
    public static List<byte[]> consistency(NodeSource nodes, long old, long size) throws IOException {
        if (old < 0 || old > size) {
            throw new IllegalArgumentException("a tree of " + size + " leaves has no beginning of " + old);
        }
        List<byte[]> proof = new ArrayList<>();
        if (old == 0 || old == size) {
            return proof;
        }
        TreeHasher hasher = new TreeHasher();
        long from = 0;
        long to = size;
        boolean known = true;
        while (old < to) {
            long middle = from + split(to - from);
            if (old <= middle) {
                proof.add(range(nodes, hasher, middle, to));
                to = middle;
            } else {
                proof.add(range(nodes, hasher, from, middle));
                from = middle;
                known = false;
            }
        }
        if (!known) {
            proof.add(range(nodes, hasher, from, to));
        }
        return proof.reversed();
    }

    /** The root over the leaves from one to another, where the first is a multiple of a power of two that is not below their number. */
    private static byte[] range(NodeSource nodes, TreeHasher hasher, long from, long to) throws IOException {
        byte[] right = null;
        long end = to;
        while (end > from) {
            int level = Long.numberOfTrailingZeros(end - from);
            byte[] left = nodes.node(level, end - 1 >> level);
            right = right == null ? left : hasher.node(left, right);
            end -= 1L << level;
        }
        if (right == null) {
            throw new IllegalArgumentException("there is no leaf from " + from + " to " + to);
        }
        return right;
    }

    /** The largest power of two below a number above one. */
    private static long split(long leaves) {
        return Long.highestOneBit(leaves - 1);
    }

    /** Returns whether a proof shows that a leaf stands at this place of the tree with this root. */
    public static boolean includes(long index, long size, byte[] leafHash, List<byte[]> proof, byte[] root) {
        byte[] computed = rootByInclusion(index, size, leafHash, proof);
        return computed != null && Arrays.equals(computed, root);
    }

    /** Returns the root that a proof leads to; null if it has not as many hashes as it should. */
    public static byte @Nullable [] rootByInclusion(long index, long size, byte[] leafHash, List<byte[]> proof) {
        if (index < 0 || index >= size || !whole(proof)) {
            return null;
        }
        TreeHasher hasher = new TreeHasher();
        Iterator<byte[]> hashes = proof.iterator();
        byte[] hash = leafHash;
        for (long at = index, last = size - 1; last > 0; at >>= 1, last >>= 1) {
            if ((at & 1) == 0 && at == last) {
                continue;
            }
            if (!hashes.hasNext()) {
                return null;
            }
            hash = (at & 1) == 1 ? hasher.node(hashes.next(), hash) : hasher.node(hash, hashes.next());
        }
        return hashes.hasNext() ? null : hash;
    }

    /** Returns whether a proof shows that the tree with the new root begins with the one with the old root. */
    public static boolean consistent(long old, byte[] oldRoot, long size, byte[] newRoot, List<byte[]> proof) {
        if (old < 0 || old > size || !whole(proof)) {
            return false;
        }
        if (old == size || old == 0) {
            return proof.isEmpty() && (old == size
                    ? Arrays.equals(oldRoot, newRoot)
                    : Arrays.equals(oldRoot, TreeHasher.emptyRoot()));
        }
        TreeHasher hasher = new TreeHasher();
        Iterator<byte[]> hashes = proof.iterator();
        // The largest complete subtree at the old tree's right edge; its hash is the old root where it is all of that tree.
        int level = Long.numberOfTrailingZeros(old);
        long at = old - 1 >> level;
        long last = size - 1 >> level;
        if (at > 0 && !hashes.hasNext()) {
            return false;
        }
        byte[] before = at == 0 ? oldRoot : hashes.next();
        byte[] now = before;
        for (; last > 0; at >>= 1, last >>= 1) {
            if ((at & 1) == 0 && at == last) {
                continue;
            }
            if (!hashes.hasNext()) {
                return false;
            }
            byte[] hash = hashes.next();
            if ((at & 1) == 1) {
                before = hasher.node(hash, before);
                now = hasher.node(hash, now);
            } else {
                now = hasher.node(now, hash);
            }
        }
        return !hashes.hasNext() && Arrays.equals(before, oldRoot) && Arrays.equals(now, newRoot);
    }

    private static boolean whole(List<byte[]> proof) {
        return proof.size() <= MAX_HASHES && proof.stream().allMatch(hash -> hash.length == TreeHasher.LENGTH);
    }
}
