package io.revproc.cli;

/** Ends the command with one sentence on standard error, which says what is wrong and what to do, and an exit code. */
final class CliException extends RuntimeException {
    private final int exitCode;

    CliException(int exitCode, String sentence) {
        super(sentence, null, false, false);
        this.exitCode = exitCode;
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
