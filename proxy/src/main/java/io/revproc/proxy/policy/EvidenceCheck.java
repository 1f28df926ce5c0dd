package io.revproc.proxy.policy;

import java.time.Instant;

/** Checks evidence by the issuers of the rules that are handed in. Called on event loops: answers at once. Thread-safe. */
@FunctionalInterface
public interface EvidenceCheck {
    /** Knows no evidence. */
    EvidenceCheck NONE = (evidence, rules, now) -> new EvidenceVerifier.Verdict.Unproven("evidence-not-checked", null);

    /** Returns what it proves at this moment. */
    EvidenceVerifier.Verdict check(String evidence, PolicyRules rules, Instant now);
}
