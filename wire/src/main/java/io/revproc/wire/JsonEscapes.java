package io.revproc.wire;

/**
 * Decodes the escapes of a JSON string that {@link MessageScanner} has already found to be well-formed, and writes text as a JSON
 * string.
 */
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

    /**
     * Returns how many bytes {@link #encode} writes for this text.
     *
     * @param text well-formed UTF-8
     */
    public static int encodedLength(byte[] text) {
        int length = text.length;
        for (byte b : text) {
            if (b < ' ' && b >= 0) {
                length += escape(b) == 'u' ? 5 : 1;
            } else if (b == '"' || b == '\\') {
                length++;
            }
        }
        return length;
    }

    /**
     * Writes the text as it stands between the quotes of a JSON string. Thread-safe; allocates nothing.
     *
     * @param text well-formed UTF-8
     * @param out  has room for {@link #encodedLength} bytes from {@code at}
     * @return the position behind the last byte written
     */
    public static int encode(byte[] text, byte[] out, int at) {
        int n = at;
        for (byte b : text) {
            if (b >= ' ' && b != '"' && b != '\\' || b < 0) {
                out[n++] = b;
                continue;
            }
            byte e = b < ' ' ? escape(b) : b;
            out[n++] = '\\';
            out[n++] = e;
            if (e == 'u') {
                out[n++] = '0';
                out[n++] = '0';
                out[n++] = (byte) (b < 0x10 ? '0' : '1');
                out[n++] = (byte) Character.forDigit(b & 0xf, 16);
            }
        }
        return n;
    }

    /** The letter behind the backslash for a control character; {@code u}: none of its own. */
    private static byte escape(byte control) {
        return switch (control) {
            case '\b' -> 'b';
            case '\f' -> 'f';
            case '\n' -> 'n';
            case '\r' -> 'r';
            case '\t' -> 't';
            default -> 'u';
        };
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
