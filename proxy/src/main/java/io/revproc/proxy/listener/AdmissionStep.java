package io.revproc.proxy.listener;

import java.util.List;
import java.util.function.Consumer;

/** One step on the way of an accepted connection to its handler. Called on the connection's event loop. */
@FunctionalInterface
interface AdmissionStep {
    /** Lets the connection go on to the next step, now or later, or ends it. */
    void admit(Accepted connection, Consumer<Accepted> next);

    /**
     * Returns what takes a connection through these steps, in order.
     *
     * @param last gets those that all of them let in
     */
    static Consumer<Accepted> chain(List<AdmissionStep> steps, Consumer<Accepted> last) {
        Consumer<Accepted> next = last;
        for (AdmissionStep step : steps.reversed()) {
            Consumer<Accepted> after = next;
            next = connection -> step.admit(connection, after);
        }
        return next;
    }
}
