package io.revproc;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import io.revproc.EtcdConfiguration.EtcdLifecycle;
import io.revproc.EvidenceConfiguration.ClientEvidence;
import io.revproc.admin.AdminProperties;
import io.revproc.admin.OwnStatus;
import io.revproc.metrics.TableCollector;
import io.revproc.proxy.audit.Audit;
import io.revproc.proxy.forward.ForwardCollaborators;
import io.revproc.proxy.forward.ForwardObserver;
import io.revproc.proxy.forward.ForwardSettings;
import io.revproc.proxy.forward.Forwarder;
import io.revproc.proxy.listener.ClientRules;
import io.revproc.proxy.listener.Entrance;
import io.revproc.proxy.listener.ListenerCollaborators;
import io.revproc.proxy.listener.ListenerObserver;
import io.revproc.proxy.listener.ListenerSettings;
import io.revproc.proxy.listener.TcpListener;
import io.revproc.proxy.listener.UnknownPolicies;
import io.revproc.proxy.policy.RulesInForce;
import io.revproc.proxy.registration.LeaseTimer;
import io.revproc.proxy.registration.Registrar;
import io.revproc.proxy.registration.RegistrationSettings;
import io.revproc.proxy.registration.RuleTimer;
import io.revproc.proxy.registration.ServerLimits;
import io.revproc.proxy.route.Disclosure;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.route.TableObserver;
import io.revproc.proxy.tls.ForwardTls;
import io.revproc.proxy.tls.ListenerTls;
import io.revproc.proxy.tls.ListenerTlsSettings;
import io.revproc.proxy.tls.TlsMaterials;
import io.revproc.proxy.transcript.Transcript;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The way of a message: listener, forwarders, and who is told of what becomes of it. */
@Configuration(proxyBeanMethods = false)
class DataPathConfiguration {
    @Bean
    ServerLimits serverLimits(ForwardSettings properties) {
        return new ServerLimits(properties.part1MaxInFlight(), properties.maxInFlightPerServer());
    }

    /** A rule that nobody can meet is a mistake to hear of at the start. */
    private static void check(ListenerTlsSettings tls, RegistrationSettings registration,
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
    TlsEnds tlsEnds(ListenerSettings listener, ForwardSettings forward, RegistrationSettings registration,
            PoliciesProperties policies, Registrar registrar, SslBundles bundles) {
        check(listener.tls(), registration, policies);
        TlsMaterials materials = new SpringTlsMaterials(bundles);
        TlsEnds ends = new TlsEnds(ListenerTls.of(listener.tls(), materials),
                ForwardTls.of(forward.tls(), listener.tls(), materials));
        registrar.reachesByTls(ends.forward() != null);
        return ends;
    }

    /**
     * What is named here is there before the first message, beside what the listener itself needs.
     *
     * @param before    the record, the stores and the rules
     * @param leases    ends leases that are not renewed
     * @param rules     puts rules into effect that change
     * @param observers miss no change of the table
     * @param figures   misses none either
     * @param status    what the other proxies of a shared table are told
     * @param admin     settings, read for their mistakes
     */
    @Bean
    ListenerLifecycle listenerLifecycle(TcpListener listener, List<PhasedLifecycle> before, LeaseTimer leases,
            RuleTimer rules, List<TableObserver> observers, TableCollector figures, OwnStatus status,
            AdminProperties admin) {
        return new ListenerLifecycle(listener, before);
    }

    /** @param transcriptWanted {@code revproc.transcript}: print the seed's lines, payloads included */
    @Bean
    TcpListener tcpListener(ListenerSettings listener, ForwardSettings forward, SwitchTable table,
            Registrar registrar, List<ForwardObserver> observers, MessageLogs logs, Audit audit,
            PoliciesProperties policies, RulesInForce declared, ClientEvidence tokens, TlsEnds tls, EtcdLifecycle store,
            @Value("${revproc.transcript:false}") boolean transcriptWanted) {
        Function<String, Disclosure> disclosures = policies.disclosures();
        ClientRules rules = policies.clientsAreRestricted()
                ? new ClientRules(policy -> policies.of(policy).clients().settings(), declared, disclosures,
                        System::nanoTime)
                : null;
        List<ForwardObserver> all = new ArrayList<>(observers);
        all.addAll(logs.all());
        ListenerObserver atListener = ListenerObserver.NONE;
        if (transcriptWanted) {
            Transcript transcript = new Transcript(System.out, table::routes);
            all.add(transcript);
            atListener = transcript;
        }
        ForwardCollaborators with = new ForwardCollaborators(table::routes, forward, (int) listener.maxMessageSize(),
                all,
                tls.forward(), store.standstill());
        return new TcpListener(listener, new ListenerCollaborators(table, registrar,
                (context, bounds, wakeOthers) -> new Forwarder(context, with, audit.forLoop(context.loop()), bounds,
                        wakeOthers),
                atListener, new Entrance(rules, tls.listener(), new UnknownPolicies(declared, System::nanoTime),
                        tokens.tokens().orElse(null), disclosures)));
    }
}
