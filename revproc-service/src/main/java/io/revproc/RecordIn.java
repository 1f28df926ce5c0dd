package io.revproc;

/** Where the deliveries of a policy are recorded: in this proxy's delivery record, or nowhere. */
public enum RecordIn {
    LOCAL, NONE
}
