package io.revproc.server;

/** A setting that can't be used; the message is one sentence for a person. */
final class WrongSettingException extends RuntimeException {
    WrongSettingException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
