package io.revproc.proxy.registration;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import io.revproc.proxy.access.LineLimit;
import io.revproc.proxy.audit.AuditTrail;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.RouteTable;
import io.revproc.proxy.route.TableObserver;
import io.revproc.wire.LogValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says what the switch table itself can't: that servers lost their places to others, wherever those registered, and that an
 * observer failed. So many lines a second and no more: two servers may take each other's place for ever.
 */
final class TableLog implements TableObserver {
    private static final Logger log = LoggerFactory.getLogger(TableLog.class);

    private final LineLimit replacements;
    private final LineLimit failures;
    private final AtomicLong count = new AtomicLong();
    private volatile AuditTrail trail = AuditTrail.NONE;

    TableLog(LongSupplier nanoClock) {
        replacements = new LineLimit(nanoClock);
        failures = new LineLimit(nanoClock);
    }

    void recordedBy(AuditTrail audit) {
        trail = audit;
    }

    /** Servers that were replaced, since the start. */
    long replaced() {
        return count.get();
    }

    @Override
    public void changed(Change change, Endpoint endpoint, RouteTable table) {}

    @Override
    public void replaced(Endpoint old, Endpoint newest) {
        count.getAndIncrement();
        long others = replacements.next();
        if (others >= 0) {
            EndpointSpec before = old.spec();
            EndpointSpec now = newest.spec();
            log.warn("event=replaced server={} address={} port={} by={} by-address={} by-port={} unlogged={}",
                    LogValue.of(before.name()), before.host(), before.port(), LogValue.of(now.name()), now.host(),
                    now.port(), others);
            trail.note("replaced", now.host(), before.name(), "was at " + before.host() + " " + before.port() + ", by "
                    + now.name() + " at " + now.host() + " " + now.port()
                    + (others == 0 ? "" : ", and " + others + " more"));
        }
    }

    @Override
    public void failed(TableObserver observer, Throwable why) {
        long others = failures.next();
        if (others >= 0) {
            log.error("event=table_observer_failed observer={} unlogged={}", observer.getClass().getName(), others,
                    why);
        }
    }
}
