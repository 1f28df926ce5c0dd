package io.revproc.client.connect;

import java.util.Locale;

/** Text and bytes from others, made safe for a terminal. */
public final class Printable {
    private Printable() {}

    /** The text with control, format and unpaired surrogate characters as Python's escapes: {@code \n}, {@code \x1b}. */
    public static String text(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (needsEscape(c)) {
                escape(out, c);
            } else {
                out.appendCodePoint(c);
            }
        });
        return out.toString();
    }

    /** What a failure says of itself; its name if it says nothing. */
    public static String reason(Throwable failure) {
        return text(failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage());
    }

    /** The bytes as Python prints a bytes object: {@code b'…'}. */
    public static String bytes(byte[] bytes, int from, int to) {
        boolean apostrophe = false;
        boolean quote = false;
        for (int i = from; i < to; i++) {
            apostrophe |= bytes[i] == '\'';
            quote |= bytes[i] == '"';
        }
        char delimiter = apostrophe && !quote ? '"' : '\'';
        StringBuilder out = new StringBuilder(to - from + 3).append('b').append(delimiter);
        for (int i = from; i < to; i++) {
            int c = bytes[i] & 0xff;
            if (c == delimiter || c == '\\') {
                out.append('\\').append((char) c);
            } else if (c < ' ' || c > '~') {
                escape(out, c);
            } else {
                out.append((char) c);
            }
        }
        return out.append(delimiter).toString();
    }

    private static boolean needsEscape(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                true;
            default -> false;
        };
    }

    private static void escape(StringBuilder out, int c) {
        switch (c) {
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> out.append(String.format(Locale.ROOT, c > 0xffff
                    ? "\\U%08x"
                    : c > 0xff ? "\\u%04x" : "\\x%02x", c));
        }
    }
}
