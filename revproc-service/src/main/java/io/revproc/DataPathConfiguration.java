package io.revproc;

import java.util.List;

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
import io.revproc.registration.ServerLimits;
import io.revproc.route.SwitchTable;
import io.revproc.transcript.Transcript;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
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

    /** @param transcriptWanted {@code revproc.transcript}: print the seed's lines, payloads included */
    @Bean
    TcpListener tcpListener(ListenerProperties listener, ForwardProperties forward, SwitchTable table,
            Registrar registrar, List<ForwardObserver> observers, MessageLogs logs, Audit audit,
            PoliciesProperties policies, @Value("${revproc.transcript:false}") boolean transcriptWanted) {
        Transcript transcript = transcriptWanted ? new Transcript(System.out) : null;
        ClientRules rules = policies.clientsAreRestricted()
                ? new ClientRules(policy -> policies.of(policy).clients(), System::nanoTime)
                : null;
        ForwardObserver observer = ForwardObserver.all(observers);
        MessageLog log = logs.all();
        int maxMessageSize = (int) listener.maxMessageSize().toBytes();
        return new TcpListener(listener, table, registrar,
                context -> new Forwarder(context, table::routes, forward, maxMessageSize, observer, transcript)
                        .loggedBy(log).recordedBy(audit.forLoop(context.loop())),
                transcript, new Entrance(rules));
    }
}
