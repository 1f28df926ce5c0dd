package io.revproc.proxy.health;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

import io.revproc.proxy.forward.ForwardObserver;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.EndpointState.Liveness;
import io.revproc.proxy.route.RouteTable;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.route.TableObserver;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes endpoints that fail out of the rotation and lets one message try them again. Thread-safe; an answer from an endpoint
 * without trouble costs two volatile reads while no other endpoint has any, and a look into a map otherwise.
 */
public final class PassiveHealth implements ForwardObserver, TableObserver {
    private static final Logger log = LoggerFactory.getLogger(PassiveHealth.class);
    private static final String DETAILS = " server={} reason={} trial-in-ms={}";

    private final SwitchTable table;
    private final Judge judge;
    private final LongSupplier nanoClock;
    private final DoubleSupplier chance;
    private final Map<Endpoint, Trouble> troubles = new ConcurrentHashMap<>();

    /**
     * @param nanoClock as {@link System#nanoTime()}
     * @param chance    0 (inclusive) to 1 (exclusive), for the jitter; thread-safe
     */
    public PassiveHealth(SwitchTable table, HealthSettings properties, LongSupplier nanoClock,
            DoubleSupplier chance) {
        this.table = table;
        this.judge = new Judge(properties);
        this.nanoClock = nanoClock;
        this.chance = chance;
        table.observe(this);
    }

    @Override
    public void answered(Endpoint endpoint, long nanos) {
        if (endpoint.state().alive() && troubles.isEmpty()) {
            return;
        }
        Trouble trouble = troubles.get(endpoint);
        if (trouble != null || onTrial(endpoint)) {
            long now = nanoClock.getAsLong();
            judge(endpoint, now, (before, liveness) -> judge.answered(before, liveness, now, now - nanos), false,
                    "answered");
        }
    }

    @Override
    public void unreachable(Endpoint endpoint) {
        isNotThere(endpoint, "unreachable");
    }

    /** The endpoint can't be reached; its messages go to other endpoints. */
    @Override
    public void notServed(Endpoint endpoint, boolean present) {
        if (present) {
            isNotThere(endpoint, "not-served");
        }
    }

    private void isNotThere(Endpoint endpoint, String reason) {
        long now = nanoClock.getAsLong();
        judge(endpoint, now, (before, liveness) -> judge.unreachable(before, liveness, now, chance.getAsDouble()),
                false, reason);
    }

    @Override
    public void failed(Endpoint endpoint, ErrorCode code, long nanos) {
        long now = nanoClock.getAsLong();
        boolean timeout = code == ErrorCode.TIMEOUT;
        judge(endpoint, now,
                (before, liveness) -> judge.failed(before, endpoint.spec().proto(), liveness, timeout ? nanos : 0, now,
                        chance.getAsDouble()),
                true, timeout ? "timeout" : "server-failed");
    }

    /** A decision, still to be given what is known of the endpoint. */
    private interface Decision {
        Verdict of(Trouble before, Liveness liveness);
    }

    /** @param costly whether the endpoint had the message */
    private void judge(Endpoint endpoint, long now, Decision decision, boolean costly, String reason) {
        Verdict[] verdict = new Verdict[1];
        troubles.compute(endpoint, (same, before) -> {
            verdict[0] = decision.of(before == null ? Trouble.none(now) : before, endpoint.state().liveness());
            return verdict[0].trouble();
        });
        // The table calls changed() while it holds its lock: it is asked outside of the map's lock, never inside.
        carryOut(endpoint, verdict[0], now, costly, reason);
        if (endpoint.state().liveness() == Liveness.REMOVED) {
            troubles.remove(endpoint);
        }
    }

    private void carryOut(Endpoint endpoint, Verdict verdict, long now, boolean costly, String reason) {
        Trouble trouble = verdict.trouble();
        if (trouble != null && verdict.action() != Verdict.Action.NOTHING && verdict.action() != Verdict.Action.RISE) {
            endpoint.trialAt(trouble.trialAt(), costly);
        }
        switch (verdict.action()) {
            case NOTHING, POSTPONE -> {
            }
            case FALL -> change(endpoint, EndpointState::fall, "event=fell" + DETAILS, reason, trouble, now);
            case EJECT -> change(endpoint, EndpointState::eject, "event=ejected" + DETAILS, reason, trouble, now);
            case RISE -> change(endpoint, EndpointState::rise, "event=rose" + DETAILS, reason, null, now);
        }
    }

    private void change(Endpoint endpoint, UnaryOperator<EndpointState> transition, String line, String reason,
            @Nullable Trouble trouble, long now) {
        if (table.update(endpoint, transition)) {
            log.info(line, LogValue.of(endpoint.spec().name()), LogValue.of(reason),
                    trouble == null ? 0 : Math.max(0, TimeUnit.NANOSECONDS.toMillis(trouble.trialAt() - now)));
        }
    }

    private static boolean onTrial(Endpoint endpoint) {
        Liveness liveness = endpoint.state().liveness();
        return liveness == Liveness.FAILED || liveness == Liveness.EJECTED;
    }

    @Override
    public void changed(Change change, Endpoint endpoint, RouteTable routes) {
        switch (change) {
            case REGISTERED -> {
                if (onTrial(endpoint)) {
                    // Read back from a store: nobody knows yet, the next message tries it.
                    endpoint.trialAt(nanoClock.getAsLong());
                }
            }
            case RENEWED, REMOVED -> troubles.remove(endpoint);
            case UPDATED -> {
            }
        }
    }

    /** Returns how many endpoints are remembered. */
    int remembered() {
        return troubles.size();
    }
}
