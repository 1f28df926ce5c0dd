package io.revproc.proxy.peers;

import java.time.Instant;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What a proxy says of itself. Holds nothing of messages and no client's address. Texts are cut to {@value #MAX_TEXT} characters.
 *
 * @param name                  the machine's name with the listener's port
 * @param admin                 the address of its HTTP side; null if it has none
 * @param startedAt             by its own clock
 * @param servers               the entries in its switch table
 * @param inRotation            those of them that take messages
 * @param policiesWithoutServer policies that had a server and have none
 * @param messagesPerSecond     answered, over the last seconds
 * @param refusalsPerSecond     refused or failed at a server, over the last seconds
 * @param record                the state of its delivery record; null if this version does not know it
 * @param stopping              whether it has begun to stop
 */
public record ProxyStatus(String name, String version, @Nullable String admin, Instant startedAt, int servers,
        int inRotation, int policiesWithoutServer, double messagesPerSecond, double refusalsPerSecond,
        @Nullable RecordState record, boolean stopping) {
    static final int MAX_TEXT = 200;

    /** The state of a delivery record. */
    public enum RecordState {
        /** No record is kept. */
        OFF,
        /** The record is kept, and checkpoints cover it. */
        KEPT,
        /** Entries have waited for a checkpoint for more than a minute. */
        LATE,
        /** The disk takes nothing, or less than comes. */
        FAILING
    }

    public ProxyStatus {
        name = cut(name);
        version = cut(version);
        admin = admin == null ? null : cut(admin);
        Objects.requireNonNull(startedAt);
        messagesPerSecond = rate(messagesPerSecond);
        refusalsPerSecond = rate(refusalsPerSecond);
    }

    private static double rate(double perSecond) {
        return Double.isFinite(perSecond) ? Math.max(0, Math.round(perSecond * 10) / 10.0) : 0;
    }

    private static String cut(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
    }

    /** Returns the same of a proxy that has begun to stop. */
    public ProxyStatus leaving() {
        return new ProxyStatus(name, version, admin, startedAt, servers, inRotation, policiesWithoutServer,
                messagesPerSecond, refusalsPerSecond, record, true);
    }
}
