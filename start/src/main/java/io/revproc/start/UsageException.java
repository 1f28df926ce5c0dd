package io.revproc.start;

/** A command line that can't be used; the message is one sentence for the person who typed it. */
public final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private UsageException(String sentence, int exitCode) {
        super(sentence, null, false, false);
        this.exitCode = exitCode;
    }

    /** Returns the exception for a command line that can't be read. */
    static UsageException unreadable(String sentence) {
        return new UsageException(sentence + "; see --help", 2);
    }

    /** Returns the exception for a setting that does not exist: what any such setting ends with, wherever it is found. */
    static UsageException noSetting(String sentence) {
        return new UsageException(sentence, 1);
    }

    /** Returns what the program ends with. */
    public int exitCode() {
        return exitCode;
    }
}
