package io.revproc.proxy.registration;

import org.jspecify.annotations.Nullable;

/** An answer that may be known at once, or by any thread later; then it goes by the connection's {@link Outbox}. Thread-safe. */
final class LaterAnswer {
    private final Outbox outbox;
    private @Nullable Answer known;
    private boolean promised;

    LaterAnswer(Outbox outbox) {
        this.outbox = outbox;
    }

    void is(Answer answer) {
        synchronized (this) {
            known = answer;
            if (!promised) {
                return;
            }
        }
        outbox.answer(answer);
    }

    /** Returns the answer if it is known, else {@link Answer#LATER}. */
    synchronized Answer nowOrLater() {
        promised = true;
        return known == null ? Answer.LATER : known;
    }
}
