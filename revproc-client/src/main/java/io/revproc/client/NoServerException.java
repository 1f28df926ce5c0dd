package io.revproc.client;

import io.revproc.wire.ErrorCode;

/** No server of the policy can take the message: none is registered, none is alive, or the policy is not declared. No server had a byte of it. */
public final class NoServerException extends PolicyRefusedException {
    private static final long serialVersionUID = 1L;

    NoServerException(ErrorCode code, boolean retryable, String sentence) {
        super(code, retryable, sentence);
    }
}
