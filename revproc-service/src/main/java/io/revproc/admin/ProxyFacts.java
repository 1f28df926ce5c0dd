package io.revproc.admin;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/** Which proxy this is, and how it stands with its store. Thread-safe. */
public interface ProxyFacts {
    /** Returns the machine's name with the port that messages come to. */
    String name();

    /** Returns the program's version. */
    String version();

    /** Returns when the process started. */
    Instant startedAt();

    /** Returns the port that messages and setups come to; 0 as long as there is none. */
    int port();

    /** Returns the address of its HTTP side, as others may reach it; null as long as there is none. */
    @Nullable
    String admin();

    /** Returns the most connections that are taken. */
    int maxConnections();

    /** Returns {@code memory}, or {@code etcd} with how it stands: {@code in-step}, {@code full} or {@code lost}. */
    String store();
}
