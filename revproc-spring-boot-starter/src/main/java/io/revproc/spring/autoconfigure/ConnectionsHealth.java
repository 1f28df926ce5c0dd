package io.revproc.spring.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.revproc.client.ProxyConnection;
import io.revproc.client.RevprocClient;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** UP if a proxy is reached; one that nothing was sent to yet is connected to. */
record ConnectionsHealth(RevprocClient client) implements HealthIndicator {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @Override
    public Health health() {
        Health.Builder health = client.connected() || connects() ? Health.up() : Health.down();
        List<String> proxies = client.connections().stream().map(ProxyConnection::toString).toList();
        return health.withDetail("connections", proxies).withDetail("inFlight", client.inFlight()).build();
    }

    private boolean connects() {
        try {
            client.connect().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
