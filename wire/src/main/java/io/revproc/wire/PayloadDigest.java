package io.revproc.wire;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The acknowledgement's payload: the lower-case hexadecimal SHA-1 of the UTF-8 bytes of the client's payload. */
public final class PayloadDigest {
    private PayloadDigest() {}

    /** 40 hexadecimal digits. SHA-1 is the contract's checksum against damage; nothing here relies on it for security. */
    public static String of(String payload) {
        try {
            return HexFormat.of().formatHex(
                    MessageDigest.getInstance("SHA-1").digest(payload.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
