package io.revproc.wire;

import java.util.Objects;

/**
 * An id or a policy as it came over the wire: a JSON number or a JSON string. Two idents are equal when their texts are
 * ({@code 999} and {@code "999"} are the same policy); {@code quoted} only remembers how to write it back.
 *
 * @param text   the digits of the number, or the string's characters; 1 to {@value #MAX_LENGTH} characters (code points), no
 *               control characters
 * @param quoted whether it was a JSON string
 */
public record Ident(String text, boolean quoted) implements Comparable<Ident> {
    /** The most characters (code points) an id or a policy may have. */
    public static final int MAX_LENGTH = 128;

    /** @throws IllegalArgumentException if the text is empty, too long or holds a control character */
    public Ident {
        if (text.isEmpty() || text.length() > MAX_LENGTH && text.codePointCount(0, text.length()) > MAX_LENGTH) {
            throw new IllegalArgumentException("an id or policy has 1 to " + MAX_LENGTH + " characters");
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("an id or policy has no control characters");
        }
        if (!quoted && !isInteger(text)) {
            throw new IllegalArgumentException(
                    "a number used as id or policy is an integer of at most 15 digits without a sign");
        }
    }

    /** The ident that a person typed: a number if it looks like one, else a string. */
    public static Ident of(String text) {
        return new Ident(text, !isInteger(text));
    }

    public static Ident of(long number) {
        return new Ident(Long.toString(number), false);
    }

    /** Returns it as it stands in a message: a number, or a string in quotes. */
    public String json() {
        return quoted ? '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"' : text;
    }

    /** Returns whether the text is an integer that every JSON parser reads as the same number: at most 15 digits, no sign, no leading zero. */
    static boolean isInteger(String text) {
        int length = text.length();
        if (length < 1 || length > Json.MAX_DIGITS || text.charAt(0) == '0' && length > 1) {
            return false;
        }
        return text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Ident that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(text);
    }

    /** Numbers by value and before words, words by their characters. */
    @Override
    public int compareTo(Ident that) {
        boolean number = isInteger(text);
        boolean thatNumber = isInteger(that.text);
        if (number && thatNumber) {
            return Long.compare(Long.parseLong(text), Long.parseLong(that.text));
        }
        return number == thatNumber ? text.compareTo(that.text) : number ? -1 : 1;
    }

    @Override
    public String toString() {
        return text;
    }
}
