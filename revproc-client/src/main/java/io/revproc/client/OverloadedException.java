package io.revproc.client;

import io.revproc.wire.ErrorCode;

/** The servers of the policy, the proxy, or this client are at their limit. Send the message again later. */
public final class OverloadedException extends PolicyRefusedException {
    private static final long serialVersionUID = 1L;

    OverloadedException(ErrorCode code, boolean retryable, String sentence) {
        super(code, retryable, sentence);
    }
}
