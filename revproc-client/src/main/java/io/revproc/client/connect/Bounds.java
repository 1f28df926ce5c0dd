package io.revproc.client.connect;

import java.time.Duration;

import io.revproc.wire.DurationText;

/** Checks what builders are given. */
public final class Bounds {
    private Bounds() {}

    /**
     * Returns the value.
     *
     * @param what what it is, for a person
     * @throws IllegalArgumentException with a sentence for a person, if it is out of bounds
     */
    public static int between(int least, int value, int most, String what) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + " is between " + least + " and " + most + ", not " + value);
        }
        return value;
    }

    /** Returns the value. As {@link #between(int, int, int, String)}. */
    public static Duration between(Duration least, Duration value, Duration most, String what) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(what + " is between " + DurationText.of(least) + " and "
                    + DurationText.of(most) + ", not " + DurationText.of(value));
        }
        return value;
    }
}
