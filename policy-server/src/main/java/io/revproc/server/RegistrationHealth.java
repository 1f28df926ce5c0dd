package io.revproc.server;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.revproc.server.registration.Registrations;
import io.revproc.server.registration.SessionStatus;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** UP while the proxy knows us for every policy. */
final class RegistrationHealth implements HealthIndicator {
    private final Registrations registrations;

    RegistrationHealth(Registrations registrations) {
        this.registrations = registrations;
    }

    @Override
    public Health health() {
        List<SessionStatus> all = registrations.status();
        Health.Builder health = all.stream().allMatch(SessionStatus::registered) ? Health.up() : Health.down();
        all.forEach(status -> health.withDetail(status.policy().text(), details(status)));
        return health.build();
    }

    private static Map<String, Object> details(SessionStatus status) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("state", status.state());
        details.put("proxy", status.proxy().toString());
        if (status.leaseAge() != null) {
            details.put("leaseAgeSeconds", status.leaseAge().toSeconds());
        }
        if (status.reason() != null) {
            details.put("reason", status.reason());
        }
        return details;
    }
}
