package io.revproc.admin;

/** What the dashboard shows of the listener itself. Thread-safe. */
public interface ListenerFigures {
    /** Connections of clients and registered servers now. */
    int connections();

    /** Messages refused since the start before they were given to a policy: it has no server, they were malformed and so on. */
    long refusedUnrouted();
}
