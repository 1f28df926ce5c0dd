package io.revproc.policyserver;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.revproc.server.PolicyServer;
import io.revproc.start.TrialStart;
import io.revproc.transport.Transport;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Puts the parts together. */
@Configuration(proxyBeanMethods = false)
class Wiring {
    @Bean(destroyMethod = "close")
    PolicyServer policyServer(PolicyServerProperties properties, Environment environment, SslBundles bundles) {
        PolicyServer.Builder builder = PolicyServer.builder().id(properties.ident().text())
                .proxies(properties.proxies()).listenAddress(properties.listenAddress()).listen(properties.listen())
                .mux(properties.mux()).weight(properties.weight()).zone(properties.zone()).token(properties.token())
                .region(properties.region()).purposes(properties.purposes())
                .widerPolicies(properties.widerPolicies()).maxInFlight(properties.maxInFlight())
                .transport(Transport.choose(properties.transport(), "policy-server.transport"))
                .eventLoops(properties.eventLoops()).maxMessageSize((int) properties.maxMessageSize().toBytes())
                .maxPartial(properties.maxPartial().toBytes()).maxConnections(properties.maxConnections())
                .messageTimeout(properties.messageTimeout())
                .settingNames("policy-server.listen-address", "policy-server.listen")
                // a digest takes microseconds
                .executor(Runnable::run);
        DigestHandler handler = new DigestHandler(properties.answerDelay());
        properties.policies().forEach(policy -> builder.handleAsync(policy.text(), handler));
        if (properties.proto() == 1) {
            builder.part1(properties.dialect());
        }
        if (properties.transcript() || environment.getProperty("revproc.transcript", Boolean.class, false)) {
            builder.transcript(System.out);
        }
        Certificates certificates = Certificates.of(properties.tls(), bundles);
        if (certificates == null) {
            return builder.build();
        }
        PolicyServer server = builder.tls(certificates::client, certificates::server).build();
        certificates.onChange(server::renew);
        return server;
    }

    /** Opens the data port before the web server starts, whose port being taken must not leave a registration behind. */
    @Bean
    SmartLifecycle dataPortLifecycle(PolicyServer server) {
        return new Phase(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE - 1, server::open, after -> {
            server.close();
            after.run();
        });
    }

    /** Registers when everything else runs; takes leave of the proxy before anything else stops. */
    @Bean
    SmartLifecycle registrationLifecycle(PolicyServer server) {
        // a trial must be noticed by no proxy
        return new Phase(SmartLifecycle.DEFAULT_PHASE, TrialStart.asked() ? () -> {} : server::register,
                after -> server.leave().whenComplete((_, _) -> after.run()));
    }

    @Bean
    MeterBinder policyServerMeters(PolicyServer server) {
        return registry -> {
            FunctionCounter.builder("policy.server.answered", server, PolicyServer::answered)
                    .description("Messages answered with their digest").register(registry);
            FunctionCounter.builder("policy.server.refused", server, PolicyServer::refused)
                    .description("Messages that could not be answered").register(registry);
            FunctionCounter.builder("policy.server.turned.away", server, PolicyServer::turnedAway)
                    .description("Connections closed because there were too many").register(registry);
            Gauge.builder("policy.server.connections", server, PolicyServer::connections)
                    .description("Data connections that are open").register(registry);
        };
    }

    @Bean
    HealthIndicator registrationHealthIndicator(PolicyServer server) {
        return new RegistrationHealth(server);
    }
}
