package io.revproc.client;

import io.revproc.wire.ErrorCode;

/** A server had the message and failed, or may have. Never {@link #retryable()}. */
public final class ServerFailedException extends PolicyRefusedException {
    private static final long serialVersionUID = 1L;

    ServerFailedException(String sentence) {
        super(ErrorCode.SERVER_FAILED, false, sentence);
    }
}
