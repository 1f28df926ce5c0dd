package io.revproc.record;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The hash chain: each entry's hash is the SHA-256 of the hash before it and the entry's bytes. Not thread-safe. */
public final class Chain {
    private final MessageDigest sha256 = digest();
    private final byte[] hash = new byte[Entry.Digest.LENGTH];

    /** @param before where the chain goes on */
    public void start(byte[] before) {
        System.arraycopy(before, 0, hash, 0, hash.length);
    }

    /** The hash behind the last entry; changes with the next one. */
    public byte[] hash() {
        return hash;
    }

    /** Goes on behind these bytes. */
    public byte[] add(byte[] bytes, int from, int to) {
        sha256.update(hash);
        sha256.update(bytes, from, to - from);
        try {
            sha256.digest(hash, 0, hash.length);
        } catch (DigestException e) {
            throw new IllegalStateException(e);
        }
        return hash;
    }

    static byte[] sha256(byte[] bytes, int from, int to) {
        MessageDigest digest = digest();
        digest.update(bytes, from, to - from);
        return digest.digest();
    }

    /** A new SHA-256. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
