package io.revproc.proxy.forward;

import io.revproc.proxy.route.Endpoint;
import io.revproc.wire.ErrorCode;
import org.jspecify.annotations.Nullable;

/** The decision where a message goes. */
sealed interface Place {
    /**
     * It goes to this endpoint, where it has a place now.
     *
     * @param connection the kept connection that takes it; null if there is none yet, or the endpoint wants one for each message
     */
    record Placed(Endpoint endpoint, @Nullable MuxConnection connection) implements Place {}

    /** The message has to wait: its endpoints have no free place now. */
    enum Full implements Place {
        FULL
    }

    /** The message is refused: no live endpoint is left for it, so waiting would not help. */
    record Refused(ErrorCode code, String sentence) implements Place {
        static final Refused NO_SERVER = new Refused(ErrorCode.NO_SERVER, ErrorCode.NO_SERVER.sentence());
        static final Refused NO_LIVE_SERVER = new Refused(ErrorCode.NO_LIVE_SERVER,
                ErrorCode.NO_LIVE_SERVER.sentence());
        static final Refused TOO_LARGE = new Refused(ErrorCode.TOO_LARGE,
                "The message is over the size limit of this policy's servers");
        static final Refused SHORT_OF_SOCKETS = new Refused(ErrorCode.OVERLOADED,
                "The reverse proxy can't open another connection now");
        static final Refused OUT_OF_DATE = new Refused(ErrorCode.NO_LIVE_SERVER,
                "The reverse proxy stood still and has yet to hear whether its servers are the same; "
                        + "send the message again");
    }
}
