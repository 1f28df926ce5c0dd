package io.revproc;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

import io.revproc.admin.KnownProxies;
import io.revproc.admin.ProxyFacts;
import io.revproc.proxy.events.EventLog;
import io.revproc.proxy.listener.ListenerSettings;
import io.revproc.proxy.listener.TcpListener;
import io.revproc.proxy.peers.Peer;
import io.revproc.proxy.peers.Peers;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.stats.History;
import io.revproc.proxy.stats.HistoryTimer;
import io.revproc.proxy.stats.ListenerCounts;
import io.revproc.proxy.store.StoreSettings;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.HostPort;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Configures events and the figures of the last day. */
@Configuration(proxyBeanMethods = false)
class HistoryConfiguration {
    @Bean
    ListenerCounts listenerCounts(TcpListener listener) {
        return new ListenerCounts() {
            @Override
            public int connections() {
                return listener.connections();
            }

            @Override
            public long refused(ErrorCode code) {
                return listener.refused(code);
            }
        };
    }

    @Bean
    ProxyFacts proxyFacts(TcpListener listener, ListenerSettings settings, EtcdConfiguration.EtcdLifecycle store,
            ServerProperties server, Environment environment) {
        return new ThisProxy(listener, settings, store::status,
                host -> http(server, host, environment.getProperty("local.server.port")));
    }

    /** Returns the address of the HTTP side; null as long as it has no port. */
    static @Nullable String http(ServerProperties server, String host, @Nullable String port) {
        if (port == null) {
            return null;
        }
        InetAddress address = server.getAddress();
        String where = address == null || address.isAnyLocalAddress() ? host : address.getHostAddress();
        return (Ssl.isEnabled(server.getSsl()) ? "https://" : "http://")
                + HostPort.text(where, port) + "/";
    }

    @Bean
    KnownProxies knownProxies(EtcdConfiguration.EtcdLifecycle store, ProxyFacts facts, InstantSource clock) {
        @Nullable
        Peers peers = store.peers();
        return new KnownProxies() {
            @Override
            public boolean shared() {
                return peers != null;
            }

            @Override
            public List<Peer> others() {
                return peers == null ? List.of() : peers.all(facts.name(), clock.instant());
            }
        };
    }

    @Bean
    History history(SwitchTable table, ListenerCounts listener) {
        return new History(table, listener);
    }

    @Bean
    HistoryLifecycle historyLifecycle(History history, EventLog events, InstantSource clock, StoreSettings store,
            ListenerSettings listener) {
        return new HistoryLifecycle(history, events, clock,
                file(store.file(), listener.port()).orElse(null));
    }

    /** Returns where they are kept over a restart: beside the snapshot file, so that who wants no file gets none. */
    static Optional<Path> file(@Nullable String snapshot, int port) {
        return snapshot == null || snapshot.isBlank()
                ? StoreConfiguration.path(snapshot, "history", port)
                : StoreConfiguration.path(snapshot + ".history", "history", port);
    }

    /** Reads the file before the listener takes the first message, and writes it after the last one. */
    static final class HistoryLifecycle extends PhasedLifecycle {
        private final History history;
        private final EventLog events;
        private final InstantSource clock;
        private final @Nullable Path file;
        private @Nullable HistoryTimer timer;

        HistoryLifecycle(History history, EventLog events, InstantSource clock, @Nullable Path file) {
            super(-1);
            this.history = history;
            this.events = events;
            this.clock = clock;
            this.file = file;
        }

        @Override
        void begin() {
            timer = HistoryTimer.start(history, events, clock, file);
        }

        @Override
        void end() {
            HistoryTimer running = timer;
            timer = null;
            if (running != null) {
                running.close();
            }
        }
    }
}
