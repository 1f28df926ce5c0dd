package io.revproc.record;

import java.io.IOException;

/** An entry is not the one that its hash was made of: somebody changed the record. */
public final class ChangedEntryException extends IOException {
    private static final long serialVersionUID = 1;

    /** @param index of the entry in the log */
    public ChangedEntryException(long index) {
        super("entry " + index + " is not as it was written: the record was rewritten");
    }
}
