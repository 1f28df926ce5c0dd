package io.revproc.policyserver;

import org.jspecify.annotations.Nullable;

/** A setting that can't be used; the message is one sentence for a person. */
final class WrongSettingException extends RuntimeException {
    WrongSettingException(String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
    }
}
