package io.revproc.record;

/** The next entry of a segment can't be trusted. */
public final class DamageException extends Exception {
    /** The fault of the data that comes next. */
    public enum Fault {
        /** The file is no segment, or its header was changed. */
        HEADER,
        /** The bytes end within an entry. */
        INCOMPLETE,
        /** The entry's hash is not that of its bytes. */
        HASH,
        /** The hash is right, but these are no entry's bytes. */
        MALFORMED
    }

    private final Fault fault;

    DamageException(Fault fault) {
        super(fault.name(), null, false, false);
        this.fault = fault;
    }

    /** Returns what is wrong. */
    public Fault fault() {
        return fault;
    }
}
