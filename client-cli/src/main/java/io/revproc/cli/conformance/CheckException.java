package io.revproc.cli.conformance;

/** Ends a check that did not pass. */
final class CheckException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Result.Outcome outcome;

    private CheckException(Result.Outcome outcome, String sentence) {
        super(sentence, null, false, false);
        this.outcome = outcome;
    }

    static CheckException failed(String sentence) {
        return new CheckException(Result.Outcome.FAILED, sentence);
    }

    static CheckException skipped(String sentence) {
        return new CheckException(Result.Outcome.SKIPPED, sentence);
    }

    Result.Outcome outcome() {
        return outcome;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
