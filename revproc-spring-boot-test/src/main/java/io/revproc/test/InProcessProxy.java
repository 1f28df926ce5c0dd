package io.revproc.test;

import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.forward.DeliveryLog;
import io.revproc.proxy.forward.ForwardCollaborators;
import io.revproc.proxy.forward.ForwardSettings;
import io.revproc.proxy.forward.Forwarder;
import io.revproc.proxy.forward.InFlightWithoutGrant;
import io.revproc.proxy.health.HealthSettings;
import io.revproc.proxy.health.PassiveHealth;
import io.revproc.proxy.listener.Entrance;
import io.revproc.proxy.listener.ListenerCollaborators;
import io.revproc.proxy.listener.ListenerObserver;
import io.revproc.proxy.listener.ListenerSettings;
import io.revproc.proxy.listener.TcpListener;
import io.revproc.proxy.registration.Admission;
import io.revproc.proxy.registration.LeaseIds;
import io.revproc.proxy.registration.LeaseTimer;
import io.revproc.proxy.registration.Registrar;
import io.revproc.proxy.registration.RegistrationSettings;
import io.revproc.proxy.registration.ServerLimits;
import io.revproc.proxy.route.AddressRule;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.tls.ForwardTlsSettings;
import io.revproc.proxy.tls.ListenerTlsSettings;
import io.revproc.proxy.tls.TlsEngine;
import io.revproc.transport.Transport;

/**
 * The proxy's data path in this process, on a free loopback port: what a client or a server of a test would meet in production, without
 * HTTP, store and delivery record. It starts in some milliseconds. Thread-safe.
 *
 * <pre>{@code
 * try (InProcessProxy proxy = InProcessProxy.start();
 *         RevprocClient client = RevprocClient.builder().proxies(proxy.address()).build()) { … }
 * }</pre>
 *
 * <p>As a bean of a Spring Boot application it says where the proxies are, as a container with {@code @ServiceConnection} would.
 */
public final class InProcessProxy implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long HEAP = 256L << 20;

    private final SwitchTable table;
    private final TcpListener listener;
    private final LeaseTimer leases;

    private InProcessProxy() {
        ListenerTlsSettings plain = new ListenerTlsSettings(null, ListenerTlsSettings.ClientAuthentication.NONE, false,
                TlsEngine.AUTO, Duration.ofSeconds(5));
        ListenerSettings listening = new ListenerSettings(InetAddress.getLoopbackAddress(), 0, 1,
                Transport.Choice.AUTO, 10_000, 0, plain, false, null, false, List.of(), 1 << 20, null, 1024,
                Duration.ofSeconds(30), Duration.ofMinutes(10), Duration.ZERO, Duration.ofSeconds(2));
        ForwardSettings forward = new ForwardSettings(Duration.ofSeconds(10), Duration.ofMinutes(1),
                Duration.ofSeconds(1), 1024, 1, 1024, Duration.ofSeconds(5), 20,
                InFlightWithoutGrant.FINISH,
                new ForwardTlsSettings(null, true, false, TlsEngine.AUTO));
        RegistrationSettings registration = new RegistrationSettings(Duration.ofSeconds(1), Duration.ofSeconds(3),
                Duration.ofSeconds(10), List.of(Cidr.of("127.0.0.0/8"), Cidr.of("::1/128")), 100_000, 10_000, List.of(),
                false, false, Duration.ofDays(14));
        HealthSettings health = new HealthSettings(Duration.ofMillis(500), Duration.ofSeconds(10),
                Duration.ofMinutes(5), 5, Duration.ofSeconds(10), Duration.ofMinutes(5), Duration.ofMinutes(10), 0.1);
        table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(10_000, 1000),
                InstantSource.system(), System::nanoTime, new AddressRule(false));
        Registrar registrar = new Registrar(table, Admission.of(registration), registration,
                new ServerLimits(forward.part1MaxInFlight(), forward.maxInFlightPerServer()), new LeaseIds(),
                System::nanoTime);
        leases = LeaseTimer.start(registrar, System::nanoTime);
        PassiveHealth passive = new PassiveHealth(table, health, System::nanoTime, () -> 0);
        ForwardCollaborators with = new ForwardCollaborators(table::routes, forward, 1 << 20, List.of(passive), null,
                null);
        listener = new TcpListener(listening, new ListenerCollaborators(table, registrar,
                (context, bounds, wakeOthers) -> new Forwarder(context, with, DeliveryLog.NONE, bounds, wakeOthers),
                ListenerObserver.NONE, Entrance.OPEN), HEAP);
    }

    /** Starts a proxy. */
    public static InProcessProxy start() {
        InProcessProxy proxy = new InProcessProxy();
        proxy.listener.start();
        return proxy;
    }

    /** Returns where it listens, as {@code host:port}. */
    public String address() {
        return "127.0.0.1:" + port();
    }

    /** Returns the port that it listens on. */
    public int port() {
        return Objects.requireNonNull(listener.localAddress()).getPort();
    }

    /** Returns how many servers are registered for the policy. */
    public int servers(String policy) {
        PolicyRoutes routes = table.routes().find(policy);
        return routes == null ? 0 : routes.size();
    }

    /**
     * Waits until so many servers are registered for the policy, at most 10 s.
     *
     * @throws IllegalStateException if they are not there by then
     */
    public void awaitServers(String policy, int servers) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (servers(policy) != servers) {
            if (System.nanoTime() > until) {
                throw new IllegalStateException(
                        "after " + PATIENCE.toSeconds() + " s " + servers(policy) + " instead of "
                                + servers + " servers are registered for " + policy);
            }
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for servers", e);
            }
        }
    }

    /** Drains and stops: what is in flight is answered, for at most 2 s. */
    @Override
    public void close() {
        leases.close();
        CountDownLatch stopped = new CountDownLatch(1);
        listener.stop(stopped::countDown);
        try {
            if (!stopped.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("the proxy has not stopped",
                        new TimeoutException(PATIENCE.toSeconds() + " s"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
