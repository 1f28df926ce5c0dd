package io.revproc.proxy.listener;

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
 * @param subject   whom it is about, safe to be shown; null if it does not say
 */
record ShownToken(TokenHash hash, Evidence evidence, @Nullable EvidenceIssuer issuer, long endMillis,
        @Nullable String subject) {
    /**
     * @param rules  by which it was checked
     * @param claims those that rules on clients ask for
     */
    static ShownToken of(TokenHash hash, Evidence proved, PolicyRules rules, Set<String> claims) {
        String subject = proved.subject();
        return new ShownToken(hash, proved.only(claims), rules.issuer(proved.issuer()), proved.end().toEpochMilli(),
                subject == null ? null : LogValue.of(subject));
    }

    /** Returns whether the rules still know its issuer as they did. */
    boolean countsUnder(PolicyRules rules) {
        return Objects.equals(issuer, rules.issuer(evidence.issuer()));
    }
}
