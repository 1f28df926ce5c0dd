package io.revproc.record.tlog;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Hashes leaves and nodes as RFC 6962, section 2.1, with SHA-256. Not thread-safe. */
public final class TreeHasher {
    /** Bytes of a hash. */
    public static final int LENGTH = 32;

    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    private final MessageDigest sha256 = sha256();
    private final byte[] node = new byte[1 + 2 * LENGTH];

    public TreeHasher() {
        node[0] = NODE;
    }

    /** Returns the root of the tree without leaves. */
    public static byte[] emptyRoot() {
        return sha256().digest();
    }

    /** Returns the hash of a leaf. */
    public byte[] leaf(byte[] data) {
        byte[] hash = new byte[LENGTH];
        leaf(data, 0, data.length, hash, 0);
        return hash;
    }

    /** Hashes a leaf into an array. */
    public void leaf(byte[] data, int from, int to, byte[] into, int at) {
        sha256.update(LEAF);
        sha256.update(data, from, to - from);
        finish(into, at);
    }

    /**
     * Hashes a leaf into an array, with a single call of the digest.
     *
     * @param data its byte before {@code from} is overwritten with the prefix of a leaf
     */
    public void leafInPlace(byte[] data, int from, int to, byte[] into, int at) {
        data[from - 1] = LEAF;
        sha256.update(data, from - 1, to - from + 1);
        finish(into, at);
    }

    /** Returns the hash of the node above two others. */
    public byte[] node(byte[] left, byte[] right) {
        byte[] hash = new byte[LENGTH];
        System.arraycopy(left, 0, node, 1, LENGTH);
        System.arraycopy(right, 0, node, 1 + LENGTH, LENGTH);
        sha256.update(node, 0, node.length);
        finish(hash, 0);
        return hash;
    }

    /** Hashes the node above two others that stand one behind the other. */
    void node(byte[] both, int from, byte[] into, int at) {
        System.arraycopy(both, from, node, 1, 2 * LENGTH);
        sha256.update(node, 0, node.length);
        finish(into, at);
    }

    private void finish(byte[] into, int at) {
        try {
            sha256.digest(into, at, LENGTH);
        } catch (DigestException e) {
            throw new IllegalStateException("the array has room for a hash", e);
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
