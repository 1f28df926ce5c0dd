package io.revproc;

import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.revproc.metrics.MetricsProperties;
import io.revproc.metrics.TableCollector;
import io.revproc.proxy.forward.KeptMessages;
import io.revproc.proxy.listener.ListenerSettings;
import io.revproc.proxy.listener.TcpListener;
import io.revproc.proxy.registration.Registrar;
import io.revproc.proxy.registration.RuleKeeper;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.tls.HandshakeFailure;
import io.revproc.transport.HeldMemory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Configures the metrics at {@code /actuator/prometheus}. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(MetricsProperties.class)
class MetricsConfiguration {
    @Bean
    TableCollector tableCollector(SwitchTable table, MetricsProperties properties, TcpListener listener,
            ObjectProvider<PrometheusRegistry> registry) {
        TableCollector collector = new TableCollector(table, properties, listener::refused);
        registry.ifAvailable(prometheus -> prometheus.register(collector));
        return collector;
    }

    @Bean
    JvmMeters jvmMeters() {
        return new JvmMeters();
    }

    @Bean
    MeterBinder listenerMeters(TcpListener listener, ListenerSettings properties) {
        return registry -> {
            Gauge.builder("revproc.connections", listener, TcpListener::connections)
                    .description("Connections of clients and registered servers").register(registry);
            Gauge.builder("revproc.connections.limit", listener, TcpListener::maxConnections)
                    .description(
                            "The most connections: revproc.listener.max-connections, or what the limit of open files allows")
                    .register(registry);
            FunctionCounter.builder("revproc.connections.accepted", listener, TcpListener::accepted)
                    .description("Connections accepted").register(registry);
            FunctionCounter.builder("revproc.connections.refused", listener, TcpListener::turnedAway)
                    .description("Connections refused since there were too many").register(registry);
            Gauge.builder("revproc.memory.held", listener.kept(), KeptMessages::bytes).baseUnit("bytes")
                    .description("Memory that peers make grow, of this kind").tag("kind", "kept").register(registry);
            Gauge.builder("revproc.memory.limit", listener.kept(), KeptMessages::max).baseUnit("bytes")
                    .description("The most of it").tag("kind", "kept").register(registry);
            FunctionCounter.builder("revproc.memory.refused", listener.kept(), KeptMessages::refused)
                    .description("Messages refused since too much was kept").register(registry);
            for (HeldMemory memory : listener.memory()) {
                Gauge.builder("revproc.memory.held", memory, HeldMemory::bytes).baseUnit("bytes")
                        .description("Memory that peers make grow, of this kind").tag("kind", memory.kind())
                        .register(registry);
                Gauge.builder("revproc.memory.limit", memory, HeldMemory::max).baseUnit("bytes")
                        .description("The most of it").tag("kind", memory.kind()).register(registry);
                FunctionCounter.builder("revproc.memory.closed", memory, HeldMemory::gaveUp)
                        .description("Connections closed since it was reached").tag("kind", memory.kind())
                        .register(registry);
            }
            for (int i = 0; i < properties.loops(); i++) {
                int loop = i;
                TimeGauge.builder("revproc.event.loop.lag", () -> listener.lagNanos(loop), TimeUnit.NANOSECONDS)
                        .description("How late the loop ran what was due: the worst of the last 15 to 30 s")
                        .tag("loop", "" + loop).register(registry);
            }
        };
    }

    @Bean
    MeterBinder tlsMeters(TlsEnds tls) {
        return registry -> {
            for (HandshakeFailure failure : HandshakeFailure.values()) {
                if (tls.listener() != null) {
                    FunctionCounter.builder("revproc.tls.handshakes.failed", tls.listener(),
                            counted -> counted.failures(failure))
                            .description("Connections closed since their TLS handshake failed")
                            .tag("reason", failure.label()).register(registry);
                }
                if (tls.forward() != null) {
                    FunctionCounter.builder("revproc.server.tls.handshakes.failed", tls.forward(),
                            counted -> counted.failures(failure))
                            .description(
                                    "Connections to servers whose TLS handshake failed, or that showed another certificate")
                            .tag("reason", failure.label()).register(registry);
                }
            }
        };
    }

    @Bean
    MeterBinder registrationMeters(Registrar registrar, RuleKeeper rules) {
        return registry -> {
            Gauge.builder("revproc.grants.ending", rules, keeper -> keeper.endingSoon().size())
                    .description("Grants that end within revproc.registration.grant-warning").register(registry);
            FunctionCounter.builder("revproc.leases.revoked", rules, RuleKeeper::ended)
                    .description("Leases that ended since policies and grants did not allow them any more")
                    .register(registry);
            FunctionCounter.builder("revproc.registrations", registrar, Registrar::accepted)
                    .description("Setups of servers, repeated ones included").tag("outcome", "accepted")
                    .register(registry);
            FunctionCounter.builder("revproc.registrations", registrar, Registrar::refused)
                    .description("Setups of servers, repeated ones included").tag("outcome", "refused")
                    .register(registry);
            FunctionCounter.builder("revproc.registrations", registrar, Registrar::taken)
                    .description("Setups of servers, repeated ones included").tag("outcome", "taken")
                    .register(registry);
            FunctionCounter.builder("revproc.replacements", registrar, Registrar::replaced)
                    .description("Servers that lost their address, or their policy and id, to another one")
                    .register(registry);
            FunctionCounter.builder("revproc.lease.expirations", registrar, Registrar::leaseExpirations)
                    .description("Leases that ran out without a heartbeat").register(registry);
            Gauge.builder("revproc.registration.sessions", registrar, Registrar::sessions)
                    .description("Connections of servers that hold leases").register(registry);
        };
    }
}
