package io.revproc.wire;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The acknowledgement's payload: the lower-case hexadecimal SHA-1 of the UTF-8 bytes of the client's payload, 40 digits. SHA-1 is the
 * contract's checksum against damage; nothing here relies on it for security.
 */
public final class PayloadDigest {
    /** Getting one costs about as much as a short payload's digest. */
    private static final ThreadLocal<MessageDigest> SHA_1 = ThreadLocal.withInitial(PayloadDigest::sha1);

    private PayloadDigest() {}

    /** Returns the digest of a text. */
    public static String of(String payload) {
        return of(payload.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns the digest of a text in UTF-8. */
    public static String of(byte[] payload) {
        return HexFormat.of().formatHex(SHA_1.get().digest(payload));
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
