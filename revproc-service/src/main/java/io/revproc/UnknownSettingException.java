package io.revproc;

/** A key under {@code revproc} that is no setting. Its message is one sentence for a person. */
final class UnknownSettingException extends RuntimeException {
    UnknownSettingException(String sentence) {
        super(sentence, null, false, false);
    }
}
