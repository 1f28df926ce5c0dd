package io.revproc.start;

import org.springframework.validation.Errors;
import org.springframework.validation.Validator;

/**
 * Settings that say themselves what is out of bounds, when Spring has bound them: all of it at once, and each with its name and as it was
 * typed. Plain calls, since a library that reads annotations takes a tenth of the start.
 */
public interface CheckedSettings extends Validator {
    /** Says what is out of bounds. */
    void check(Bounds bounds);

    @Override
    default boolean supports(Class<?> type) {
        return getClass() == type;
    }

    @Override
    default void validate(Object target, Errors errors) {
        ((CheckedSettings) target).check(new Bounds(errors));
    }
}
