package io.revproc.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Recognises the keys that nearly every message has, closing quote included, by comparing eight bytes at once. What it does not
 * recognise may still be a known key: {@link MessageFields#keyOf} decides.
 */
final class KnownKeys {
    /** How many bytes must be there for a look. */
    static final int REACH = 16;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long FIVE = 0xff_ffff_ffffL;
    private static final long SIX = 0xffff_ffff_ffffL;
    private static final long SEVEN = 0xff_ffff_ffff_ffffL;
    private static final long TYPE = word("type\"");
    private static final long SRC_ID = word("srcid\"");
    private static final long MSG_ID = word("msgId\"");
    private static final long DEST_ID = word("destid\"");
    private static final long PAYLOAD = word("payload\"");
    private static final long PRIV_POLI = word("privPoli");
    private static final long ID_END = word("iId\"");
    private static final long PAYLOAD_S = word("payloads");
    private static final long SIZE_END = word("ize\"");

    private KnownKeys() {}

    private static long word(String text) {
        long word = 0;
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < bytes.length; i++) {
            word |= (long) bytes[i] << 8 * i;
        }
        return word;
    }

    /**
     * The key that starts at {@code at}, behind its opening quote: its number times 256 plus its length; 0 if it is not one of
     * these. Reads {@link #REACH} bytes.
     */
    static int at(byte[] b, int at) {
        long v = (long) LONG.get(b, at);
        if (v == PAYLOAD) {
            return MessageFields.PAYLOAD << 8 | 7;
        }
        if ((v & FIVE) == TYPE) {
            return MessageFields.TYPE << 8 | 4;
        }
        if ((v & SIX) == SRC_ID) {
            return MessageFields.SRC_ID << 8 | 5;
        }
        if (v == PAYLOAD_S && (int) INT.get(b, at + 8) == SIZE_END) {
            return MessageFields.PAYLOAD_SIZE << 8 | 11;
        }
        if (v == PRIV_POLI && (int) INT.get(b, at + 7) == ID_END) {
            return MessageFields.PRIV_POLI_ID << 8 | 10;
        }
        if ((v & SIX) == MSG_ID) {
            return MessageFields.MSG_ID << 8 | 5;
        }
        if ((v & SEVEN) == DEST_ID) {
            return MessageFields.DEST_ID << 8 | 6;
        }
        return 0;
    }
}
