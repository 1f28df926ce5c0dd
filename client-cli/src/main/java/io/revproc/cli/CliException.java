package io.revproc.cli;

/** Ends the command with one sentence on standard error, which says what is wrong and what to do, and an exit code. */
final class CliException extends RuntimeException {
    private final int exitCode;
    private final boolean passing;

    CliException(int exitCode, String sentence) {
        this(exitCode, sentence, exitCode == ExitCode.UNREACHABLE || exitCode == ExitCode.TIMED_OUT);
    }

    private CliException(int exitCode, String sentence, boolean passing) {
        super(sentence, null, false, false);
        this.exitCode = exitCode;
        this.passing = passing;
    }

    /** A refusal that may be another one, or none, when the same is asked again. */
    static CliException passing(String sentence) {
        return new CliException(ExitCode.REFUSED, sentence, true);
    }

    /** Returns whether it is of use to ask again. */
    boolean isPassing() {
        return passing;
    }

    static CliException usage(String sentence) {
        return new CliException(ExitCode.USAGE, sentence);
    }

    int exitCode() {
        return exitCode;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
