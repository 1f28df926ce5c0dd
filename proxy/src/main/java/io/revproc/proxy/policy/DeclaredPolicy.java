package io.revproc.proxy.policy;

import java.util.List;

import io.revproc.proxy.route.Processing;
import org.jspecify.annotations.Nullable;

/**
 * A policy as the operator declared it.
 *
 * @param name           exactly as messages and setups name it
 * @param description    what it is, for people
 * @param purpose        what its messages may be processed for: its servers have to state it; null: nothing is asked for
 * @param regions        where they may be processed: its servers have to state one of these; empty: anywhere
 * @param owner          who decided on it
 * @param contact        whom to ask
 * @param mayBeServedBy  narrower policies whose servers may get its messages too, in this order, behind its own; empty: its own alone
 */
public record DeclaredPolicy(String name, @Nullable String description, @Nullable String purpose, List<String> regions,
        @Nullable String owner, @Nullable String contact, List<String> mayBeServedBy) {
    private static final int MAX_TEXT = 1_000;

    /** @throws IllegalArgumentException if a part is not what it has to be; the sentence names it */
    public DeclaredPolicy {
        String key = "revproc.policies[" + name + "]";
        regions = Label.all(key + ".regions", regions);
        if (purpose != null) {
            Label.one(key + ".purpose", purpose);
        }
        bounded(key + ".description", description);
        bounded(key + ".owner", owner);
        bounded(key + ".contact", contact);
        mayBeServedBy = List.copyOf(mayBeServedBy);
        for (String narrower : mayBeServedBy) {
            if (narrower.equals(name)) {
                throw new IllegalArgumentException(key + ".may-be-served-by names the policy itself; leave it out");
            }
        }
    }

    /** One that is served by its own servers alone. */
    public DeclaredPolicy(String name, @Nullable String description, @Nullable String purpose, List<String> regions,
            @Nullable String owner, @Nullable String contact) {
        this(name, description, purpose, regions, owner, contact, List.of());
    }

    private static void bounded(String key, @Nullable String text) {
        if (text != null && text.length() > MAX_TEXT) {
            throw new IllegalArgumentException(key + " has at most " + MAX_TEXT + " characters");
        }
    }

    /** Returns why a server that states this may not serve the policy; null if it may. */
    @Nullable
    Objection objection(Processing stated) {
        String region = stated.region();
        if (!regions.isEmpty() && region == null) {
            return new Objection("region-not-stated", "The policy '" + name + "' is for servers in " + among(regions)
                    + ", and the setup states no region");
        }
        if (region != null && !regions.isEmpty() && !regions.contains(region)) {
            return new Objection("region-not-of-policy", "The policy '" + name + "' is for servers in " + among(regions)
                    + ", and the setup states the region '" + region + "'");
        }
        if (purpose != null && !stated.purposes().contains(purpose)) {
            return new Objection("purpose-not-stated", "The policy '" + name + "' is for the purpose '" + purpose
                    + "', and the setup " + stating(stated.purposes()));
        }
        return null;
    }

    static String stating(List<String> purposes) {
        return purposes.isEmpty() ? "states no purpose" : "states " + among(purposes);
    }

    static String among(List<String> labels) {
        return String.join(", ", labels);
    }
}
