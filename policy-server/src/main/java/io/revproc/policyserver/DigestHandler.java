package io.revproc.policyserver;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import io.revproc.server.AsyncHandler;
import io.revproc.server.Reply;
import io.revproc.server.ServerRequest;

/** Answers with the SHA-1 of the payload, as the seed's server. Thread-safe; never blocks. */
final class DigestHandler implements AsyncHandler {
    private static final ThreadLocal<MessageDigest> SHA_1 = ThreadLocal.withInitial(DigestHandler::sha1);

    private final long delayNanos;

    /** @param delay holds every answer back; zero: not at all */
    DigestHandler(Duration delay) {
        delayNanos = delay.toNanos();
    }

    @Override
    public CompletionStage<Reply> handle(ServerRequest request) {
        Reply reply = Reply.of(HexFormat.of().formatHex(SHA_1.get().digest(request.payload())));
        return delayNanos == 0
                ? CompletableFuture.completedFuture(reply)
                : CompletableFuture.supplyAsync(() -> reply,
                        CompletableFuture.delayedExecutor(delayNanos, TimeUnit.NANOSECONDS));
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
