package io.revproc.spring;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

import io.revproc.server.PolicyServer;
import io.revproc.server.Registration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * UP while proxies send messages of every policy; the details say which not, and why. UNKNOWN where there is no server.
 *
 * @param running returns the server; null where there is none, or not yet
 */
public record RegistrationsHealth(Supplier<@Nullable PolicyServer> running) implements HealthIndicator {
    @Override
    public Health health() {
        PolicyServer server = running.get();
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
