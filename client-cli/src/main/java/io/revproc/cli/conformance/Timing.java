package io.revproc.cli.conformance;

import java.time.Duration;

/**
 * How long things take.
 *
 * @param heartbeat what the stand-in proxy asks for
 * @param ttl       after this long without a word a session is lost
 * @param patience  how long an answer may take, and a server to register anew
 * @param quiet     how long nothing has to come where nothing may come
 */
public record Timing(Duration heartbeat, Duration ttl, Duration patience, Duration quiet) {
    /** For the command line. */
    public static Timing of(Duration patience) {
        return new Timing(Duration.ofMillis(250), Duration.ofSeconds(3), patience, Duration.ofMillis(1_500));
    }

    int patienceMillis() {
        return (int) patience.toMillis();
    }

    int quietMillis() {
        return (int) quiet.toMillis();
    }
}
