package io.revproc.proxy.audit;

/** The record can't be kept; the message is one sentence for a person. */
public final class AuditException extends RuntimeException {
    AuditException(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    AuditException(String sentence) {
        super(sentence);
    }
}
