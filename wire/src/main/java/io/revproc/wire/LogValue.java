package io.revproc.wire;

/** Text that somebody else chose, as one value of a log line of {@code key=value} pairs. */
public final class LogValue {
    private LogValue() {}

    /** The text as it is if it is plain, else in quotes with everything odd replaced: it can't look like another key. */
    public static String of(String text) {
        return text.chars().allMatch(LogValue::plain)
                ? text
                : '"' + text.replaceAll("[^\\w .,:;/@+*()\\[\\]-]", "?") + '"';
    }

    private static boolean plain(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "_-./:".indexOf(c) >= 0;
    }
}
