package io.revproc.server;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.revproc.server.answer.DataPort;
import io.revproc.server.answer.DataPortSettings;
import io.revproc.server.answer.Leases;
import io.revproc.server.registration.RegistrationSettings;
import io.revproc.server.registration.Registrations;
import io.revproc.server.secure.Tls;
import io.revproc.server.transcript.Transcript;
import io.revproc.transport.Transport;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Puts the parts together. */
@Configuration(proxyBeanMethods = false)
class Wiring {
    @Bean
    Transcript transcript(PolicyServerProperties properties, Environment environment) {
        boolean on = properties.transcript() || environment.getProperty("revproc.transcript", Boolean.class, false);
        return on ? Transcript.to(System.out) : Transcript.off();
    }

    @Bean
    Leases leases(PolicyServerProperties properties) {
        Leases leases = new Leases(properties.policies());
        if (properties.proto() == 1) {
            // An old proxy may never say that it knows us.
            properties.policies().forEach(leases::grantWithoutHello);
        }
        return leases;
    }

    @Bean
    Transport transport(PolicyServerProperties properties) {
        return Transport.choose(properties.transport(), "policy-server.transport");
    }

    @Bean(destroyMethod = "")
    EventLoopGroup eventLoops(PolicyServerProperties properties, Transport transport) {
        return new MultiThreadIoEventLoopGroup(properties.eventLoops(), new DefaultThreadFactory("data", false),
                transport.ioHandlers());
    }

    /**
     * How connections are secured.
     *
     * @param certificates null: they are plain text
     */
    record Security(@Nullable Certificates certificates) {
        @Nullable
        Tls tls() {
            return certificates == null ? null : new Tls(certificates);
        }
    }

    @Bean
    Security security(PolicyServerProperties properties, SslBundles bundles) {
        return new Security(Certificates.of(properties.tls(), bundles));
    }

    @Bean
    DataPort dataPort(PolicyServerProperties properties, Transport transport, EventLoopGroup eventLoops, Leases leases,
            Transcript transcript, Security security) {
        DataPortSettings settings = new DataPortSettings(properties.ident(), properties.listenAddress(),
                properties.listen(), properties.maxMessageBytes(),
                properties.maxPartial().toBytes() / properties.eventLoops(), properties.maxConnections(),
                properties.maxUnsentBytes(), properties.messageTimeout(), properties.answerDelay());
        return new DataPort(settings, transport, eventLoops, leases, transcript,
                security.tls());
    }

    @Bean
    Registrations registrations(PolicyServerProperties properties, Transport transport, EventLoopGroup eventLoops,
            Leases leases, Transcript transcript, DataPort dataPort, Security security) {
        RegistrationSettings settings = new RegistrationSettings(properties.policies(), properties.proxies(),
                policy -> setup(properties, policy, dataPort.port()),
                properties.proto() == 1 ? properties.dialect() : null);
        Registrations registrations = new Registrations(settings, transport, eventLoops, leases, transcript,
                security.tls());
        // The proxy sends messages only to the certificate that we registered with.
        if (security.certificates() != null) {
            security.certificates().onChange(registrations::renew);
        }
        return registrations;
    }

    private static Message.Setup setup(PolicyServerProperties properties, Ident policy, int port) {
        if (properties.proto() == 1) {
            return Message.Setup.part1(properties.ident(), policy, port);
        }
        return new Message.Setup(properties.ident(), policy, port, 2, properties.mux(), properties.weight(),
                properties.zone(), properties.maxInFlight(), properties.token(), properties.tls().bundle() != null);
    }

    @Bean
    DataPortLifecycle dataPortLifecycle(DataPort dataPort, EventLoopGroup eventLoops) {
        return new DataPortLifecycle(dataPort, eventLoops);
    }

    @Bean
    RegistrationLifecycle registrationLifecycle(PolicyServerProperties properties, Registrations registrations,
            Transcript transcript) {
        return new RegistrationLifecycle(properties, registrations, transcript, TrialStart.asked());
    }

    @Bean
    MeterBinder dataPortMeters(DataPort dataPort) {
        return new DataPortMeters(dataPort);
    }

    @Bean
    HealthIndicator registrationHealthIndicator(Registrations registrations) {
        return new RegistrationHealth(registrations);
    }
}
