package io.revproc.client;

import io.revproc.wire.ErrorCode;

/** The deadline has passed without a reply. Unless {@link #retryable()}, a server may have handled the message. */
public final class RequestTimeoutException extends PolicyRefusedException {
    private static final long serialVersionUID = 1L;

    RequestTimeoutException(boolean retryable, String sentence) {
        super(ErrorCode.TIMEOUT, retryable, sentence);
    }
}
