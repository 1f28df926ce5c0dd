package io.revproc.cli;

import java.util.Locale;
import java.util.Set;

/** Colours for a terminal; nothing at all elsewhere. */
record Style(boolean on) {
    private static final String RESET = "\u001b[0m";
    /** What sentences of the proxy begin with. */
    private static final Set<String> BEGINNINGS = Set.of("A", "An", "Another", "Changes", "It", "No", "Only",
            "Reading", "The", "There", "This");

    String good(String text) {
        return paint("\u001b[32m", text);
    }

    String bad(String text) {
        return paint("\u001b[31m", text);
    }

    String warn(String text) {
        return paint("\u001b[33m", text);
    }

    String dim(String text) {
        return paint("\u001b[2m", text);
    }

    String bold(String text) {
        return paint("\u001b[1m", text);
    }

    /** Returns a sentence as a part of another one: without the capital that it begins with, unless that may be a name's. */
    static String clause(String sentence) {
        int space = sentence.indexOf(' ');
        return space > 0 && BEGINNINGS.contains(sentence.substring(0, space))
                ? sentence.substring(0, 1).toLowerCase(Locale.ROOT) + sentence.substring(1)
                : sentence;
    }

    private String paint(String code, String text) {
        return on && !text.isEmpty() ? code + text + RESET : text;
    }

    /** Text that came over the network, with a question mark for each character that could steer a terminal or a reader's eye. */
    static String safe(String text) {
        if (text.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            return text;
        }
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> safe.appendCodePoint(deceives(c) ? '?' : c));
        return safe.toString();
    }

    /** The same for text of several lines: line feeds and tabs stay. */
    static String safeLines(String text) {
        if (text.chars().allMatch(c -> c >= ' ' && c <= '~' || c == '\n' || c == '\t')) {
            return text;
        }
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> safe.appendCodePoint(c != '\n' && c != '\t' && deceives(c) ? '?' : c));
        return safe.toString();
    }

    /**
     * Returns whether a character does something on a terminal, or to the characters around it, or shows nothing at all: control characters,
     * marks of direction (a policy could be read as another one), characters without width, line separators, half surrogate pairs.
     */
    static boolean deceives(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                true;
            // Letters and marks that are drawn as nothing: joiner, fillers, selectors of variants, the Mongolian ones.
            default ->
                c == 0x34f || c == 0x115f || c == 0x1160 || c == 0x17b4 || c == 0x17b5 || c >= 0x180b && c <= 0x180f
                        || c == 0x2800 || c == 0x3164 || c >= 0xfe00 && c <= 0xfe0f || c == 0xffa0
                        || c >= 0xe0000 && c <= 0xe0fff;
        };
    }
}
