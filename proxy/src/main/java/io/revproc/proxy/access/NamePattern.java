package io.revproc.proxy.access;

/** Names that a rule covers: exactly one ({@code PP_1}), or all that begin with what stands before a last star ({@code PP_*}). Immutable. */
public final class NamePattern {
    private static final int MAX_LENGTH = 256;

    private final String text;
    private final boolean prefix;

    private NamePattern(String text, boolean prefix) {
        this.text = text;
        this.prefix = prefix;
    }

    /** @throws IllegalArgumentException with a sentence that says what is wrong */
    public static NamePattern of(String pattern) {
        boolean prefix = pattern.endsWith("*");
        String text = prefix ? pattern.substring(0, pattern.length() - 1) : pattern;
        if (pattern.isBlank() || pattern.length() > MAX_LENGTH || text.contains("*")) {
            throw new IllegalArgumentException("'" + pattern
                    + "' is not a pattern of names; write a name, PP_1, or how names begin, with a star at the end: PP_*");
        }
        return new NamePattern(text, prefix);
    }

    public boolean matches(String name) {
        return prefix ? name.startsWith(text) : name.equals(text);
    }

    @Override
    public String toString() {
        return prefix ? text + "*" : text;
    }
}
