package io.revproc.spring.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;

import io.revproc.server.PolicyServer;
import io.revproc.server.Registration;
import io.revproc.spring.PolicyServerLifecycle;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** UP while proxies send messages of every policy, UNKNOWN where the application has no handler. */
record RegistrationsHealth(PolicyServerLifecycle lifecycle) implements HealthIndicator {
    @Override
    public Health health() {
        PolicyServer server = lifecycle.server();
        if (server == null) {
            return Health.unknown().build();
        }
        Health.Builder health = server.registered() ? Health.up() : Health.down();
        server.registrations().forEach(each -> health.withDetail(each.policy(), details(each)));
        return health.build();
    }

    private static Map<String, Object> details(Registration registration) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("state", registration.state());
        details.put("proxy", registration.proxy());
        if (registration.leaseAge() != null) {
            details.put("leaseAgeSeconds", registration.leaseAge().toSeconds());
        }
        if (registration.reason() != null) {
            details.put("reason", registration.reason());
        }
        return details;
    }
}
