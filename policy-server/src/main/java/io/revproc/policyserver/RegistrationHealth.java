package io.revproc.policyserver;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.revproc.server.PolicyServer;
import io.revproc.server.Registration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** UP while the proxy knows us for every policy. */
final class RegistrationHealth implements HealthIndicator {
    private final PolicyServer server;

    RegistrationHealth(PolicyServer server) {
        this.server = server;
    }

    @Override
    public Health health() {
        List<Registration> all = server.registrations();
        Health.Builder health = all.stream().allMatch(Registration::registered) ? Health.up() : Health.down();
        all.forEach(status -> health.withDetail(status.policy(), details(status)));
        return health.build();
    }

    private static Map<String, Object> details(Registration status) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("state", status.state());
        details.put("proxy", status.proxy());
        if (status.leaseAge() != null) {
            details.put("leaseAgeSeconds", status.leaseAge().toSeconds());
        }
        if (status.reason() != null) {
            details.put("reason", status.reason());
        }
        return details;
    }
}
