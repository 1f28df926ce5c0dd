package io.revproc.admin;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.RouteTable;
import io.revproc.proxy.route.SwitchTable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.stereotype.Component;

/** Health details of the switch table. Always up: a proxy without servers is healthy, and servers must be able to register. */
@Component("switchTableHealthIndicator")
final class SwitchTableHealth extends AbstractHealthIndicator {
    /** How many policies without a server are named. */
    private static final int MAX_NAMED = 20;

    private final SwitchTable table;

    SwitchTableHealth(SwitchTable table) {
        this.table = table;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        RouteTable routes = table.routes();
        List<PolicyRoutes> policies = routes.policies();
        List<PolicyRoutes> unserved = routes.unserved();
        long servers = policies.stream().mapToLong(PolicyRoutes::size).sum();
        long selectable = policies.stream().mapToLong(policy -> policy.selectable().length).sum();
        long without = policies.stream().filter(policy -> policy.selectable().length == 0).count() + unserved.size();
        builder.up().withDetail("policies", policies.size() + unserved.size()).withDetail("servers", servers)
                .withDetail("inRotation", selectable).withDetail("policiesWithoutServer", without)
                .withDetail("version", routes.version());
        if (!unserved.isEmpty()) {
            Map<String, Instant> since = new LinkedHashMap<>();
            for (PolicyRoutes policy : unserved.subList(0, Math.min(unserved.size(), MAX_NAMED))) {
                since.put(policy.policy().text(), Objects.requireNonNull(policy.noServerSince()));
            }
            builder.withDetail("noServerSince", since);
        }
    }
}
