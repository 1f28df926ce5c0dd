package io.revproc;

import java.util.List;

import io.revproc.EtcdConfiguration.EtcdLifecycle;
import io.revproc.audit.Audit;
import io.revproc.forward.ForwardObserver;
import io.revproc.forward.ForwardProperties;
import io.revproc.forward.Forwarder;
import io.revproc.forward.MessageLog;
import io.revproc.listener.ClientRules;
import io.revproc.listener.Entrance;
import io.revproc.listener.ListenerProperties;
import io.revproc.listener.TcpListener;
import io.revproc.registration.Registrar;
import io.revproc.registration.RegistrationProperties;
import io.revproc.registration.ServerLimits;
import io.revproc.route.SwitchTable;
import io.revproc.tls.ForwardTls;
import io.revproc.tls.ListenerTls;
import io.revproc.tls.ListenerTlsProperties;
import io.revproc.transcript.Transcript;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The way of a message: listener, forwarders, and who is told of what becomes of it. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({ListenerProperties.class, ForwardProperties.class})
class DataPathConfiguration {
    @Bean
    ServerLimits serverLimits(ForwardProperties properties) {
        return new ServerLimits(properties.part1MaxInFlight(), properties.maxInFlightPerServer());
    }

    /** A rule that nobody can meet is a mistake to hear of at the start. */
    private static void check(ListenerTlsProperties tls, RegistrationProperties registration,
            PoliciesProperties policies) {
        if (registration.mtls()) {
            tls.requireCertificates("revproc.registration.mtls");
        }
        if (registration.grants().stream().anyMatch(grant -> grant.certificate() != null)) {
            tls.requireCertificates("a grant with a certificate (revproc.registration.grants)");
        }
        policies.policies().forEach((policy, settings) -> {
            if (!settings.clients().certificates().isEmpty()) {
                tls.requireCertificates("revproc.policies[" + policy + "].clients.certificates");
            }
        });
    }

    @Bean
    TlsEnds tlsEnds(ListenerProperties listener, ForwardProperties forward, RegistrationProperties registration,
            PoliciesProperties policies, Registrar registrar, SslBundles bundles) {
        check(listener.tls(), registration, policies);
        TlsEnds ends = new TlsEnds(ListenerTls.of(listener.tls(), bundles),
                ForwardTls.of(forward.tls(), listener.tls(), bundles));
        registrar.reachesByTls(ends.forward() != null);
        return ends;
    }

    /** @param transcriptWanted {@code revproc.transcript}: print the seed's lines, payloads included */
    @Bean
    TcpListener tcpListener(ListenerProperties listener, ForwardProperties forward, SwitchTable table,
            Registrar registrar, List<ForwardObserver> observers, MessageLogs logs, Audit audit,
            PoliciesProperties policies, TlsEnds tls, EtcdLifecycle store,
            @Value("${revproc.transcript:false}") boolean transcriptWanted) {
        Transcript transcript = transcriptWanted ? new Transcript(System.out) : null;
        ClientRules rules = policies.clientsAreRestricted()
                ? new ClientRules(policy -> policies.of(policy).clients(), System::nanoTime)
                : null;
        ForwardObserver observer = ForwardObserver.all(observers);
        MessageLog log = logs.all();
        int maxMessageSize = (int) listener.maxMessageSize().toBytes();
        return new TcpListener(listener, table, registrar,
                context -> new Forwarder(context, table::routes, forward, maxMessageSize, observer, transcript)
                        .securedBy(tls.forward()).loggedBy(log).recordedBy(audit.forLoop(context.loop()))
                        .checkedBy(store.standstill()),
                transcript, new Entrance(rules, tls.listener()));
    }
}
