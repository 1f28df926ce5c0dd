package io.revproc.record.tlog;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Reads the small texts of the formats, each in one spelling only. */
final class Texts {
    private static final String NOT_BASE64 = "it has something that is not base64";

    private Texts() {}

    /** @throws IllegalArgumentException if it is not base64 as it would be written */
    static byte[] base64(String text) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(NOT_BASE64, e);
        }
        if (!base64(bytes).equals(text)) {
            throw new IllegalArgumentException(NOT_BASE64);
        }
        return bytes;
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** @throws IllegalArgumentException if it is not the base64 of a hash */
    static byte[] hash(String text) {
        byte[] hash = base64(text);
        if (hash.length != TreeHasher.LENGTH) {
            throw new IllegalArgumentException("a hash has 32 bytes");
        }
        return hash;
    }

    /** @throws IllegalArgumentException if it is not a decimal number below 2⁶³ without sign or leading zeros */
    static long number(String text) {
        try {
            if (text.matches("0|[1-9][0-9]{0,18}")) {
                return Long.parseLong(text);
            }
        } catch (NumberFormatException e) {
            // it has 19 digits and is too large
        }
        throw new IllegalArgumentException("it has no number where one should be");
    }

    /** @throws IllegalArgumentException if these are not UTF-8 */
    static String utf8(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("it is not UTF-8", e);
        }
    }
}
