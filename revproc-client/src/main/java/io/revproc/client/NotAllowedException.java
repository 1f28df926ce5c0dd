package io.revproc.client;

import io.revproc.wire.ErrorCode;

/** This client may not send messages of the policy. */
public final class NotAllowedException extends PolicyRefusedException {
    private static final long serialVersionUID = 1L;

    NotAllowedException(String sentence) {
        super(ErrorCode.NOT_ALLOWED, false, sentence);
    }
}
