package io.revproc.proxy.policy;

import java.time.Instant;
import java.util.List;

import io.revproc.proxy.route.Processing;
import org.jspecify.annotations.Nullable;

/**
 * Until when, for what and where a grant allows: what an approval says beside the name.
 *
 * @param notBefore  it allows nothing before this moment; null: from ever
 * @param notAfter   it allows nothing from this moment on; null: for ever
 * @param purposes   what its servers may state as purposes, and nothing else; empty: anything
 * @param regions    where its servers may state to be; empty: anywhere
 * @param maxServers the most entries of the table at once that are registered by it; 0: no limit
 * @param comment    for people: the approval's number, for example
 */
public record Terms(@Nullable Instant notBefore, @Nullable Instant notAfter, List<String> purposes,
        List<String> regions, int maxServers, @Nullable String comment) {
    /** Allows everything for ever. */
    public static final Terms NONE = new Terms(null, null, List.of(), List.of(), 0, null);

    private static final String KEY = "revproc.registration.grants";

    /** @throws IllegalArgumentException if a part is not what it has to be; the sentence says what to write */
    public Terms {
        purposes = Label.all(KEY + ": purposes", purposes);
        regions = Label.all(KEY + ": regions", regions);
        if (notBefore != null && notAfter != null && !notBefore.isBefore(notAfter)) {
            throw new IllegalArgumentException(KEY + ": not-before has to be earlier than not-after");
        }
        if (maxServers < 0 || maxServers > 1_000_000) {
            throw new IllegalArgumentException(KEY + ": max-servers is 0 (no limit) to 1000000");
        }
        if (comment != null && comment.length() > 1_000) {
            throw new IllegalArgumentException(KEY + ": a comment has at most 1000 characters");
        }
    }

    /** Returns why these terms do not allow this at this moment; null if they do. */
    @Nullable
    Objection objection(String grant, Processing stated, Instant now) {
        String name = "The grant '" + grant + "'";
        if (notBefore != null && now.isBefore(notBefore)) {
            return new Objection("grant-not-yet-valid", name + " begins at " + notBefore);
        }
        if (notAfter != null && !now.isBefore(notAfter)) {
            return new Objection("grant-ended", name + " ended at " + notAfter);
        }
        String region = stated.region();
        if (!regions.isEmpty() && (region == null || !regions.contains(region))) {
            return new Objection("region-not-granted", name + " is for servers in " + DeclaredPolicy.among(regions)
                    + ", and the setup states " + (region == null ? "no region" : "the region '" + region + "'"));
        }
        if (!purposes.isEmpty() && (stated.purposes().isEmpty() || !purposes.containsAll(stated.purposes()))) {
            return new Objection("purpose-not-granted", name + " is for " + DeclaredPolicy.among(purposes)
                    + " and nothing else, and the setup " + DeclaredPolicy.stating(stated.purposes()));
        }
        return null;
    }
}
