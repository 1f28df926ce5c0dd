package io.revproc.cli;

import java.util.Collection;

import org.jspecify.annotations.Nullable;

/** What a mistyped word was probably meant to be. */
final class Suggestion {
    private static final int MOST_EDITS = 2;

    private Suggestion() {}

    /** The word with the fewest edits, null if none is close. */
    static @Nullable String closest(String typed, Collection<String> words) {
        String closest = null;
        int least = MOST_EDITS + 1;
        for (String word : words) {
            int edits = edits(typed, word);
            if (edits < least) {
                least = edits;
                closest = word;
            }
        }
        return closest;
    }

    /** Levenshtein's distance. */
    private static int edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
