package io.revproc.start;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/** A setting that can't be used; the message is one sentence for a person. */
public final class WrongSettingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param cause what was thrown; null if nothing was */
    public WrongSettingException(String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
    }

    /**
     * Returns what a setting's text stands for.
     *
     * @param parse throws an {@link IllegalArgumentException} with a sentence for a person
     * @throws WrongSettingException with that sentence and the setting's name
     */
    public static <T> T parsed(String setting, Supplier<T> parse) {
        try {
            return parse.get();
        } catch (IllegalArgumentException e) {
            throw new WrongSettingException("the setting '" + setting + "': " + e.getMessage(), e);
        }
    }
}
