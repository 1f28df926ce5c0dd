package io.revproc.listener;

import org.jspecify.annotations.Nullable;

/**
 * What stands between a connection and the data path.
 *
 * @param clients the policies' rules on clients; null: there are none
 */
public record Entrance(@Nullable ClientRules clients) {
    /** Nothing. */
    public static final Entrance OPEN = new Entrance(null);
}
