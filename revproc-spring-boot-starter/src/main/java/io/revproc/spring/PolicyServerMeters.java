package io.revproc.spring;

import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.revproc.server.PolicyServer;
import org.jspecify.annotations.Nullable;

/**
 * Counts what a policy server's data port does: {@code policy.server.answered}, {@code .refused}, {@code .turned.away},
 * {@code .connections}.
 *
 * @param server returns the server; null where there is none, or not yet
 */
public record PolicyServerMeters(Supplier<@Nullable PolicyServer> server) implements MeterBinder {
    @Override
    public void bindTo(MeterRegistry registry) {
        count(registry, "policy.server.answered", "Messages answered", PolicyServer::answered);
        count(registry, "policy.server.refused", "Messages that could not be answered", PolicyServer::refused);
        count(registry, "policy.server.turned.away", "Connections closed because there were too many",
                PolicyServer::turnedAway);
        Gauge.builder("policy.server.connections", () -> figure(PolicyServer::connections))
                .description("Data connections that are open").register(registry);
    }

    private void count(MeterRegistry registry, String name, String description, ToDoubleFunction<PolicyServer> figure) {
        FunctionCounter.builder(name, this, meters -> meters.figure(figure)).description(description)
                .register(registry);
    }

    private double figure(ToDoubleFunction<PolicyServer> figure) {
        PolicyServer running = server.get();
        return running == null ? 0 : figure.applyAsDouble(running);
    }
}
