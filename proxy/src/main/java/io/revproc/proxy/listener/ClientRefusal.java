package io.revproc.proxy.listener;

import io.revproc.wire.ErrorCode;

/** Why a policy's rule on clients refuses a message. */
enum ClientRefusal {
    NOT_ALLOWED(ErrorCode.NOT_ALLOWED, ErrorCode.NOT_ALLOWED.sentence(), "address-or-certificate"),
    RATE_LIMITED(ErrorCode.RATE_LIMITED, ErrorCode.RATE_LIMITED.sentence(), "rate"),
    NO_TOKEN(ErrorCode.NOT_ALLOWED,
            "This privacy policy is for clients that show a token; show it in a message of type 8", "no-token"),
    TOKEN_ENDED(ErrorCode.NOT_ALLOWED,
            "The token that this connection showed has ended; show a new one in a message of type 8", "token-ended"),
    TOKEN_OF_OTHERS(ErrorCode.NOT_ALLOWED,
            "The token that this connection showed is not for clients of this privacy policy", "token-of-others");

    private final ErrorCode code;
    private final String sentence;
    private final String reason;

    ClientRefusal(ErrorCode code, String sentence, String reason) {
        this.code = code;
        this.sentence = sentence;
        this.reason = reason;
    }

    ErrorCode code() {
        return code;
    }

    /** Returns what the client hears. */
    String sentence() {
        return sentence;
    }

    /** Returns what the log says: words joined by dashes. */
    String reason() {
        return reason;
    }
}
