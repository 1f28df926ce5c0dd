package io.revproc.cli;

/** The process's exit codes. */
final class ExitCode {
    /** Every message was answered. */
    static final int OK = 0;
    /** The proxy refused, a reply was not the one that was to come, or the connection broke before the answer. */
    static final int REFUSED = 1;
    /** Wrong usage. */
    static final int USAGE = 2;
    /** Could not connect. */
    static final int UNREACHABLE = 3;
    /** No answer in time. */
    static final int TIMED_OUT = 4;

    private ExitCode() {}
}
