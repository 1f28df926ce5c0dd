package io.revproc.wire;

import java.util.Collection;

import org.jspecify.annotations.Nullable;

/** Finds what a mistyped word was probably meant to be: by Levenshtein's distance. */
public final class EditDistance {
    private EditDistance() {}

    /**
     * Returns the word with the fewest edits; null if none is close enough. Of several the first one counts.
     *
     * @param maxEdits how many characters may be inserted, left out or replaced
     */
    public static @Nullable String closest(String typed, Collection<String> words, int maxEdits) {
        String closest = null;
        int least = maxEdits + 1;
        for (String word : words) {
            int edits = Math.abs(word.length() - typed.length()) > maxEdits ? least : between(typed, word);
            if (edits < least) {
                least = edits;
                closest = word;
            }
        }
        return closest;
    }

    /** Returns how many characters have to be inserted, left out or replaced to make one text of the other. */
    public static int between(String a, String b) {
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
