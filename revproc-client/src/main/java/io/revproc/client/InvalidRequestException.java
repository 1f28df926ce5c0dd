package io.revproc.client;

import io.revproc.wire.ErrorCode;

/** The message will never do as it is: it is larger than it may be, or the proxy or the server finds it wrong. */
public final class InvalidRequestException extends PolicyRefusedException {
    private static final long serialVersionUID = 1L;

    InvalidRequestException(ErrorCode code, String sentence) {
        super(code, false, sentence);
    }
}
