package io.revproc;

import java.util.function.Supplier;

import io.revproc.proxy.etcd.EtcdStatus;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether the table is in step with etcd: out of service where etcd is out of reach, or takes no writes ({@code state: full}). Out
 * of service is the store, not the proxy, which routes on with what it knows:
 * readiness does not include this, unless {@code management.endpoint.health.group.readiness.include} says so.
 */
public final class EtcdHealth extends AbstractHealthIndicator {
    private final Supplier<@Nullable EtcdStatus> store;

    /** @param store answers null where the table is not in etcd */
    public EtcdHealth(Supplier<@Nullable EtcdStatus> store) {
        this.store = store;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        EtcdStatus status = store.get();
        if (status == null) {
            builder.up().withDetail("type", "memory");
            return;
        }
        if (status.state() == EtcdStatus.State.IN_STEP) {
            builder.up();
        } else {
            builder.outOfService().withDetail("reason", String.valueOf(status.reason()));
        }
        builder.withDetail("type", "etcd").withDetail("state", status.state().word())
                .withDetail("endpoint", status.endpoint())
                .withDetail("revision", status.revision()).withDetail("pending", status.pending())
                .withDetail("lagMillis", status.lag().toMillis())
                .withDetail("sinceSeconds", status.since().toSeconds());
    }
}
