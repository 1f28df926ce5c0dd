package io.revproc.client;

import io.revproc.wire.ErrorCode;

/** The message is not valid: it is too large, or the proxy or the server finds it wrong. Sending it again does not help. */
public final class InvalidRequestException extends PolicyRefusedException {
    private static final long serialVersionUID = 1L;

    InvalidRequestException(ErrorCode code, String sentence) {
        super(code, false, sentence);
    }
}
