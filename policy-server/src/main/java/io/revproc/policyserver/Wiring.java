package io.revproc.policyserver;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.revproc.server.AsyncHandler;
import io.revproc.server.EvidenceFile;
import io.revproc.server.PolicyServer;
import io.revproc.server.Reply;
import io.revproc.spring.PolicyServerLifecycle;
import io.revproc.spring.PolicyServerMeters;
import io.revproc.spring.RegistrationsHealth;
import io.revproc.spring.RevprocSsl;
import io.revproc.start.Ending;
import io.revproc.start.HttpPort;
import io.revproc.start.PortPlace;
import io.revproc.start.Program;
import io.revproc.start.SettingsBinding;
import io.revproc.start.TrialStart;
import io.revproc.transport.Transport;
import io.revproc.wire.PayloadDigest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Makes the server of the settings; what keeps it and shows it is the starter's. */
@Configuration(proxyBeanMethods = false)
class Wiring {
    private static final Logger log = LoggerFactory.getLogger(PolicyServerApplication.class);

    /** What the server shows as evidence. */
    record Evidence(@Nullable EvidenceFile file) implements AutoCloseable {
        @Nullable
        String now() {
            return file == null ? null : file.get();
        }

        @Override
        public void close() {
            if (file != null) {
                file.close();
            }
        }
    }

    /** Has an empty group of settings set nothing. */
    @Bean
    static ConfigurationPropertiesBindHandlerAdvisor settingsBinding() {
        return SettingsBinding.advisor(new StartFailures());
    }

    @Bean
    Evidence evidence(PolicyServerProperties properties) {
        String file = properties.evidenceFile();
        return new Evidence(file == null || file.isBlank() ? null : EvidenceFile.watch(Path.of(file)));
    }

    /** Open before the web server starts, whose port being taken must not leave a registration behind. */
    @Bean(initMethod = "open", destroyMethod = "close")
    PolicyServer policyServer(PolicyServerProperties properties, Environment environment,
            ObjectProvider<SslBundles> bundles, Evidence evidence) {
        requireOwnPorts(properties, environment);
        PolicyServer.Builder builder = PolicyServer.builder().id(properties.checkedId())
                .proxies(properties.proxies()).listenAddress(properties.listenAddress()).listen(properties.listen())
                .mux(properties.mux()).weight(properties.weight()).zone(properties.zone()).token(properties.token())
                .region(properties.region()).purposes(properties.purposes())
                .widerPolicies(properties.widerPolicies()).evidence(evidence::now).maxInFlight(properties.maxInFlight())
                .transport(Transport.choose(properties.transport(), "policy-server.transport"))
                .eventLoops(properties.eventLoops()).maxMessageSize((int) properties.maxMessageSize().toBytes())
                .maxPartial(properties.maxPartial().toBytes()).maxConnections(properties.maxConnections())
                .messageTimeout(properties.messageTimeout())
                .settingNames("policy-server.listen-address", "policy-server.listen")
                // a digest takes microseconds
                .executor(Runnable::run);
        AsyncHandler handler = digest(properties.answerDelay());
        properties.policies().forEach(policy -> builder.handleAsync(policy, handler));
        if (properties.proto() == 1) {
            builder.part1(properties.dialect());
        }
        if (properties.transcript() || environment.getProperty("revproc.transcript", Boolean.class, false)) {
            builder.transcript(System.out);
        }
        TlsProperties tls = properties.tls();
        RevprocSsl ssl = RevprocSsl.server("policy-server.tls", null, tls.bundle(), tls.verifyHost(),
                tls.clientAuth().asNetty(), tls.allowTls12() ? List.of("TLSv1.3", "TLSv1.2") : List.of("TLSv1.3"),
                bundles);
        PolicyServer server = (ssl == null ? builder : builder.tls(ssl.client(), ssl.server())).build();
        if (ssl != null) {
            ssl.onChange(server::renew);
        }
        return server;
    }

    /** The data port opens first: what opens behind it would say that another program has the port. */
    private static void requireOwnPorts(PolicyServerProperties properties, Environment environment) {
        PortPlace data = new PortPlace("policy-server.listen", properties.listen(),
                new InetSocketAddress(properties.listenAddress(), properties.listen()).getAddress());
        for (HttpPort end : HttpPort.values()) {
            Integer port = environment.getProperty(end.setting("port"), Integer.class);
            if (port != null) {
                new PortPlace(end.setting("port"), port,
                        environment.getProperty(end.setting("address"), InetAddress.class)).requireApartFrom(data);
            }
        }
    }

    /** Answers with the SHA-1 of the payload, as the seed's server. */
    private static AsyncHandler digest(Duration delay) {
        return request -> {
            Reply reply = Reply.of(PayloadDigest.of(request.payload()));
            return delay.isZero()
                    ? CompletableFuture.completedFuture(reply)
                    : CompletableFuture.supplyAsync(() -> reply,
                            CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS));
        };
    }

    /** Registers with nobody in a trial start. */
    @Bean
    PolicyServerLifecycle registrationLifecycle(PolicyServer server) {
        return new PolicyServerLifecycle(() -> TrialStart.asked() ? null : server);
    }

    @Bean
    MeterBinder policyServerMeters(PolicyServer server) {
        return new PolicyServerMeters(() -> server);
    }

    @Bean
    HealthIndicator registrationHealthIndicator(PolicyServer server) {
        return new RegistrationsHealth(() -> server);
    }

    /** Says once what runs where; stops the server from becoming ready if it was told to end meanwhile. */
    @Bean
    ApplicationListener<ApplicationReadyEvent> startLine(PolicyServerProperties properties, PolicyServer server,
            Environment environment) {
        return event -> {
            if (Ending.isAsked()) {
                throw new SpringApplication.AbandonedRunException(event.getApplicationContext());
            }
            log.info("event=started id={} pp={} port={} http={} version={} in={}ms", properties.id(),
                    String.join(",", properties.policies()), server.port(),
                    environment.getProperty("local.server.port", "0"), Program.version(),
                    event.getTimeTaken() == null ? 0 : event.getTimeTaken().toMillis());
        };
    }
}
