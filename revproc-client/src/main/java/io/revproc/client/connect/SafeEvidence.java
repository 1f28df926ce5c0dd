package io.revproc.client.connect;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Returns the application's evidence. It is asked for in the middle of a message or of a registration, so what fails there is said in the
 * log and counts as none: the proxy then says whether it does without. Thread-safe, as far as the application's is.
 */
public final class SafeEvidence implements Supplier<@Nullable String> {
    private static final Logger log = LoggerFactory.getLogger(SafeEvidence.class);

    private final Supplier<@Nullable String> own;
    private volatile boolean failing;

    /** @param own the application's; null is none */
    public SafeEvidence(Supplier<@Nullable String> own) {
        this.own = own;
    }

    @Override
    public @Nullable String get() {
        try {
            String evidence = own.get();
            failing = false;
            return evidence;
        } catch (RuntimeException e) {
            if (!failing) {
                failing = true;
                // Without its message, which may hold the token.
                log.warn("event=evidence_unusable reason=\"it can't be had: {}\"", e.getClass().getName());
            }
            return null;
        }
    }
}
