package io.revproc.admin;

import java.util.List;

import io.revproc.route.PolicyRoutes;
import io.revproc.route.SwitchTable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.stereotype.Component;

/** What the switch table holds. Always up: a proxy without servers is well, and they must be able to register. */
@Component("switchTableHealthIndicator")
final class SwitchTableHealth extends AbstractHealthIndicator {
    private final SwitchTable table;

    SwitchTableHealth(SwitchTable table) {
        this.table = table;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        List<PolicyRoutes> policies = table.routes().policies();
        long servers = policies.stream().mapToLong(PolicyRoutes::size).sum();
        long selectable = policies.stream().mapToLong(routes -> routes.selectable().length).sum();
        long without = policies.stream().filter(routes -> routes.selectable().length == 0).count();
        builder.up().withDetail("policies", policies.size()).withDetail("servers", servers)
                .withDetail("inRotation", selectable).withDetail("policiesWithoutServer", without)
                .withDetail("version", table.routes().version());
    }
}
