package io.revproc.proxy.policy;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Checks what a setup carries as evidence. The proxy has one for signed tokens (JWT); others are found as services
 * ({@link java.util.ServiceLoader}) on the class path and in the jars of {@code revproc.evidence-jars}, and grants name them as they name
 * issuers. Called on event loops: must not block, and whatever it needs to know, keys for example, it has already. Thread-safe. What it is
 * given is anybody's: it is read with bounds. {@code examples/tpm} is one to begin with.
 */
public interface EvidenceVerifier {
    /** Whether evidence is good. */
    sealed interface Verdict {
        /** It is. The evidence's issuer is the verifier's own name: nothing is proved in another one's. */
        record Proven(Evidence evidence) implements Verdict {}

        /**
         * It is not.
         *
         * @param reason   for the log: words joined by dashes
         * @param sentence for the server, where it has shown that it is not just anybody; null: it hears nothing of why
         */
        record Unproven(String reason, @Nullable String sentence) implements Verdict {}
    }

    /** Returns the name by which grants ask for what it checks. */
    String name();

    /** Returns whether evidence of this form may be for this verifier: a look, without a check. */
    boolean mayRead(String evidence);

    /** Checks evidence at this moment. */
    Verdict verify(String evidence, Instant now);
}
