package io.revproc.admin;

import io.revproc.proxy.audit.Audit;
import io.revproc.proxy.audit.AuditLog;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.stereotype.Component;

/**
 * How the delivery record stands. Out of service where messages are refused since they can't be recorded; up where they are
 * delivered all the same: who asks whether to send messages here must hear yes then, and the details say the rest.
 */
@Component("deliveryRecordHealthIndicator")
final class DeliveryRecordHealth extends AbstractHealthIndicator {
    private final Audit audit;

    DeliveryRecordHealth(Audit audit) {
        this.audit = audit;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        AuditLog log = audit.log().orElse(null);
        if (log == null) {
            builder.up().withDetail("kept", false);
            return;
        }
        AuditLog.Status status = log.status();
        if (status.failing() && log.failsClosed()) {
            builder.outOfService();
        } else {
            builder.up();
        }
        if (status.failing()) {
            builder.withDetail("problem", "the record takes no entries now: messages are "
                    + (log.failsClosed() ? "refused" : "delivered without one")
                    + "; event=audit_write_failed or audit_lost in the log says why");
        }
        builder.withDetail("kept", true).withDetail("failing", status.failing())
                .withDetail("faults", status.faults())
                .withDetail("written", status.written()).withDetail("forced", status.forced())
                .withDetail("waiting", status.waiting()).withDetail("lost", status.lost())
                .withDetail("refused", status.refused());
        if (!log.witnesses().isEmpty()) {
            builder.withDetail("witnesses", log.witnesses());
        }
    }
}
