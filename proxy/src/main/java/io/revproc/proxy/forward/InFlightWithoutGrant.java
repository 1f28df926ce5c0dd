package io.revproc.proxy.forward;

/** What becomes of messages that a server has when the rules do not allow it any more. */
public enum InFlightWithoutGrant {
    /** Its answers are waited for and handed on. */
    FINISH,
    /** They are refused at once, and its answers are dropped. */
    CUT
}
