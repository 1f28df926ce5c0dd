package io.revproc.proxy.etcd;

import io.revproc.proxy.access.LineLimit;
import io.revproc.wire.LogValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what etcd does not take, a few lines of each kind. Thread-safe. */
final class WriteLog {
    private static final Logger log = LoggerFactory.getLogger(WriteLog.class);

    private final LineLimit localSetups = new LineLimit(System::nanoTime);
    private final LineLimit refusals = new LineLimit(System::nanoTime);

    /** Logs that other proxies do not know this server for now. */
    void pending(EntryKey key, String reason) {
        long others = localSetups.next();
        if (others >= 0) {
            log.warn("event=registration_pending server={} reason={} unlogged={}", LogValue.of(key.toString()),
                    LogValue.of(reason), others);
        }
    }

    /**
     * Says that etcd will not take a write, however often it is tried.
     *
     * @param server whose it is, or {@code none}
     */
    void refused(String server, String reason) {
        long others = refusals.next();
        if (others >= 0) {
            log.warn("event=store_refused server={} reason={} unlogged={}", LogValue.of(server), LogValue.of(reason),
                    others);
        }
    }
}
