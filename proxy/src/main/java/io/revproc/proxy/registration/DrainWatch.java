package io.revproc.proxy.registration;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;

/** Servers that asked to drain and still have messages: told once the last one is answered. Thread-safe. */
final class DrainWatch {
    /** How often a draining server is checked; in this way counting its messages costs the data path nothing. */
    private static final long INTERVAL = Duration.ofMillis(10).toNanos();

    private final Set<Lease> draining = ConcurrentHashMap.newKeySet();

    void add(Lease lease) {
        draining.add(lease);
    }

    /** Tells the servers that are done; returns when to check again. */
    long check() {
        if (draining.isEmpty()) {
            return LeaseTable.NEVER;
        }
        draining.removeIf(lease -> {
            RegistrationSession session = lease.session();
            if (session == null || !lease.current()) {
                return true;
            }
            if (lease.endpoint().inFlight() > 0) {
                return false;
            }
            session.outbox().send(MessageCodec.write(new Message.Draining(0)));
            return true;
        });
        return draining.isEmpty() ? LeaseTable.NEVER : INTERVAL;
    }
}
