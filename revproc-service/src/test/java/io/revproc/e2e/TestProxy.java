package io.revproc.e2e;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;

import io.revproc.PoliciesProperties;
import io.revproc.SpringTlsMaterials;
import io.revproc.proxy.accesslog.AccessLog;
import io.revproc.proxy.accesslog.AccessLogSettings;
import io.revproc.proxy.audit.Audit;
import io.revproc.proxy.audit.AuditLog;
import io.revproc.proxy.audit.AuditSettings;
import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.etcd.Disk;
import io.revproc.proxy.etcd.EtcdStatus;
import io.revproc.proxy.etcd.EtcdStore;
import io.revproc.proxy.evidence.JwtEvidence;
import io.revproc.proxy.evidence.KeySets;
import io.revproc.proxy.forward.ForwardCollaborators;
import io.revproc.proxy.forward.ForwardObserver;
import io.revproc.proxy.forward.ForwardSettings;
import io.revproc.proxy.forward.Forwarder;
import io.revproc.proxy.forward.KeptMessages;
import io.revproc.proxy.health.PassiveHealth;
import io.revproc.proxy.listener.ClientRuleSettings;
import io.revproc.proxy.listener.ClientRules;
import io.revproc.proxy.listener.ClientTokens;
import io.revproc.proxy.listener.Entrance;
import io.revproc.proxy.listener.ListenerCollaborators;
import io.revproc.proxy.listener.ListenerObserver;
import io.revproc.proxy.listener.ListenerSettings;
import io.revproc.proxy.listener.TcpListener;
import io.revproc.proxy.listener.UnknownPolicies;
import io.revproc.proxy.policy.EvidenceDemand;
import io.revproc.proxy.policy.EvidenceVerifier;
import io.revproc.proxy.policy.RulesInForce;
import io.revproc.proxy.registration.Admission;
import io.revproc.proxy.registration.LeaseIds;
import io.revproc.proxy.registration.LeaseTimer;
import io.revproc.proxy.registration.Registrar;
import io.revproc.proxy.registration.RegistrationSettings;
import io.revproc.proxy.registration.RuleKeeper;
import io.revproc.proxy.registration.RuleTimer;
import io.revproc.proxy.registration.ServerLimits;
import io.revproc.proxy.route.AddressRule;
import io.revproc.proxy.route.Disclosure;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.Settlement;
import io.revproc.proxy.route.Standstill;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.store.SharedTableFile;
import io.revproc.proxy.tls.ForwardTls;
import io.revproc.proxy.tls.HandshakeFailure;
import io.revproc.proxy.tls.ListenerTls;
import io.revproc.proxy.trace.Tracing;
import io.revproc.proxy.trace.TracingSettings;
import io.revproc.settings.AuditProperties;
import io.revproc.settings.ClientRuleProperties;
import io.revproc.settings.EtcdProperties;
import io.revproc.settings.ForwardProperties;
import io.revproc.settings.HealthProperties;
import io.revproc.settings.ListenerProperties;
import io.revproc.settings.RegistrationProperties;
import io.revproc.settings.TracingProperties;
import io.revproc.transport.HeldMemory;
import io.revproc.wire.ErrorCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A proxy in this process, wired as the application wires it, on a port that the kernel chooses. Settings are given by their
 * names; the rest has the defaults, but for leases, which last as long as their connection: the servers here send no heartbeats.
 */
