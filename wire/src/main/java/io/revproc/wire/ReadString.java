package io.revproc.wire;

/**
 * What the scans of a message that comes in pieces know of the long string that its bytes ended in, a payload as a rule: so each byte of
 * it is looked at once. Positions count from the message's start. Not thread-safe.
 */
final class ReadString {
    /** A shorter one is read again. */
    static final int SHORTEST = 128;
    /** What stands before it is read again with every piece: no more than this. */
    static final int MAX_BEFORE = 1024;

    /** The position of its opening quote. */
    final int quote;
    /** The position up to which it is good; a character begins there. */
    int good;
    boolean escaped;
    boolean beyondAscii;

    ReadString(int quote, int good, boolean escaped, boolean beyondAscii) {
        this.quote = quote;
        this.good = good;
        this.escaped = escaped;
        this.beyondAscii = beyondAscii;
    }
}
