package io.revproc.proxy.forward;

import java.util.List;

import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/** Decides what each end of a message means for its client and for the server that had it, as pure functions. */
final class OutcomeRules {
    private OutcomeRules() {}

    /**
     * Returns the code that the client gets. A code that says "no server was handed a byte" is never said of a message that a
     * server had, at whatever attempt: it may have been handled. If one refused it, and no other is to be had, the refusal stands
     * as it was said: the proxy's own words would hide it.
     *
     * @param wanted     what the last attempt alone would say
     * @param refusal    what the last server said that refused the message; null if none did
     * @param handedOver whether a server had the message and neither answered nor refused it
     */
    static ErrorCode toClient(ErrorCode wanted, @Nullable ErrorCode refusal, boolean handedOver) {
        if (wanted == ErrorCode.TIMEOUT && refusal != wanted) {
            return wanted;
        }
        if (handedOver) {
            return ErrorCode.SERVER_FAILED;
        }
        return refusal == null || wanted == ErrorCode.SERVER_FAILED ? wanted : refusal;
    }

    /**
     * Returns whether a server failed that has not answered so far. A client that waits for less than the proxy's own deadline
     * says nothing about the server, and neither does the time that a message waited for its turn.
     *
     * @param heldNanos     since the server was handed the message
     * @param clientsOwn    whether the message named a deadline shorter than the proxy's
     * @param deadlineNanos the proxy's own deadline
     */
    static boolean overdue(long heldNanos, boolean clientsOwn, long deadlineNanos) {
        // The proxy's deadline counts from the message's arrival: the connect may take a part of it.
        return heldNanos >= (clientsOwn ? deadlineNanos : deadlineNanos - deadlineNanos / 4);
    }

    /**
     * Returns what a server's refusal of one message means.
     *
     * @param code      the code that it named; {@link ErrorCode#SERVER_FAILED} if none that is known
     * @param retryable whether it said that it has handled nothing of the message
     * @param proto     the server's protocol; one of Part 1 knows no refusals
     */
    static ServerRefusal refusal(ErrorCode code, boolean retryable, int proto) {
        if (proto == 1) {
            return new ServerRefusal(ErrorCode.SERVER_FAILED, false);
        }
        boolean unhandled = retryable || code == ErrorCode.NOT_SERVED;
        return new ServerRefusal(code.retryable() && !unhandled ? ErrorCode.SERVER_FAILED : code, unhandled);
    }

    /**
     * Returns why a server may not have a message any more that it has; null if it may.
     *
     * @param bar    why the rules let no message go to the server now; null if they do
     * @param asked  the policy that the message names, if the server is one of a narrower policy; null if it is one of its own
     * @param widens the wider policies whose messages the server may get now
     */
    static @Nullable String overstays(@Nullable String bar, @Nullable Ident asked, List<String> widens) {
        if (bar != null || asked == null || widens.contains(asked.text())) {
            return bar;
        }
        return "Messages of '" + asked + "' may not go to it any more";
    }

    /**
     * Decides what a server's refusal means.
     *
     * @param code      for the client, if no other server takes the message
     * @param elsewhere whether another server may get it: this one has handled nothing of it
     */
    record ServerRefusal(ErrorCode code, boolean elsewhere) {}
}
