package io.revproc;

/** The policy file can't be used at the start. Its message is one sentence for a person. */
final class PolicyFileException extends RuntimeException {
    PolicyFileException(String sentence, Throwable cause) {
        super(sentence, cause, false, false);
    }
}
