package io.revproc.start;

/** Whether this process was told to end (SIGTERM, Ctrl-C). A start that is under way then goes no further. Thread-safe. */
public final class Ending {
    private static volatile boolean asked;

    private Ending() {}

    /** Listens for it, from now on; call it once in a process. */
    static void listen() {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> asked = true, "ending"));
    }

    /** Returns whether it was. */
    public static boolean isAsked() {
        return asked;
    }
}
