package io.revproc.proxy.policy;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Finds the names that somebody may have meant. */
public final class Spelling {
    private static final int MAX_FOUND = 3;

    private Spelling() {}

    /**
     * Returns the names, three at most, that one typing error makes into this one: a character too many, too few or another one, two
     * in the wrong order, or any number of letters in the wrong case.
     */
    public static List<String> near(String name, Collection<String> names) {
        return names.stream().filter(other -> isNear(name, other)).sorted().limit(MAX_FOUND).toList();
    }

    static boolean isNear(String name, String other) {
        String a = name.toLowerCase(Locale.ROOT);
        String b = other.toLowerCase(Locale.ROOT);
        int difference = a.length() - b.length();
        if (name.equals(other) || Math.abs(difference) > 1) {
            return false;
        }
        int same = 0;
        while (same < a.length() && same < b.length() && a.charAt(same) == b.charAt(same)) {
            same++;
        }
        String restA = a.substring(same);
        String restB = b.substring(same);
        if (difference != 0) {
            return difference > 0 ? restA.substring(1).equals(restB) : restB.substring(1).equals(restA);
        }
        if (restA.isEmpty() || restA.substring(1).equals(restB.substring(1))) {
            return true;
        }
        return restA.charAt(0) == restB.charAt(1) && restA.charAt(1) == restB.charAt(0)
                && restA.substring(2).equals(restB.substring(2));
    }
}
