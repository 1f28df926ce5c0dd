package io.revproc.proxy.route;

import org.jspecify.annotations.Nullable;

/** Says which entries messages may be routed to, whichever proxy they registered with. Thread-safe; must not block. */
@FunctionalInterface
public interface EntryRule {
    /** Nothing is barred. */
    EntryRule ANY = spec -> null;

    /** Returns why no message may go to the entry now; null if messages may. */
    @Nullable
    String objection(EndpointSpec spec);
}
