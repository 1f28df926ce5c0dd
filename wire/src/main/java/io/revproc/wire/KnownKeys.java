package io.revproc.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

import org.jspecify.annotations.Nullable;

/**
 * Recognises the keys that nearly every message has, closing quote included, by comparing eight bytes at once. What it does not
 * recognise may still be a known key: {@link MessageScanner} decides.
 */
final class KnownKeys {
    /** How many bytes must be there for a look. */
    static final int REACH = 16;

    private static final int KELVIN_SIGN = 0x212a;
    private static final int LONG_S = 0x17f;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long FIVE = 0xff_ffff_ffffL;
    private static final long SIX = 0xffff_ffff_ffffL;
    private static final long SEVEN = 0xff_ffff_ffff_ffffL;
    private static final long TYPE = Words.of("type\"", 0);
    private static final long SRC_ID = Words.of("srcid\"", 0);
    private static final long MSG_ID = Words.of("msgId\"", 0);
    private static final long DEST_ID = Words.of("destid\"", 0);
    private static final long PAYLOAD = Words.of("payload\"", 0);
    private static final long PRIV_POLI = Words.of("privPoli", 0);
    private static final long ID_END = Words.of("iId\"", 0);
    private static final long PAYLOAD_S = Words.of("payloads", 0);
    private static final long SIZE_END = Words.of("ize\"", 0);

    private static final int TYPE_KEY = found(Field.TYPE);
    private static final int SRC_ID_KEY = found(Field.SRC_ID);
    private static final int DEST_ID_KEY = found(Field.DEST_ID);
    private static final int MSG_ID_KEY = found(Field.MSG_ID);
    private static final int PAYLOAD_KEY = found(Field.PAYLOAD);
    private static final int PAYLOAD_SIZE_KEY = found(Field.PAYLOAD_SIZE);
    private static final int PRIV_POLI_ID_KEY = found(Field.PRIV_POLI_ID);

    private KnownKeys() {}

    private static int found(Field field) {
        return field.ordinal() << 8 | field.key.length();
    }

    /**
     * The key that starts at {@code at}, behind its opening quote: its field's ordinal times 256 plus its length; 0 if it is not one
     * of these. Reads {@link #REACH} bytes.
     */
    static int at(byte[] b, int at) {
        long v = (long) Words.LONG.get(b, at);
        if (v == PAYLOAD) {
            return PAYLOAD_KEY;
        }
        if ((v & FIVE) == TYPE) {
            return TYPE_KEY;
        }
        if ((v & SIX) == SRC_ID) {
            return SRC_ID_KEY;
        }
        if (v == PAYLOAD_S && (int) INT.get(b, at + 8) == SIZE_END) {
            return PAYLOAD_SIZE_KEY;
        }
        if (v == PRIV_POLI && (int) INT.get(b, at + 7) == ID_END) {
            return PRIV_POLI_ID_KEY;
        }
        if ((v & SIX) == MSG_ID) {
            return MSG_ID_KEY;
        }
        if ((v & SEVEN) == DEST_ID) {
            return DEST_ID_KEY;
        }
        return 0;
    }

    /**
     * The field that this key is, or that some parsers take it for: those that fold letter case, and those for which a NUL ends a
     * string. Null if there is none. For keys with escapes or beyond ASCII; {@link Field#ofAnyCase} is faster with the others.
     *
     * @param folded holds {@link Field#MAX_NAME_LENGTH} bytes; is written to
     */
    static @Nullable Field folded(byte[] b, int from, int to, byte[] folded) {
        int length = 0;
        int at = from;
        while (at < to) {
            int codePoint = Json.codePoint(b, at);
            if (codePoint == 0) {
                break;
            }
            int letter = fold(codePoint);
            if (letter == 0 || length == Field.MAX_NAME_LENGTH) {
                return null;
            }
            folded[length++] = (byte) letter;
            at += Json.length(b, at, codePoint);
        }
        return Field.ofAnyCase(folded, 0, length);
    }

    /** The small ASCII letter that a character folds to, by Unicode's simple case folding; 0 if it folds to none. */
    private static int fold(int codePoint) {
        if (codePoint == KELVIN_SIGN) {
            return 'k';
        }
        if (codePoint == LONG_S) {
            return 's';
        }
        int small = codePoint | 0x20;
        return codePoint < 0x80 && small >= 'a' && small <= 'z' ? small : 0;
    }
}
