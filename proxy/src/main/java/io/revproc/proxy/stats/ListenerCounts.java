package io.revproc.proxy.stats;

import io.revproc.wire.ErrorCode;

/** The listener's own counters. Thread-safe. */
public interface ListenerCounts {
    /** Returns how many connections of clients and registered servers there are now. */
    int connections();

    /** Returns how many messages were refused so before they were given to a policy. */
    long refused(ErrorCode code);
}
