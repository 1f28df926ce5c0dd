package io.revproc.proxy.listener;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;

import io.revproc.proxy.access.TokenHash;
import io.revproc.proxy.policy.Evidence;
import io.revproc.proxy.policy.EvidenceIssuer;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;

/**
 * What a connection's token has proved. The token itself is not kept, nor are claims that no rule asks for. Immutable.
 *
 * @param hash      of the token
 * @param evidence  what it proved
 * @param issuer    by whose keys; null: by no key set
 * @param endMillis from then on it proves nothing, as {@link System#currentTimeMillis()}
 * @param endNanos  the same as {@link System#nanoTime()}, which costs a message nothing to compare with; it may stand still with the machine
 * @param subject   whom it is about, safe to be shown; null if it does not say
 */
record ShownToken(TokenHash hash, Evidence evidence, @Nullable EvidenceIssuer issuer, long endMillis,
        long endNanos, @Nullable String subject) {
    /** No token is taken that ends later; and none of these figures overflows. */
    private static final Duration MAX_LIFETIME = Duration.ofDays(10_000);

    /**
     * @param now    the time, on both clocks
     * @param rules  by which it was checked
     * @param claims those that rules on clients ask for
     */
    static ShownToken of(TokenHash hash, Evidence proved, Moment now, PolicyRules rules, Set<String> claims) {
        Duration left = Duration.between(now.time(), proved.end());
        String subject = proved.subject();
        return new ShownToken(hash, proved.only(claims), rules.issuer(proved.issuer()), proved.end().toEpochMilli(),
                now.nanos() + (left.compareTo(MAX_LIFETIME) < 0 ? left : MAX_LIFETIME).toNanos(),
                subject == null ? null : LogValue.of(subject));
    }

    /** A moment on the clock of the world, and as {@link System#nanoTime()}. */
    record Moment(Instant time, long nanos) {}

    /** Returns whether the rules still know its issuer as they did. */
    boolean countsUnder(PolicyRules rules) {
        return Objects.equals(issuer, rules.issuer(evidence.issuer()));
    }
}
