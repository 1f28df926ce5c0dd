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
 * Hides messages in the record: an entry holds {@code SHA-256(salt, message)} and a nonce. Its salt is the nonce, encrypted with
 * AES under the proxy's digest key, so who has the key finds a message's entries; who is told one salt can check the entry that it
 * is of; and who has neither can't even guess short messages, or see that two are the same. The salt has a fixed length, so that one
 * hash does what HMAC needs two for: nobody takes the result for a proof that who made it knew the key. Not thread-safe.
 */
public final class Salts {
    /** Bytes of a salt. */
    public static final int LENGTH = 16;

    private static final int AHEAD = 256;
    private static final byte[] PURPOSE = "revproc-audit-salt-1\0".getBytes(StandardCharsets.US_ASCII);

    private final Cipher aes;
    private final MessageDigest sha256 = Chain.digest();
    private final byte[] nonces = new byte[AHEAD * LENGTH];
    private final byte[] salts = new byte[AHEAD * LENGTH];
    /** Nonce of the first salt that is there. */
    private long from;
    private boolean known;

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
    public byte[] salt(long nonce) {
        int at = at(nonce);
        return Arrays.copyOfRange(salts, at, at + LENGTH);
    }

    /** Computes what an entry holds for a message, into an array. */
    public void hide(long nonce, byte[] message, int from, int to, byte[] digest) {
        sha256.update(salts, at(nonce), LENGTH);
        sha256.update(message, from, to - from);
        try {
            sha256.digest(digest, 0, Digest.LENGTH);
        } catch (DigestException e) {
            throw new IllegalStateException("the array has room for a digest", e);
        }
    }

    /** Returns what an entry holds for a message. */
    public static Digest hidden(byte[] salt, byte[] message) {
        MessageDigest sha256 = Chain.digest();
        sha256.update(salt);
        return new Digest(sha256.digest(message));
    }

    /** Returns what an entry holds for a message. */
    public Digest hidden(long nonce, byte[] message) {
        byte[] digest = new byte[Digest.LENGTH];
        hide(nonce, message, 0, message.length, digest);
        return new Digest(digest);
    }

    private int at(long nonce) {
        long block = nonce & -AHEAD;
        if (block != from || !known) {
            ByteBuffer into = ByteBuffer.wrap(nonces);
            for (int i = 0; i < AHEAD; i++) {
                into.putLong(0).putLong(block + i);
            }
            try {
                aes.update(nonces, 0, nonces.length, salts, 0);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("whole blocks need no padding", e);
            }
            from = block;
            known = true;
        }
        return (int) (nonce - block) * LENGTH;
    }
}
