package io.revproc.cli.conformance;

import java.time.Duration;

/** The server under test, as far as it can be told to end. */
public interface Subject {
    /** Asks it to end, as SIGTERM does. */
    void terminate();

    /** Waits for its end. @return whether it has ended */
    boolean ended(Duration patience) throws InterruptedException;

    /** Of one that has ended. */
    int exitCode();
}
