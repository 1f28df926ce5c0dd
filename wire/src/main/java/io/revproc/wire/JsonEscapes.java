package io.revproc.wire;

/** Decodes the escapes of a JSON string that {@link MessageScanner} has already found to be well-formed. */
public final class JsonEscapes {
    private JsonEscapes() {}

    /**
     * Writes the string's UTF-8 bytes to {@code out}. Thread-safe; allocates nothing.
     *
     * @param in   a string's bytes, without its quotes
     * @return how many bytes were written, or -1 if {@code out} is too small
     */
    public static int decode(byte[] in, int from, int to, byte[] out) {
        int n = 0;
        int at = from;
        while (at < to) {
            int c = in[at++];
            int codePoint = c;
            if (c == '\\') {
                int e = in[at++];
                codePoint = switch (e) {
                    case 'b' -> '\b';
                    case 'f' -> '\f';
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    case 't' -> '\t';
                    case 'u' -> hex(in, at);
                    default -> e;
                };
                if (e == 'u') {
                    at += 4;
                    if (Character.isHighSurrogate((char) codePoint)) {
                        codePoint = Character.toCodePoint((char) codePoint, (char) hex(in, at + 2));
                        at += 6;
                    }
                }
            }
            if (n + 4 > out.length && n + length(codePoint) > out.length) {
                return -1;
            }
            if (codePoint < 0x80) {
                // ASCII, or a byte of a sequence that was UTF-8 already (negative)
                out[n++] = (byte) codePoint;
            } else if (codePoint < 0x800) {
                out[n++] = (byte) (0xc0 | codePoint >> 6);
                out[n++] = (byte) (0x80 | codePoint & 0x3f);
            } else if (codePoint < 0x10000) {
                out[n++] = (byte) (0xe0 | codePoint >> 12);
                out[n++] = (byte) (0x80 | codePoint >> 6 & 0x3f);
                out[n++] = (byte) (0x80 | codePoint & 0x3f);
            } else {
                out[n++] = (byte) (0xf0 | codePoint >> 18);
                out[n++] = (byte) (0x80 | codePoint >> 12 & 0x3f);
                out[n++] = (byte) (0x80 | codePoint >> 6 & 0x3f);
                out[n++] = (byte) (0x80 | codePoint & 0x3f);
            }
        }
        return n;
    }

    private static int length(int codePoint) {
        return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    }

    private static int hex(byte[] in, int at) {
        int unit = 0;
        for (int i = at; i < at + 4; i++) {
            unit = unit << 4 | Character.digit(in[i], 16);
        }
        return unit;
    }
}