final class TestProxy implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final SwitchTable table;
    private final TcpListener listener;
    private final Registrar registrar;
    private final @Nullable ForwardTls servers;
    private final LeaseTimer leases;
    private final RulesInForce rules;
    private final KeySets keys;
    private final RuleTimer ruleTimer;
    private final @Nullable EtcdStore store;
    private final @Nullable Tracing tracing;
    private final Audit audit;
    private final Entrance entrance;
    private final Function<String, Disclosure> disclosures;
    private final @Nullable AccessLog accessLog;
    private boolean stopped;

    private TestProxy(Map<String, String> settings, SslBundles bundles, List<EvidenceVerifier> verifiers) {
        Binder binder = new Binder(new MapConfigurationPropertySource(settings));
        ListenerSettings listening = binder.bindOrCreate("revproc.listener", ListenerProperties.class).settings();
        ForwardSettings forward = binder.bindOrCreate("revproc.forward", ForwardProperties.class).settings();
        AuditSettings record = binder.bindOrCreate("revproc.audit", AuditProperties.class).settings();
        audit = new Audit(record, record.directory() == null ? null : Path.of(record.directory()));
        audit.open();
        int queueLimit = Integer.parseInt(settings.getOrDefault("test.queue-limit", "1000"));
        RegistrationSettings registration = binder.bindOrCreate("revproc.registration", RegistrationProperties.class)
                .settings();
        PoliciesProperties policies = binder.bindOrCreate("revproc", PoliciesProperties.class);
        disclosures = policies.disclosures();
        rules = new RulesInForce(
                registration.rules(policies.declared(), policies.policiesDeclaredOnly(), List.of(), false,
                        policies.issuers(),
                        verifiers.stream().map(EvidenceVerifier::name).collect(Collectors.toSet())),
                InstantSource.system());
        keys = KeySets.start(rules, new SpringTlsMaterials(bundles));
        table = new SwitchTable(policy -> new RoundRobin(),
                policy -> new PolicyLoad(10_000, queueLimit, disclosures.apply(policy.text())),
                InstantSource.system(), System::nanoTime, new AddressRule(registration.part1SeveralPolicies()));
        table.ruledBy(rules);
        registrar = new Registrar(table, Admission.by(rules, new JwtEvidence(keys, verifiers)), registration,
                new ServerLimits(forward.part1MaxInFlight(), forward.maxInFlightPerServer()), new LeaseIds(),
                System::nanoTime).recordedBy(audit);
        leases = LeaseTimer.start(registrar, System::nanoTime);
        ruleTimer = RuleTimer.start(new RuleKeeper(table, registrar, rules, registration.grantWarning(), audit), rules);
        store = settings.containsKey("revproc.store.etcd.endpoints")
                ? new EtcdStore(table, binder.bindOrCreate("revproc.store.etcd", EtcdProperties.class).settings(),
                        new LeaseIds(),
                        settings.containsKey("test.shared-file")
                                ? new SharedTableFile(Path.of(settings.get("test.shared-file")))
                                : Disk.NONE,
                        () -> null)
                : null;
        PassiveHealth health = new PassiveHealth(table,
                binder.bindOrCreate("revproc.health", HealthProperties.class).settings(),
                System::nanoTime, () -> 0);
        if (store != null) {
            registrar.settledBy(store);
            store.start(() -> false);
        }
        TracingSettings traces = binder.bindOrCreate("revproc.tracing", TracingProperties.class).settings();
        tracing = traces.enabled() ? Tracing.start(traces, "test", Duration.ofMillis(20)) : null;
        ListenerTls incoming = ListenerTls.of(listening.tls(), new SpringTlsMaterials(bundles));
        servers = ForwardTls.of(forward.tls(), listening.tls(), new SpringTlsMaterials(bundles));
        registrar.reachesByTls(servers != null);
        accessLog = settings.containsKey("test.access-log")
                ? new AccessLog(new AccessLogSettings(true, 100, 1_000), () -> 0,
                        LoggerFactory.getLogger("io.revproc.access")::info)
                : null;
        List<ForwardObserver> observers = Stream.of(health, tracing == null ? null : tracing.tracer(), accessLog)
                .filter(Objects::nonNull).toList();
        ForwardCollaborators with = new ForwardCollaborators(table::routes, forward, (int) listening.maxMessageSize(),
                observers, servers, standstill(settings));
        entrance = entrance(binder, incoming);
        listener = new TcpListener(listening, new ListenerCollaborators(table, registrar,
                (context, bounds, wakeOthers) -> new Forwarder(context, with, audit.forLoop(context.loop()), bounds,
                        wakeOthers),
                ListenerObserver.NONE, entrance),
                Long.parseLong(settings.getOrDefault("test.heap", "4000000000")));
        listener.start();
    }

    /** {@code test.stood-still}: as a process that stood still, and has not heard yet what happened meanwhile. */
    private @Nullable Standstill standstill(Map<String, String> settings) {
        if (settings.containsKey("test.stood-still")) {
            return new Standstill(0, Long.MAX_VALUE, System.nanoTime() - 1);
        }
        return store == null ? null : store.standstill();
    }

    /** {@code test.clients.POLICY} holds the settings that the application has under {@code revproc.policies[POLICY].clients}. */
    private Entrance entrance(Binder binder, @Nullable ListenerTls tls) {
        Map<String, ClientRuleSettings> clients = new HashMap<>();
        binder.bind("test.clients", Bindable.mapOf(String.class, ClientRuleProperties.class)).orElse(Map.of())
                .forEach((policy, rule) -> clients.put(policy, rule.settings()));
        return new Entrance(clients.isEmpty()
                ? null
                : new ClientRules(policy -> clients.getOrDefault(policy, ClientRuleSettings.ANYBODY), rules,
                        disclosures, System::nanoTime),
                tls, new UnknownPolicies(rules, System::nanoTime), tokens(clients.values()), disclosures);
    }

    private @Nullable ClientTokens tokens(Collection<ClientRuleSettings> clients) {
        List<EvidenceDemand> demands = clients.stream().map(ClientRuleSettings::evidence).filter(Objects::nonNull)
                .toList();
        return demands.isEmpty()
                ? null
                : new ClientTokens(rules, new JwtEvidence(keys, List.of()), demands, System::nanoTime);
    }

    /** @param settings names and values in turn */
    static TestProxy with(String... settings) {
        return with(new DefaultSslBundleRegistry(), settings);
    }

    /** @param bundles what {@code spring.ssl.bundle} has in the application */
    static TestProxy with(SslBundles bundles, String... settings) {
        return with(bundles, List.of(), settings);
    }

    /** @param verifiers what checks evidence that is no token */
    static TestProxy with(List<EvidenceVerifier> verifiers, String... settings) {
        return with(new DefaultSslBundleRegistry(), verifiers, settings);
    }

    private static TestProxy with(SslBundles bundles, List<EvidenceVerifier> verifiers, String... settings) {
        Map<String, String> all = new HashMap<>(Map.of("revproc.listener.port", "0", "revproc.listener.event-loops",
                "2",
                "revproc.registration.heartbeat", "1m", "revproc.registration.ttl", "10m", "revproc.forward.deadline",
                "30s", "revproc.forward.queue-timeout", "20s"));
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        return new TestProxy(all, bundles, verifiers);
    }

    InetSocketAddress address() {
        return Objects.requireNonNull(listener.localAddress());
    }

    /** Of a proxy that shares its table. */
    EtcdStatus shared() {
        return Objects.requireNonNull(store).status();
    }

    /** Of a proxy that shares its table. */
    EtcdStore store() {
        return Objects.requireNonNull(store);
    }

    /** What may be served by whom; a test may replace it. */
    RulesInForce rules() {
        return rules;
    }

    int connections() {
        return listener.connections();
    }

    /** Messages that are kept until their servers have them. */
    KeptMessages kept() {
        return listener.kept();
    }

    /** What peers make grow, of this kind. */
    HeldMemory memory(String kind) {
        return listener.memory().stream().filter(each -> each.kind().equals(kind)).findAny().orElseThrow();
    }

    /** The delivery record; there is one if {@code revproc.audit.directory} was set. */
    AuditLog record() {
        return audit.log().orElseThrow();
    }

    /** Waits until no message is routed by the policy any more, and asserts that this is within a second of the moment when it has to be so. */
    void awaitEnd(String policy, Instant end) {
        await().pollInterval(Duration.ofMillis(5)).atMost(Duration.ofSeconds(5))
                .until(() -> table().routes().find(policy) == null);
        assertThat(Duration.between(end, Instant.now())).isBetween(Duration.ZERO, Duration.ofSeconds(1));
    }

    Client connect() {
        return new Client(address());
    }

    /** By TLS. */
    Client connect(SSLContext tls) {
        return new Client(address(), tls);
    }

    long handshakeFailures(HandshakeFailure failure) {
        return listener.handshakeFailures(failure);
    }

    /** Of connections to servers. */
    long serverHandshakeFailures(HandshakeFailure failure) {
        return Objects.requireNonNull(servers).failures(failure);
    }

    /** Messages that were given to no policy and refused so. */
    long refused(ErrorCode code) {
        return listener.refused(code);
    }

    /** Setups that were refused. */
    long setupsRefused() {
        return registrar.refused();
    }

    /** Setups that a live server's place was kept from. */
    long setupsTaken() {
        return registrar.taken();
    }

    /** Makes the answers to setups that take an address from others wait for this. */
    TestProxy settledBy(Settlement settlement) {
        registrar.settledBy(settlement);
        return this;
    }

    SwitchTable table() {
        return table;
    }

    /** Messages that wait for a place at one of the policy's servers. */
    int waiting(String policy) {
        return Objects.requireNonNull(table.routes().find(policy), policy).load().waiting();
    }

    /** The entry of a server that has registered. */
    Endpoint entry(String policy, int id) {
        PolicyRoutes routes = Objects.requireNonNull(table.routes().find(policy), policy);
        return routes.endpoints().stream().filter(each -> each.spec().id().text().equals("" + id)).findAny()
                .orElseThrow();
    }

    /** Waits until the policy has so many servers. */
    void awaitServers(String policy, int servers) {
        await().atMost(PATIENCE).until(() -> {
            PolicyRoutes routes = table.routes().find(policy);
            return routes != null && routes.size() == servers;
        });
    }

    /** Drains and stops, as the application's shutdown does; returns at once. */
    CountDownLatch stop() {
        stopped = true;
        CountDownLatch done = new CountDownLatch(1);
        listener.stop(() -> {
            audit.close();
            done.countDown();
        });
        return done;
    }

    /** Starts the stop; the tests need not wait for the drain. */
    @Override
    public void close() {
        if (store != null) {
            store.leave();
            store.close();
        }
        leases.close();
        ruleTimer.close();
        keys.close();
        if (!stopped) {
            stop();
        }
        ClientTokens tokens = entrance.tokens();
        if (tokens != null) {
            tokens.close();
        }
        if (accessLog != null) {
            accessLog.close();
        }
        if (tracing != null) {
            tracing.close();
        }
    }
}
