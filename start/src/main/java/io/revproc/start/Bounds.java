package io.revproc.start;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

import io.revproc.wire.DurationText;
import org.jspecify.annotations.Nullable;
import org.springframework.validation.Errors;

/** Collects which settings are out of bounds, each with a sentence. Settings are named as they are typed: {@code max-in-flight}. */
public final class Bounds {
    private final Errors errors;

    Bounds(Errors errors) {
        this.errors = errors;
    }

    /** Refuses the setting with this sentence, such as "must be an address", unless that holds. */
    public Bounds demand(String setting, boolean holds, String sentence) {
        if (!holds) {
            errors.rejectValue(setting, "bounds", sentence);
        }
        return this;
    }

    /** Refuses a number that is not in this range, both ends included. */
    public Bounds range(String setting, long value, long least, long most) {
        return demand(setting, least <= value && value <= most, "must be between " + least + " and " + most);
    }

    /** Refuses what is no port. */
    public Bounds port(String setting, int value) {
        return demand(setting, 0 <= value && value <= HttpPort.MAX,
                "must be a port, 0 to " + HttpPort.MAX + " (0: any free one)");
    }

    /** Refuses what is no percentage. */
    public Bounds percentage(String setting, double value) {
        return demand(setting, 0 <= value && value <= 100, "must be between 0 and 100");
    }

    /** Refuses a duration that is not in this range, both ends included. */
    public Bounds range(String setting, Duration value, Duration least, Duration most) {
        return demand(setting, least.compareTo(value) <= 0 && value.compareTo(most) <= 0,
                "must be between " + DurationText.of(least) + " and " + DurationText.of(most));
    }

    /** Refuses a text that is empty or longer than so many characters. Null is fine. */
    public Bounds length(String setting, @Nullable String value, int most) {
        return demand(setting, value == null || !value.isEmpty() && value.length() <= most,
                "must have between 1 and " + most + " characters");
    }

    /** Refuses a text that has nothing but white space. */
    public Bounds notBlank(String setting, String value) {
        return demand(setting, !value.isBlank(), "must not be blank");
    }

    /** Refuses a list with fewer or more elements. */
    public Bounds elements(String setting, Collection<?> value, int least, int most) {
        return demand(setting, least <= value.size() && value.size() <= most,
                most == Integer.MAX_VALUE
                        ? "must not be empty"
                        : "must have between " + least + " and " + most + " elements");
    }

    /** A check of one element of a list, whose name has its place in brackets. */
    @FunctionalInterface
    public interface Each<T> {
        void check(String setting, T value);
    }

    /** Checks each element of a list. */
    public <T> Bounds each(String setting, List<T> values, Each<T> check) {
        for (int i = 0; i < values.size(); i++) {
            check.check(setting + "[" + i + "]", values.get(i));
        }
        return this;
    }

    /** Refuses all of them if making something of them throws an {@link IllegalArgumentException}: that says what does not go together. */
    public Bounds together(Runnable make) {
        try {
            make.run();
        } catch (IllegalArgumentException e) {
            errors.reject("together", String.valueOf(e.getMessage()));
        }
        return this;
    }

    /** Checks settings whose names begin with this one's and a dot. */
    public Bounds nested(String setting, CheckedSettings settings) {
        errors.pushNestedPath(setting);
        settings.check(this);
        errors.popNestedPath();
        return this;
    }
}
