package io.revproc.wire;

/**
 * Text that somebody else chose, as one value of a log line of {@code key=value} pairs. Everything that a peer, an operator or
 * another program named goes through here on its way into the log.
 */
public final class LogValue {
    /** Characters of a value; of a longer one the beginning is shown. */
    public static final int MAX_LENGTH = 256;

    private LogValue() {}

    /**
     * Returns the text as it is if it is plain, else in quotes with everything odd replaced by a question mark: it can't begin a
     * line, reach a terminal's controls or look like another key. Thread-safe.
     */
    public static String of(String text) {
        if (text.length() > MAX_LENGTH) {
            return '"' + safe(text.substring(0, MAX_LENGTH)) + "...\"";
        }
        return !text.isEmpty() && text.chars().allMatch(LogValue::plain) ? text : '"' + safe(text) + '"';
    }

    private static String safe(String text) {
        return text.replaceAll("[^\\w .,:;/@+*()'\\[\\]-]", "?");
    }

    private static boolean plain(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "_-./:".indexOf(c) >= 0;
    }
}
