package io.revproc.wire;

/** Checks for well-formed UTF-8: table 3-7 of the Unicode Standard. */
public final class Utf8 {
    static final int TRUNCATED = -1;
    static final int MALFORMED = -2;

    private Utf8() {}

    /**
     * The position after the sequence of two to four bytes that starts at {@code at}, {@link #TRUNCATED} if it goes beyond
     * {@code limit}, or {@link #MALFORMED}.
     */
    static int next(byte[] b, int at, int limit) {
        int lead = b[at] & 0xff;
        int length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
        if (length == 0) {
            return MALFORMED;
        }
        for (int i = 1; i < length; i++) {
            if (at + i >= limit) {
                return TRUNCATED;
            }
            int c = b[at + i] & 0xff;
            int low = i > 1 ? 0x80 : lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
            int high = i > 1 ? 0xbf : lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
            if (c < low || c > high) {
                return MALFORMED;
            }
        }
        return at + length;
    }

    /** Returns how many bytes the well-formed sequence has that starts with this byte, which is not ASCII. */
    static int length(int lead) {
        return (lead & 0xe0) == 0xc0 ? 2 : (lead & 0xf0) == 0xe0 ? 3 : 4;
    }

    /** Returns whether these bytes are well-formed UTF-8 from end to end. */
    public static boolean isWellFormed(byte[] bytes) {
        int at = 0;
        while (at < bytes.length) {
            at = bytes[at] >= 0 ? at + 1 : next(bytes, at, bytes.length);
            if (at < 0) {
                return false;
            }
        }
        return true;
    }

    /** Returns whether a string has a form in UTF-8: a JSON escape can smuggle in half a surrogate pair, which has none. */
    public static boolean canEncode(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c) || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /** Returns how many characters well-formed UTF-8 has, as code points. */
    public static int characters(byte[] utf8) {
        int characters = 0;
        for (byte b : utf8) {
            if ((b & 0xc0) != 0x80) {
                characters++;
            }
        }
        return characters;
    }
}
