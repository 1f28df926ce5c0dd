package io.revproc.proxy.policy;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EntryRule;
import io.revproc.proxy.route.Hierarchy;
import org.jspecify.annotations.Nullable;

/** The rules that hold now. Replaced as a whole, so that nobody sees half of a change. Thread-safe. */
public final class RulesInForce implements EntryRule {
    private final InstantSource clock;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile PolicyRules rules;

    public RulesInForce(PolicyRules rules, InstantSource clock) {
        this.rules = rules;
        this.clock = clock;
    }

    /** Returns the rules. */
    public PolicyRules rules() {
        return rules;
    }

    /** Returns the time by which they are read. */
    public Instant now() {
        return clock.instant();
    }

    /** Returns the same time, as {@link System#currentTimeMillis()}. */
    public long millis() {
        return clock.millis();
    }

    /** Puts other rules in force, and tells who waits for that. */
    public void replace(PolicyRules next) {
        rules = next;
        listeners.forEach(Runnable::run);
    }

    /** Calls the action after each replacement, on the thread that replaced; it must not block. */
    public void onChange(Runnable action) {
        listeners.add(action);
    }

    /** Returns whether the server may serve the policy now. */
    public Decision decide(Applicant who) {
        return rules.decide(who, clock.instant());
    }

    @Override
    public @Nullable String objection(EndpointSpec spec) {
        Objection objection = rules.objection(spec, clock.instant());
        return objection == null ? null : objection.sentence();
    }

    @Override
    public Hierarchy hierarchy() {
        return rules.hierarchy();
    }

    @Override
    public List<String> widens(EndpointSpec spec) {
        return rules.widens(spec);
    }
}
