package io.revproc.server.answer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.revproc.wire.PayloadDigest;

/** Answers with the SHA-1 of the payload, as the seed's server. */
final class Digests {
    private Digests() {}

    static void atOnce(Exchange exchange) {
        exchange.answer(PayloadDigest.of(new String(exchange.payload(), StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.US_ASCII));
    }

    /** Answers on another thread, after the delay. */
    static Responder after(Duration delay) {
        return exchange -> CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS)
                .execute(() -> atOnce(exchange));
    }
}
