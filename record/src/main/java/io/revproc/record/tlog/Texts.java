package io.revproc.record.tlog;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Reads the small texts of the formats, each in one spelling only. */
final class Texts {
    private Texts() {}

    /** @throws IllegalArgumentException if it is not base64 as it would be written */
    static byte[] base64(String text) {
        byte[] bytes = Base64.getDecoder().decode(text);
        if (!base64(bytes).equals(text)) {
            throw new IllegalArgumentException("it is not base64");
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

    /** @throws IllegalArgumentException if it is not a decimal number without sign or leading zeros */
    static long number(String text) {
        if (!text.matches("0|[1-9][0-9]{0,18}")) {
            throw new IllegalArgumentException("it is not a number");
        }
        return Long.parseLong(text);
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
