package io.revproc.proxy.evidence;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.LongSupplier;

import com.nimbusds.jose.jwk.JWKSet;
import io.revproc.proxy.policy.EvidenceIssuer;
import io.revproc.proxy.policy.RulesInForce;
import io.revproc.proxy.tls.TlsMaterials;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the keys of the issuers that the rules name. A thread of its own reads them: files every second, what comes by HTTPS every five
 * minutes, and soon where a token names a key that is not known, since keys are exchanged. Keys that can't be read anew stay in use, for a
 * day at most. Thread-safe; whoever asks gets what is there.
 */
public final class KeySets implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(KeySets.class);
    private static final Duration LOOK = Duration.ofMillis(250);
    static final Duration FILE_PERIOD = Duration.ofSeconds(1);
    static final Duration PERIOD = Duration.ofMinutes(5);
    /** The least time between two fetches, whatever peers ask for. */
    static final Duration PAUSE = Duration.ofSeconds(10);
    static final Duration MAX_AGE = Duration.ofDays(1);

    private final RulesInForce rules;
    private final Function<EvidenceIssuer, KeySource.Read> source;
    private final LongSupplier nanoClock;
    private final Map<EvidenceIssuer, Held> held = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile boolean running = true;

    /** What is kept for an issuer. Written by the thread alone, but for the wish. */
    private static final class Held {
        volatile @Nullable JwtIssuer issuer;
        volatile boolean wished;
        private @Nullable JWKSet keys;
        private volatile @Nullable String problem;
        private volatile long readAt;
        private long triedAt;
    }

    private KeySets(RulesInForce rules, Function<EvidenceIssuer, KeySource.Read> source, LongSupplier nanoClock) {
        this.rules = rules;
        this.source = source;
        this.nanoClock = nanoClock;
        this.thread = Thread.ofPlatform().daemon().name("revproc-evidence-keys").unstarted(this::run);
    }

    /** Reads the keys that lie in files, and begins to keep all of them. */
    public static KeySets start(RulesInForce rules, TlsMaterials bundles) {
        KeySets sets = new KeySets(rules, new KeySource(bundles), System::nanoTime);
        sets.rules.rules().issuers().stream().filter(issuer -> !issuer.isRemote()).forEach(sets::look);
        sets.rules.onChange(() -> LockSupport.unpark(sets.thread));
        sets.thread.start();
        return sets;
    }

    /** For tests: one that {@link #tick} drives. */
    static KeySets of(RulesInForce rules, Function<EvidenceIssuer, KeySource.Read> source, LongSupplier nanoClock) {
        return new KeySets(rules, source, nanoClock);
    }

    /** Returns what checks the issuer's tokens; null if no keys of it are there (yet). */
    @Nullable
    JwtIssuer find(EvidenceIssuer issuer) {
        Held found = held.get(issuer);
        // also where nobody reads them any more
        return found == null || isOld(found) ? null : found.issuer;
    }

    private boolean isOld(Held kept) {
        return nanoClock.getAsLong() - kept.readAt >= MAX_AGE.toNanos();
    }

    /** Has the issuer's keys read soon: a token names one that is not among them. */
    void wish(EvidenceIssuer issuer) {
        Held found = held.get(issuer);
        if (found != null) {
            found.wished = true;
        }
    }

    /** Returns the issuers whose keys can't be read now, with why. */
    public Map<String, String> problems() {
        Map<String, String> problems = new ConcurrentHashMap<>();
        held.forEach((issuer, kept) -> {
            String problem = kept.problem;
            if (problem != null) {
                problems.put(issuer.name(), problem);
            }
        });
        return problems;
    }

    private void run() {
        while (running) {
            try {
                tick();
            } catch (RuntimeException e) {
                log.error("event=evidence_keys_failed", e);
            }
            LockSupport.parkNanos(this, LOOK.toNanos());
        }
    }

    /** Does what is due. */
    void tick() {
        Set<EvidenceIssuer> wanted = new HashSet<>(rules.rules().issuers());
        held.keySet().retainAll(wanted);
        for (EvidenceIssuer issuer : List.copyOf(wanted)) {
            Held kept = held.get(issuer);
            if (kept == null || due(issuer, kept)) {
                look(issuer);
            }
        }
    }

    private boolean due(EvidenceIssuer issuer, Held kept) {
        Duration period = !issuer.isRemote()
                ? FILE_PERIOD
                : kept.wished || kept.problem != null ? PAUSE : PERIOD;
        return nanoClock.getAsLong() - kept.triedAt >= period.toNanos();
    }

    private void look(EvidenceIssuer issuer) {
        Held kept = held.computeIfAbsent(issuer, unknown -> new Held());
        kept.wished = false;
        KeySource.Read read = source.apply(issuer);
        long now = nanoClock.getAsLong();
        kept.triedAt = now;
        JWKSet keys = read.keys();
        if (keys != null) {
            kept.readAt = now;
            if (!keys.equals(kept.keys)) {
                kept.keys = keys;
                kept.issuer = new JwtIssuer(issuer, keys, rules::now);
                log.info("event=evidence_keys_loaded issuer={} keys={}", LogValue.of(issuer.name()), keys.size());
            }
        } else if (kept.keys != null && isOld(kept)) {
            // Whoever took them back could not say so for a day.
            kept.keys = null;
            kept.issuer = null;
        }
        String problem = read.problem();
        if (problem != null && !problem.equals(kept.problem)) {
            log.error("event=evidence_keys_refused issuer={} key-set={} reason={} keys={}", LogValue.of(issuer.name()),
                    LogValue.of(issuer.keySet()), LogValue.of(problem), kept.keys == null ? "none" : "as-before");
        }
        kept.problem = problem;
    }

    @Override
    public void close() {
        running = false;
        LockSupport.unpark(thread);
    }
}
