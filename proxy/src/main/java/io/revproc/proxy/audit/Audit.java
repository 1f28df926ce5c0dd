package io.revproc.proxy.audit;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;

import io.revproc.proxy.forward.DeliveryLog;
import org.jspecify.annotations.Nullable;

/**
 * The record as the application holds it: opened when the proxy starts, not when it is put together, and perhaps off. Thread-safe.
 */
public final class Audit implements AuditTrail {
    private final AuditSettings settings;
    private final @Nullable Path directory;
    private volatile @Nullable AuditLog log;

    /** @param directory where the record is kept; null: nowhere */
    public Audit(AuditSettings settings, @Nullable Path directory) {
        this.settings = settings;
        this.directory = settings.enabled() ? directory : null;
    }

    /** @throws AuditException if there is to be a record and it can't be kept */
    public void open() {
        Path at = directory;
        if (at != null && log == null) {
            AuditLog opened = AuditLog.open(settings, at);
            opened.start();
            log = opened;
        }
    }

    /** Closes the record; call it when no event loop runs any more. */
    public void close() {
        AuditLog open = log;
        if (open != null) {
            open.close();
            log = null;
        }
    }

    /** The record; nothing if there is none. */
    public Optional<AuditLog> log() {
        return Optional.ofNullable(log);
    }

    /** Returns the delivery log of an event loop. */
    public DeliveryLog forLoop(ScheduledExecutorService loop) {
        AuditLog open = log;
        return open == null ? DeliveryLog.NONE : open.forLoop(loop);
    }

    @Override
    public void note(String action, String who, String subject, String detail) {
        AuditLog open = log;
        if (open != null) {
            open.note(action, who, subject, detail);
        }
    }
}
