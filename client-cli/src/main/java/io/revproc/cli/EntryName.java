package io.revproc.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** Which entry of the switch table is meant. */
record EntryName(String policy, String id) {
    /**
     * Reads {@code POLICY/ID}, or the two apart; never guesses, since a policy and an id may have slashes too.
     *
     * @throws CliException if it can be read in no way, or in more than one
     */
    static EntryName of(@Nullable String entry, @Nullable String policy, @Nullable String id) {
        if (policy != null && id != null && entry == null) {
            return new EntryName(policy, id);
        }
        if (entry == null || policy != null || id != null) {
            throw CliException
                    .usage("an entry is named as POLICY/ID, such as PP_1/2, or with --policy and --id together");
        }
        int slash = entry.indexOf('/');
        if (slash != entry.lastIndexOf('/')) {
            int last = entry.lastIndexOf('/');
            throw CliException.usage("'" + entry + "' can be read in more than one way; write --policy '"
                    + entry.substring(0, last) + "' --id '" + entry.substring(last + 1) + "', or what you mean");
        }
        if (slash <= 0 || slash == entry.length() - 1) {
            throw CliException
                    .usage("'" + entry + "' is not of the form POLICY/ID, such as PP_1/2; revproc routes shows them");
        }
        return new EntryName(entry.substring(0, slash), entry.substring(slash + 1));
    }

    /** Returns the entry among those that the admin API gave of its policy; empty if it is not there. */
    Map<String, @Nullable Object> in(@Nullable Object routes) {
        for (Object entry : Json.array(Json.object(Json.object(routes).get("policies")).get(policy))) {
            Map<String, @Nullable Object> fields = Json.object(entry);
            if (id.equals(String.valueOf(fields.get("id")))) {
                return fields;
            }
        }
        return Map.of();
    }

    /** Returns its place in the admin API. */
    String path() {
        return policyPath() + "/" + encode(id);
    }

    /** Returns the place of its policy's entries. */
    String policyPath() {
        return "/admin/routes/" + encode(policy);
    }

    static String encode(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public String toString() {
        return policy + "/" + id;
    }
}
