package io.revproc.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.revproc.proxy.accesslog.DeliveryFeed;
import io.revproc.proxy.accesslog.Entry;
import io.revproc.proxy.audit.Audit;
import io.revproc.proxy.events.EventLog;
import io.revproc.proxy.events.EventQuery;
import io.revproc.proxy.policy.Absence;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.policy.RulesInForce;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.RouteTable;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.route.TableObserver;
import io.revproc.proxy.stats.History;
import io.revproc.proxy.stats.ListenerCounts;
import io.revproc.wire.HostPort;
import io.revproc.wire.Ident;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends what the dashboard shows: the table, its changes within {@link #CHECK_INTERVAL}, events as they happen, and each second figures and a sample of
 * the messages that ended. One thread gathers for all who watch; while nobody does there is no such thread, and no event loop tells anybody of a
 * message. Changes of one server that come close together are sent once, as it is then.
 */
@Component
final class LiveStream implements TableObserver, SmartLifecycle {
    /** How many clients may watch at a time. */
    static final int MAX_WATCHERS = 32;
    /** How many events may wait for one of them: ten seconds' at least. */
    static final int MAX_WAITING = 128;
    /** The most servers that a page is shown; the first by policy. */
    static final int MAX_SERVERS = 20_000;
    /** The most declared policies without a server that a page is shown; the first by name. */
    static final int MAX_AWAITED = 1_000;
    /** More changes at once are sent as a whole table. */
    static final int MAX_CHANGED = 2_000;
    /** How many past events are shown at first. */
    static final int MAX_EVENTS = 100;
    static final Duration CHECK_INTERVAL = Duration.ofMillis(100);
    private static final int CHECKS_PER_FIGURES = 10;
    private static final int CHECKS_PER_PROXIES = 30;
    private static final int MAX_NAME_LENGTH = 128;

    /**
     * The clients that watch.
     *
     * @param operator  whether this one may change something
     * @param operators whether anybody could
     */
    @Schema(name = "LiveYou")
    record You(boolean operator, boolean operators) {}

    /**
     * @param id     as text: what stands in the paths of the admin API
     * @param server null if there is none of this id any more
     */
    @Schema(name = "LiveServer")
    record Row(String policy, String id, @Nullable EndpointView server) {}

    /**
     * @param leaseMillis how long a lease lasts from one heartbeat on
     * @param omitted     how many further servers there are
     * @param unserved    policies that had a server and have none, and declared ones that wait for their first
     */
    @Schema(name = "LiveTable")
    record Table(long leaseMillis, int omitted, List<Row> servers, List<Unserved> unserved) {}

    /** Which proxy this is. */
    @Schema(name = "LiveProxy")
    record About(String name, String version, long uptimeMillis, int port, int maxConnections, String store) {
        static About of(ProxyFacts facts) {
            return new About(facts.name(), facts.version(),
                    Math.max(0, Instant.now().toEpochMilli() - facts.startedAt().toEpochMilli()), facts.port(),
                    facts.maxConnections(), facts.store());
        }
    }

    /**
     * A policy without a server.
     *
     * @param since when it lost its last one; null if it is declared and has had none
     */
    @Schema(name = "LiveUnserved")
    record Unserved(String policy, @Nullable Instant since) {}

    /**
     * A message that ended.
     *
     * @param at           when, in milliseconds since 1970
     * @param outcome      {@code answered}, {@code cancelled} or the code of a refusal
     * @param micros       from its arrival to its end
     * @param serverMicros from handing it over to its end; -1 if it was not
     */
    @Schema(name = "LiveDelivery")
    record Delivery(long at, String client, @Nullable String srcid, @Nullable String policy, @Nullable String server,
            String outcome, long micros, long serverMicros, int bytes, int replyBytes, int failedServers) {
        static Delivery of(DeliveryFeed.Ended ended, long nanos, Instant now) {
            Entry entry = ended.message();
            long ago = TimeUnit.NANOSECONDS.toMillis(nanos - ended.endedNanos());
            return new Delivery(now.toEpochMilli() - ago,
                    HostPort.text(entry.client()),
                    cut(entry.clientId()), cut(entry.policy()), entry.server(), entry.outcome(),
                    TimeUnit.NANOSECONDS.toMicros(entry.nanos()),
                    entry.serverNanos() < 0 ? -1 : TimeUnit.NANOSECONDS.toMicros(entry.serverNanos()),
                    entry.requestBytes(), Math.max(0, entry.replyBytes()), entry.failedServers());
        }

        /** A policy that no server serves has any name. */
        private static @Nullable String cut(@Nullable String name) {
            return name == null || name.length() <= MAX_NAME_LENGTH ? name : name.substring(0, MAX_NAME_LENGTH) + "…";
        }
    }

    private record Key(Ident policy, Ident id) {}

    private final SwitchTable table;
    private final LeaseTimes leases;
    private final ListenerCounts listener;
    private final DeliveryFeed feed;
    private final EventLog events;
    private final History history;
    private final ProxyFacts facts;
    private final KnownProxies proxies;
    private final OwnStatus own;
    private final Audit audit;
    private final RulesInForce rules;
    private final ThreadFactory threads;
    private final Subscribers watchers;
    private final Set<Key> changed = new LinkedHashSet<>();
    private @Nullable Thread gatherer;
    /** The gatherer's state: the snapshot that it has seen last. */
    private RouteTable seen;
    private PolicyRules seenRules;
    /** The declared policies without a server that it has sent last; null if it has just begun. */
    private @Nullable List<String> awaited;
    private volatile boolean everything;
    private volatile boolean running;

    @Autowired
    LiveStream(SwitchTable table, LeaseTimes leases, ListenerCounts listener, DeliveryFeed feed, EventLog events,
            History history, ProxyFacts facts, KnownProxies proxies, OwnStatus own, Audit audit,
            RulesInForce rules) {
        this.rules = rules;
        this.proxies = proxies;
        this.own = own;
        this.audit = audit;
        this.table = table;
        this.leases = leases;
        this.listener = listener;
        this.feed = feed;
        this.events = events;
        this.history = history;
        this.facts = facts;
        this.threads = Thread.ofVirtual().name("live-stream").factory();
        this.watchers = new Subscribers(MAX_WATCHERS, MAX_WAITING, threads);
        this.seen = table.routes();
        this.seenRules = rules.rules();
        table.observe(this);
        events.observe(happened -> {
            if (!watchers.isEmpty()) {
                watchers.send(event("events", List.of(EventView.of(happened))));
            }
        });
    }

    /**
     * @param peer who asks, as {@link Subscribers#peer} names it
     * @throws Subscribers.TooManyException if {@value #MAX_WATCHERS} watch already, or half as many of this peer
     */
    SseEmitter subscribe(String peer, You you) {
        SseEmitter emitter = watchers.add(peer, "what the dashboard shows",
                () -> List.of(event("you", you), event("about", About.of(facts)),
                        event("events", events.newest(EventQuery.ALL, MAX_EVENTS).stream().map(EventView::of).toList()),
                        proxies(), wholeTable()));
        everything = true;
        synchronized (this) {
            if (gatherer == null) {
                gatherer = threads.newThread(this::gather);
                gatherer.start();
            }
        }
        return emitter;
    }

    /** Returns whether anything is gathered. */
    synchronized boolean isGathering() {
        return gatherer != null;
    }

    @Override
    public void changed(Change change, Endpoint endpoint, RouteTable routes) {
        if (!watchers.isEmpty()) {
            synchronized (changed) {
                if (changed.size() <= MAX_CHANGED) {
                    changed.add(new Key(endpoint.spec().policy(), endpoint.spec().id()));
                }
            }
        }
    }

    private void gather() {
        LiveFigures figures = new LiveFigures(leases, listener,
                now -> history.refusals(now.minusSeconds(1)), facts::store,
                now -> audit.log().map(log -> RecordView.of(log, now.toEpochMilli())).orElse(null));
        awaited = null;
        try {
            for (int look = 0; !isOver(); look++) {
                // First: a policy whose last server goes is never without a row.
                sendUnserved();
                sendChanges();
                if (look % CHECKS_PER_FIGURES == 0) {
                    feed.open();
                    sendFigures(figures);
                }
                if (proxies.shared() && look % CHECKS_PER_PROXIES == 0) {
                    watchers.send(proxies());
                }
                Thread.sleep(CHECK_INTERVAL);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            feed.close();
        }
    }

    private synchronized boolean isOver() {
        if (!watchers.isEmpty()) {
            return false;
        }
        gatherer = null;
        return true;
    }

    private void sendChanges() {
        List<Key> keys;
        synchronized (changed) {
            keys = List.copyOf(changed);
            changed.clear();
        }
        if (keys.size() > MAX_CHANGED) {
            watchers.send(wholeTable());
        } else if (!keys.isEmpty()) {
            List<Row> rows = new ArrayList<>(keys.size());
            for (Key key : keys) {
                Endpoint endpoint = table.find(key.policy(), key.id());
                rows.add(new Row(key.policy().text(), key.id().text(),
                        endpoint == null ? null : EndpointView.of(endpoint, leases)));
            }
            watchers.send(event("changes", rows));
        }
    }

    private void sendUnserved() {
        RouteTable now = table.routes();
        PolicyRules ruled = rules.rules();
        List<String> known = awaited;
        List<String> next = known != null && now == seen && ruled == seenRules ? known : awaited(now, ruled);
        if (!now.sameUnserved(seen) || !next.equals(known)) {
            watchers.send(event("unserved", unserved(now, next)));
        }
        seen = now;
        seenRules = ruled;
        awaited = next;
    }

    /** Declared policies that wait for their first server, as many as are shown. */
    private static List<String> awaited(RouteTable routes, PolicyRules rules) {
        return Absence.awaited(routes, rules).stream().limit(MAX_AWAITED).toList();
    }

    private static List<Unserved> unserved(RouteTable routes, List<String> awaited) {
        Stream<Unserved> lost = routes.unserved().stream().map(policy -> new Unserved(policy.policy().text(),
                Objects.requireNonNull(policy.noServerSince())));
        return Stream.concat(lost, awaited.stream().map(policy -> new Unserved(policy, null))).toList();
    }

    private void sendFigures(LiveFigures figures) {
        boolean all = everything;
        everything = false;
        long nanos = System.nanoTime();
        Instant now = Instant.now();
        watchers.send(event("figures", figures.gather(shown(), all, nanos, now)));
        List<Delivery> deliveries = feed.take().stream().map(ended -> Delivery.of(ended, nanos, now)).toList();
        if (!deliveries.isEmpty()) {
            watchers.send(event("deliveries", deliveries));
        }
    }

    private Subscribers.Event proxies() {
        return event("proxies", ProxiesView.of(proxies, own, facts.store(), Instant.now()));
    }

    private Subscribers.Event wholeTable() {
        List<Row> rows = new ArrayList<>();
        int servers = 0;
        RouteTable routes = table.routes();
        for (PolicyRoutes policy : routes.policies()) {
            servers += policy.size();
            for (Endpoint endpoint : policy.endpoints()) {
                if (rows.size() < MAX_SERVERS) {
                    rows.add(new Row(policy.policy().text(), endpoint.spec().id().text(),
                            EndpointView.of(endpoint, leases)));
                }
            }
        }
        return event("table", new Table(leases.duration().toMillis(), servers - rows.size(), rows,
                unserved(routes, awaited(routes, rules.rules()))));
    }

    /** Policies without a server, and the others up to the most servers that are shown, the last one whole. */
    private List<PolicyRoutes> shown() {
        RouteTable routes = table.routes();
        List<PolicyRoutes> shown = routes.unserved();
        int servers = 0;
        for (PolicyRoutes policy : routes.policies()) {
            if (servers < MAX_SERVERS) {
                shown.add(policy);
            }
            servers += policy.size();
        }
        return shown;
    }

    private static Subscribers.Event event(String name, Object data) {
        // Once for all who watch.
        return new Subscribers.Event(name, null, JsonMapper.shared().writeValueAsString(data));
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        watchers.end();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
