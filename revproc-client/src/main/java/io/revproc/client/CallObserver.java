package io.revproc.client;

import org.jspecify.annotations.Nullable;

/** Sees every message on its way. Thread-safe. */
interface CallObserver {
    /** One message. */
    interface Seen {
        /** Returns what is to be sent: the request, perhaps with a trace context. */
        Request request();

        /** Called at the end. @param failure null: there was a reply */
        void ended(@Nullable Throwable failure);
    }

    Seen begun(Request request);
}
