package io.revproc.proxy.registration;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import io.revproc.proxy.audit.AuditTrail;
import io.revproc.proxy.policy.Grant;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.policy.RulesInForce;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the rules into effect when they are replaced, and when a grant begins or ends: entries that they do not allow get no more
 * messages with the next snapshot, leases held here end, and operators hear of ends that are near. {@link RuleTimer} calls
 * {@link #tick}, one call at a time.
 */
public final class RuleKeeper {
    private static final Logger log = LoggerFactory.getLogger(RuleKeeper.class);
    /** How often changes of the clock, and grants that end soon, are checked. */
    static final Duration CHECK_INTERVAL = Duration.ofMillis(250);
    private static final Duration WARN_INTERVAL = Duration.ofDays(1);
    /** More entries than this at once are one line. */
    private static final int MAX_LINES = 20;

    private final SwitchTable table;
    private final LeaseKeeper leases;
    private final RulesInForce rules;
    private final Duration warning;
    private final AuditTrail trail;
    private final Map<String, Instant> warned = new HashMap<>();
    private final AtomicLong ended = new AtomicLong();
    private @Nullable PolicyRules applied;
    private Instant appliedAt = Instant.MIN;
    private @Nullable Instant due;
    /** Setups that were decided by the rules before may have come in behind the look at the leases. */
    private boolean lookAgain;

    /** @param warning how long before a grant's end operators hear of it */
    public RuleKeeper(SwitchTable table, Registrar registrar, RulesInForce rules, Duration warning, AuditTrail trail) {
        this.table = table;
        this.leases = registrar.keeper();
        this.rules = rules;
        this.warning = warning;
        this.trail = trail;
    }

    /** Returns how many leases ended since the rules did not allow them any more. */
    public long ended() {
        return ended.get();
    }

    /** Returns the grants that end within the warning time from now. */
    public List<Grant> endingSoon() {
        Instant now = rules.now();
        return rules.rules().grants().stream().filter(grant -> endsSoon(grant.terms().notAfter(), now)).toList();
    }

    private boolean endsSoon(@Nullable Instant end, Instant now) {
        return end != null && end.isAfter(now) && Duration.between(now, end).compareTo(warning) <= 0;
    }

    /**
     * Does what is due.
     *
     * @return how long nothing is due, unless the rules are replaced
     */
    Duration tick() {
        Instant now = rules.now();
        PolicyRules current = rules.rules();
        boolean passed = due != null && !now.isBefore(due);
        if (current != applied || passed || now.isBefore(appliedAt)) {
            applied = current;
            appliedAt = now;
            due = current.nextChange(now);
            apply(current, now);
            warn(now);
            lookAgain = true;
        } else if (lookAgain) {
            lookAgain = false;
            endLeases(current, now);
        } else if (leases.evidenceEnded(now)) {
            endLeases(current, now);
        } else if (Duration.between(appliedAt, now).compareTo(WARN_INTERVAL) >= 0) {
            appliedAt = now;
            warn(now);
        }
        Instant next = due;
        if (next == null) {
            return CHECK_INTERVAL;
        }
        Duration left = Duration.between(now, next);
        return left.compareTo(CHECK_INTERVAL) < 0 ? left : CHECK_INTERVAL;
    }

    private void apply(PolicyRules current, Instant now) {
        List<Endpoint> changed = table.reassess();
        changed.stream().limit(MAX_LINES).forEach(RuleKeeper::say);
        if (changed.size() > MAX_LINES) {
            log.warn("event=barred servers={} reason=\"that many more are barred, or not any more\"",
                    changed.size() - MAX_LINES);
        }
        endLeases(current, now);
    }

    private void endLeases(PolicyRules current, Instant now) {
        Map<Lease, String> over = leases.endAll(lease -> whyOver(lease, current, now));
        ended.addAndGet(over.size());
        over.forEach(this::note);
        leases.tellToRenew(spec -> current.alsoServes(spec.policy().text(), spec.processing()));
    }

    private static @Nullable String whyOver(Lease lease, PolicyRules current, Instant now) {
        String bar = lease.endpoint().bar();
        Instant end = lease.evidenceEnd();
        if (bar != null) {
            return bar;
        }
        if (end != null && !now.isBefore(end)) {
            return "Its evidence ended at " + end;
        }
        return lease.who() == null || current.stillKnows(lease.who(), lease.endpoint().spec().owner())
                ? null
                : "The grant by which the server registered is no longer there";
    }

    private static void say(Endpoint endpoint) {
        String bar = endpoint.bar();
        if (bar == null) {
            log.info("event=unbarred server={}", LogValue.of(endpoint.spec().name()));
        } else {
            log.warn("event=barred server={} reason={} in-flight={}", LogValue.of(endpoint.spec().name()),
                    LogValue.of(bar), endpoint.inFlight());
        }
    }

    private void note(Lease lease, String reason) {
        Endpoint endpoint = lease.endpoint();
        log.warn("event=lease_revoked server={} reason={} in-flight={}", LogValue.of(endpoint.spec().name()),
                LogValue.of(reason), endpoint.inFlight());
        trail.note("lease-revoked", String.valueOf(endpoint.spec().owner()), endpoint.spec().name(),
                reason + "; in flight: " + endpoint.inFlight());
    }

    private void warn(Instant now) {
        List<Grant> soon = endingSoon();
        warned.keySet().retainAll(new HashSet<>(soon.stream().map(Grant::owner).toList()));
        for (Grant grant : soon) {
            Instant last = warned.get(grant.owner());
            if (last == null || Duration.between(last, now).compareTo(WARN_INTERVAL) >= 0) {
                warned.put(grant.owner(), now);
                log.warn("event=grant_ends_soon grant={} not-after={}", LogValue.of(grant.owner()),
                        grant.terms().notAfter());
            }
        }
    }
}
