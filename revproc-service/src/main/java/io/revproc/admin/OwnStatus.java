package io.revproc.admin;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;

import io.revproc.proxy.audit.Audit;
import io.revproc.proxy.peers.ProxyStatus;
import io.revproc.proxy.peers.ProxyStatus.RecordState;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.RouteTable;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.stats.Figure;
import io.revproc.proxy.stats.History;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What this proxy says of itself to the others, and to operators. Thread-safe. */
@Component
public final class OwnStatus implements Supplier<@Nullable ProxyStatus> {
    /** The seconds that rates are of, as on the dashboard. */
    private static final int WINDOW = 5;
    /** The age from which on a checkpoint is late, if entries wait for the next one. */
    private static final long LATE_MILLIS = 60_000;

    private final ProxyFacts facts;
    private final SwitchTable table;
    private final History history;
    private final Audit audit;
    private final InstantSource clock;

    OwnStatus(ProxyFacts facts, SwitchTable table, History history, Audit audit, InstantSource clock) {
        this.facts = facts;
        this.table = table;
        this.history = history;
        this.audit = audit;
        this.clock = clock;
    }

    /** Returns what the others are told; null until this proxy takes messages. */
    @Override
    public @Nullable ProxyStatus get() {
        return facts.port() == 0 || facts.admin() == null ? null : now();
    }

    /** Returns how it stands now. */
    ProxyStatus now() {
        Instant now = clock.instant();
        RouteTable routes = table.routes();
        int servers = 0;
        int inRotation = 0;
        for (PolicyRoutes policy : routes.policies()) {
            servers += policy.size();
            inRotation += policy.selectable().length;
        }
        Instant second = now.minusSeconds(1);
        return new ProxyStatus(facts.name(), facts.version(), facts.admin(), facts.startedAt(), servers, inRotation,
                routes.unserved().size(), history.mean(Figure.RATE, WINDOW, second),
                history.mean(Figure.FAILED, WINDOW, second), record(now), false);
    }

    private RecordState record(Instant now) {
        return audit.log().map(log -> {
            RecordView record = RecordView.of(log, now.toEpochMilli());
            return record.failing()
                    ? RecordState.FAILING
                    : record.uncovered() > 0 && record.checkpointAgeMillis() > LATE_MILLIS
                            ? RecordState.LATE
                            : RecordState.KEPT;
        }).orElse(RecordState.OFF);
    }
}
