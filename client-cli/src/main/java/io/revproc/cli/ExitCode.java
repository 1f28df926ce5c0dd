package io.revproc.cli;

/** What the process says to the shell; the contract's numbers. */
final class ExitCode {
    /** Every answer matched. */
    static final int OK = 0;
    /** The proxy refused, an answer's hash did not match, or the connection broke before the answer. */
    static final int REFUSED = 1;
    /** Wrong usage. */
    static final int USAGE = 2;
    /** Could not connect. */
    static final int UNREACHABLE = 3;
    /** No answer in time. */
    static final int TIMED_OUT = 4;

    private ExitCode() {}
}
