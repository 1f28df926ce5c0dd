package io.revproc.wire;

import java.util.Collection;
import java.util.List;

/** Says which name may be meant by one that nobody knows: in the same words everywhere. */
public final class DidYouMean {
    private static final String BEGIN = "did you mean ";

    private DidYouMean() {}

    /** Returns the question, the end of a sentence: {@code did you mean A?}. */
    public static String of(String name) {
        return of(List.of(name));
    }

    /** Returns the same for one name or more: {@code did you mean A or B?}. */
    public static String of(Collection<String> names) {
        return BEGIN + String.join(" or ", names) + "?";
    }

    /** Returns whether a sentence asks that. */
    public static boolean isAskedIn(String sentence) {
        return sentence.contains(BEGIN);
    }
}
