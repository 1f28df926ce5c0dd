package io.revproc;

import org.jspecify.annotations.Nullable;

/** The policies can't be read from where the settings say at the start. Its message is one sentence for a person. */
final class PolicyFileException extends RuntimeException {
    PolicyFileException(String sentence, @Nullable Throwable cause) {
        super(sentence, cause, false, false);
    }
}
