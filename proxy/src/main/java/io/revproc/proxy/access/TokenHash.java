package io.revproc.proxy.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

import org.jspecify.annotations.Nullable;

/**
 * The SHA-256 of a token, which is all that is known of it here. One round without salt is enough because tokens are random and
 * long; {@code bin/revproc grant new} makes such. Immutable.
 */
public final class TokenHash {
    private final byte[] hash;

    private TokenHash(byte[] hash) {
        this.hash = hash;
    }

    /** @throws IllegalArgumentException with a sentence that says what is wrong, and does not repeat what might be a token */
    public static TokenHash of(String hex) {
        if (!hex.matches("[0-9a-fA-F]{64}")) {
            throw new IllegalArgumentException("a token's hash is 64 hexadecimal digits, its SHA-256; "
                    + "'bin/revproc grant new' makes a token and its hash");
        }
        return new TokenHash(HexFormat.of().parseHex(hex));
    }

    /** Returns the hash of a token that a peer shows. */
    public static TokenHash ofToken(String token) {
        try {
            return new TokenHash(
                    MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Compares in a time that does not depend on where they differ. */
    public boolean same(TokenHash other) {
        return MessageDigest.isEqual(hash, other.hash);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TokenHash hashed && same(hashed);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(hash);
    }

    /** The first digits: enough to tell two apart, of no use to anybody else. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(hash, 0, 6);
    }
}
