package io.revproc.proxy.audit;

import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;

import javax.crypto.SecretKey;

import io.revproc.record.Chain;
import io.revproc.record.Entry;

/**
 * HMAC-SHA256 (RFC 2104) of many short messages with one key. What the key does to the two hashes is computed once and copied for
 * each message, as section 4 of the RFC has it: that spares two of the five compressions that a message of a hundred bytes takes
 * with {@link javax.crypto.Mac}, which begins anew each time. Not thread-safe.
 */
final class KeyedDigest {
    private static final int BLOCK = 64;
    private static final byte INNER = 0x36;
    private static final byte OUTER = 0x5c;

    private final MessageDigest inner;
    private final MessageDigest outer;

    KeyedDigest(SecretKey key) {
        byte[] secret = key.getEncoded();
        if (secret.length > BLOCK) {
            secret = Chain.digest().digest(secret);
        }
        byte[] block = Arrays.copyOf(secret, BLOCK);
        inner = after(block, INNER);
        outer = after(block, OUTER);
    }

    /** @param digest the array's first {@link Entry.Digest#LENGTH} bytes are written */
    void digest(byte[] bytes, int from, int to, byte[] digest) {
        MessageDigest hash = copy(inner);
        hash.update(bytes, from, to - from);
        finish(hash, digest);
        hash = copy(outer);
        hash.update(digest, 0, Entry.Digest.LENGTH);
        finish(hash, digest);
    }

    private static MessageDigest after(byte[] block, byte pad) {
        byte[] padded = block.clone();
        for (int i = 0; i < padded.length; i++) {
            padded[i] ^= pad;
        }
        MessageDigest hash = Chain.digest();
        hash.update(padded);
        return hash;
    }

    private static void finish(MessageDigest hash, byte[] digest) {
        try {
            hash.digest(digest, 0, Entry.Digest.LENGTH);
        } catch (DigestException e) {
            throw new IllegalStateException("the array has the digest's size", e);
        }
    }

    private static MessageDigest copy(MessageDigest hash) {
        try {
            return (MessageDigest) hash.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's SHA-256 can be copied", e);
        }
    }
}
