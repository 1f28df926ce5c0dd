package io.revproc.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;

import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

import io.revproc.record.Entry.Digest;

/**
 * Hides messages in the record: an entry holds {@code SHA-256(salt, SHA-256(message))}. Each entry's salt is its index, encrypted with
 * AES under the proxy's digest key, so who has the key finds a message's entries; who is told one salt can check the one entry that it
 * is of; and who has neither can't even guess short messages, or see that two are the same. Both parts of what is hashed have a fixed
 * length, so no key has to go into it twice as in HMAC. Not thread-safe.
 */
public final class Salts {
    /** Bytes of a salt. */
    public static final int LENGTH = 16;

    private static final int AHEAD = 256;
    private static final byte[] PURPOSE = "revproc-audit-salt-1\0".getBytes(StandardCharsets.US_ASCII);

    private final Cipher aes;
    private final MessageDigest sha256 = Chain.digest();
    private final byte[] indexes = new byte[AHEAD * LENGTH];
    private final byte[] salts = new byte[AHEAD * LENGTH];
    private final byte[] salted = new byte[LENGTH + Digest.LENGTH];
    /** Index of the first salt that is there. */
    private long from = -1;

    /** @param key the proxy's digest key */
    public Salts(SecretKey key) {
        MessageDigest purpose = Chain.digest();
        purpose.update(PURPOSE);
        try {
            aes = Cipher.getInstance("AES/ECB/NoPadding");
            aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(purpose.digest(key.getEncoded()), "AES"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES", e);
        }
    }

    /** Returns the salt of an entry. */
    public byte[] salt(long index) {
        int at = at(index);
        return Arrays.copyOfRange(salts, at, at + LENGTH);
    }

    /** Computes what an entry holds for a message. @param digest holds the message's SHA-256, and takes the result */
    void hide(long index, byte[] digest, int at) {
        System.arraycopy(salts, at(index), salted, 0, LENGTH);
        System.arraycopy(digest, at, salted, LENGTH, Digest.LENGTH);
        hash(sha256, salted, digest, at);
    }

    /** Returns what an entry holds for a message. */
    public static Digest hidden(byte[] salt, Digest message) {
        byte[] salted = Arrays.copyOf(salt, LENGTH + Digest.LENGTH);
        System.arraycopy(message.bytes(), 0, salted, LENGTH, Digest.LENGTH);
        return new Digest(Chain.sha256(salted, 0, salted.length));
    }

    /** Returns what an entry holds for a message. */
    public Digest hidden(long index, Digest message) {
        byte[] digest = message.bytes().clone();
        hide(index, digest, 0);
        return new Digest(digest);
    }

    private int at(long index) {
        long block = index & -AHEAD;
        if (block != from) {
            ByteBuffer into = ByteBuffer.wrap(indexes);
            for (int i = 0; i < AHEAD; i++) {
                into.putLong(0).putLong(block + i);
            }
            try {
                aes.update(indexes, 0, indexes.length, salts, 0);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("whole blocks need no padding", e);
            }
            from = block;
        }
        return (int) (index - block) * LENGTH;
    }

    private static void hash(MessageDigest sha256, byte[] bytes, byte[] into, int at) {
        sha256.update(bytes, 0, bytes.length);
        try {
            sha256.digest(into, at, Digest.LENGTH);
        } catch (DigestException e) {
            throw new IllegalStateException("the array has room for a digest", e);
        }
    }
}
