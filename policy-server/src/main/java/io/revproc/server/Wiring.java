package io.revproc.server;

import java.util.Optional;

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
import io.revproc.server.transport.Transport;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
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
    Leases leases() {
        return new Leases();
    }

    @Bean
    Transport transport(PolicyServerProperties properties) {
        return Transport.of(properties.transport());
    }

    @Bean(destroyMethod = "")
    EventLoopGroup eventLoops(PolicyServerProperties properties, Transport transport) {
        return new MultiThreadIoEventLoopGroup(properties.eventLoops(), new DefaultThreadFactory("data", false),
                transport.ioHandlers());
    }

    /** Empty where connections are plain text. */
    @Bean
    Optional<Certificates> certificates(PolicyServerProperties properties, SslBundles bundles) {
        return Optional.ofNullable(Certificates.of(properties.tls(), bundles));
    }

    @Bean
    DataPort dataPort(PolicyServerProperties properties, Transport transport, EventLoopGroup eventLoops, Leases leases,
            Transcript transcript, Optional<Certificates> certificates) {
        DataPortSettings settings = new DataPortSettings(properties.ident(), properties.listenAddress(),
                properties.listen(), properties.maxMessageBytes(),
                properties.maxPartial().toBytes() / properties.eventLoops(), properties.maxConnections(),
                properties.maxUnsentBytes(), properties.messageTimeout(), properties.answerDelay());
        return new DataPort(settings, transport, eventLoops, leases, transcript,
                certificates.map(Tls::new).orElse(null));
    }

    @Bean
    Registrations registrations(PolicyServerProperties properties, Transport transport, EventLoopGroup eventLoops,
            Leases leases, Transcript transcript, DataPort dataPort, Optional<Certificates> certificates) {
        RegistrationSettings settings = new RegistrationSettings(properties.policies(), properties.proxies(),
                policy -> setup(properties, policy, dataPort.port()));
        Registrations registrations = new Registrations(settings, transport, eventLoops, leases, transcript,
                certificates.map(Tls::new).orElse(null));
        // The proxy sends messages only to the certificate that we registered with.
        certificates.ifPresent(own -> own.onChange(registrations::renew));
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
        return new RegistrationLifecycle(properties, registrations, transcript);
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
