package io.revproc.admin;

import io.revproc.proxy.audit.Audit;
import io.revproc.proxy.audit.AuditLog;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.stereotype.Component;

/**
 * Whether the delivery record's writer works; part of readiness. A full disk is no matter of this proxy alone, but a writer that
 * meets nothing but faults is: where it has all messages refused, they are better sent to another proxy.
 */
@Component("recordWriterHealthIndicator")
final class RecordWriterHealth extends AbstractHealthIndicator {
    private final Audit audit;

    RecordWriterHealth(Audit audit) {
        this.audit = audit;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        AuditLog log = audit.log().orElse(null);
        if (log != null && refusesAll(log.status(), log.failsClosed())) {
            builder.down().withDetail("problem",
                    "the record's writer meets nothing but faults, and messages that can't be "
                            + "recorded are refused; event=audit_failed in the log says why, and a restart is a new attempt");
        } else {
            builder.up();
        }
    }

    static boolean refusesAll(AuditLog.Status status, boolean failsClosed) {
        return status.dead() && failsClosed;
    }
}
