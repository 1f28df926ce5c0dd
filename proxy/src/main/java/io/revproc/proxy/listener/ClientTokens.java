package io.revproc.proxy.listener;

import java.time.Instant;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

import io.revproc.proxy.access.AddressRates;
import io.revproc.proxy.access.LineLimit;
import io.revproc.proxy.access.TokenHash;
import io.revproc.proxy.policy.Evidence;
import io.revproc.proxy.policy.EvidenceCheck;
import io.revproc.proxy.policy.EvidenceDemand;
import io.revproc.proxy.policy.EvidenceVerifier;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.policy.RulesInForce;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the tokens that clients show, on a thread of its own: event loops wait for none of it. An address has so many checks a second; one that
 * has shown bad tokens comes behind all others, so that it keeps nobody waiting. Where no policy asks clients for tokens there is no such
 * object. Thread-safe.
 */
public final class ClientTokens implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ClientTokens.class);

    /** The most tokens that wait, of 8 KiB each. */
    static final int MAX_WAITING = 1_024;
    /** How many tokens of one address are checked a second, and at once: all its clients may come back together. */
    static final int PER_SECOND = 200;
    static final int AT_ONCE = 500;
    /** How many bad ones do not make it come last. */
    static final int BAD_PER_SECOND = 1;
    static final int BAD_AT_ONCE = 5;
    private static final int ADDRESSES = 10_000;

    private static final Verdict TOO_MANY_HERE = new Verdict.Refused(ErrorCode.RATE_LIMITED,
            "Too many tokens are shown from this address; show it again soon");
    private static final Verdict TOO_MANY = new Verdict.Refused(ErrorCode.OVERLOADED,
            "Too many tokens wait to be checked; show it again soon");
    /** What a client hears that has not shown who it is. The log has the reason, for operators. */
    private static final String REFUSAL = "This token is not taken; the proxy's log says why";

    private final RulesInForce rules;
    private final EvidenceCheck check;
    private final Set<String> claims;
    private final LongSupplier nanoClock;
    private final AddressRates all;
    private final AddressRates bad;
    private final LineLimit lines;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong order = new AtomicLong();
    private final AtomicLong taken = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final ThreadPoolExecutor thread;

    /** What becomes of a token. */
    sealed interface Verdict {
        /** It counts. */
        record Taken(ShownToken token) implements Verdict {}

        /**
         * It does not.
         *
         * @param sentence for the client
         */
        record Refused(ErrorCode code, String sentence) implements Verdict {}
    }

    /**
     * @param demands   what the policies' rules on clients ask for
     * @param nanoClock as {@link System#nanoTime()}
     */
    public ClientTokens(RulesInForce rules, EvidenceCheck check, Collection<EvidenceDemand> demands,
            LongSupplier nanoClock) {
        this.rules = rules;
        this.check = check;
        this.nanoClock = nanoClock;
        this.claims = demands.stream().flatMap(demand -> demand.claimNames().stream())
                .collect(Collectors.toUnmodifiableSet());
        this.all = new AddressRates(PER_SECOND, AT_ONCE, ADDRESSES, nanoClock);
        this.bad = new AddressRates(BAD_PER_SECOND, BAD_AT_ONCE, ADDRESSES, nanoClock);
        this.lines = new LineLimit(nanoClock);
        this.thread = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new PriorityBlockingQueue<>(),
                Thread.ofPlatform().daemon().name("client-tokens").factory());
    }

    /** A token that waits. Those of addresses without bad ones come first, and each kind in the order in which it came. */
    private final class Check implements Runnable, Comparable<Check> {
        private final String token;
        private final ClientIdentity client;
        private final Consumer<Verdict> then;
        private final boolean suspect;
        private final long number = order.getAndIncrement();

        Check(String token, ClientIdentity client, Consumer<Verdict> then) {
            this.token = token;
            this.client = client;
            this.then = then;
            this.suspect = !bad.hasRoom(client.key());
        }

        @Override
        public void run() {
            waiting.getAndDecrement();
            then.accept(verdict(token, client));
        }

        @Override
        public int compareTo(Check other) {
            return suspect == other.suspect ? Long.compare(number, other.number) : suspect ? 1 : -1;
        }
    }

    /**
     * Checks a token.
     *
     * @param then takes what becomes of it, on any thread; must not block
     */
    void check(String token, ClientIdentity client, Consumer<Verdict> then) {
        if (!all.take(client.key())) {
            then.accept(refuse(client, TOO_MANY_HERE, "too-many-from-this-address"));
        } else if (waiting.getAndIncrement() >= MAX_WAITING) {
            waiting.getAndDecrement();
            then.accept(refuse(client, TOO_MANY, "too-many"));
        } else {
            try {
                thread.execute(new Check(token, client, then));
            } catch (RejectedExecutionException e) {
                then.accept(TOO_MANY);
            }
        }
    }

    private Verdict verdict(String token, ClientIdentity client) {
        PolicyRules now = rules.rules();
        Instant moment = rules.now();
        EvidenceVerifier.Verdict found;
        try {
            found = check.check(token, now, moment);
        } catch (RuntimeException | StackOverflowError e) {
            found = new EvidenceVerifier.Verdict.Unproven("evidence-not-readable", null);
        }
        return switch (found) {
            case EvidenceVerifier.Verdict.Unproven(var reason, var sentence) -> bad(client, reason, sentence);
            case EvidenceVerifier.Verdict.Proven(Evidence proven) -> {
                if (!proven.mayBeShownWith(client.fingerprint())) {
                    yield bad(client, "evidence-of-another-key",
                            "The token is bound to a key (cnf), and this connection did not show its certificate");
                }
                if (!moment.isBefore(proven.end())) {
                    yield bad(client, "evidence-ended", "The token ended at " + proven.end());
                }
                taken.getAndIncrement();
                yield new Verdict.Taken(ShownToken.of(TokenHash.ofToken(token), proven,
                        new ShownToken.Moment(moment, nanoClock.getAsLong()), now, claims));
            }
        };
    }

    private Verdict bad(ClientIdentity client, String reason, @Nullable String sentence) {
        bad.take(client.key());
        return refuse(client, new Verdict.Refused(ErrorCode.NOT_ALLOWED, sentence == null ? REFUSAL : sentence),
                reason);
    }

    private Verdict refuse(ClientIdentity client, Verdict verdict, String reason) {
        refused.getAndIncrement();
        long others = lines.next();
        if (others >= 0) {
            log.warn("event=client_token_refused peer={} reason={} unlogged={}", client.address().getHostAddress(),
                    LogValue.of(reason), others);
        }
        return verdict;
    }

    /** Returns the time, as {@link System#currentTimeMillis()}. */
    long millis() {
        return rules.millis();
    }

    /** Returns how many tokens were taken since the start. */
    public long taken() {
        return taken.get();
    }

    /** Returns how many tokens were refused since the start. */
    public long refused() {
        return refused.get();
    }

    /** Checks no more of them. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
