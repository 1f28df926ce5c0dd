package io.revproc.cli;

/** Ends the command with one sentence on standard error, which says what is wrong and what to do, and an exit code. */
final class CliException extends RuntimeException {
    private final int exitCode;
    private final boolean lasting;

    CliException(int exitCode, String sentence) {
        this(exitCode, sentence, false);
    }

    private CliException(int exitCode, String sentence, boolean lasting) {
        super(sentence, null, false, false);
        this.exitCode = exitCode;
        this.lasting = lasting;
    }

    /** A refusal that comes again however often the same is asked. */
    static CliException lasting(String sentence) {
        return new CliException(ExitCode.REFUSED, sentence, true);
    }

    /** Returns whether it is of no use to ask again. */
    boolean isLasting() {
        return lasting;
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
