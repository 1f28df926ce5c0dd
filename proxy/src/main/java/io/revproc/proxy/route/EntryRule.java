package io.revproc.proxy.route;

import java.util.List;

import org.jspecify.annotations.Nullable;

/** Decides which entries messages may be routed to, whichever proxy they registered with. Thread-safe; must not block. */
@FunctionalInterface
public interface EntryRule {
    /** Nothing is barred. */
    EntryRule ANY = spec -> null;

    /** Returns why no message may go to the entry now; null if messages may. */
    @Nullable
    String objection(EndpointSpec spec);

    /** Returns which policies may be served by others' servers, as it is written now. */
    default Hierarchy hierarchy() {
        return Hierarchy.NONE;
    }

    /** Returns the wider policies whose messages the entry may take now, if it may take any; all are among those it was told. */
    default List<String> widens(EndpointSpec spec) {
        return List.of();
    }
}
