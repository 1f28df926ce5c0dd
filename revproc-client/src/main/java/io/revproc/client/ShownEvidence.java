package io.revproc.client;

import java.time.Duration;

import io.revproc.client.connect.Printable;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The token that a connection has shown: says when one has to be shown. Used on the connection's event loop. */
final class ShownEvidence {
    /** The name of a message that shows one; messages of callers have other ones. */
    static final long MSG_ID = 0;

    private static final Logger log = LoggerFactory.getLogger(RevprocClient.class);
    private static final int MAX_LENGTH = 8 * 1024;
    /** One that was not taken is shown again after so long: the proxy may get the issuer's keys in the meantime. */
    private static final Duration AGAIN = Duration.ofSeconds(10);
    /** And so long where the proxy only had too much to do. */
    private static final Duration SOON = Duration.ofSeconds(1);

    private @Nullable String shown;
    private @Nullable String refused;
    private long againAt;

    /**
     * Returns the message that shows the token; null if the proxy has it, or there is none, or it is no time yet.
     *
     * @param token the one that there is now; null: none
     * @param now   as {@link System#nanoTime()}
     */
    byte @Nullable [] show(@Nullable String token, long now) {
        if (token == null || token.equals(shown) || token.equals(refused) && now - againAt < 0) {
            return null;
        }
        if (token.isEmpty() || token.length() > MAX_LENGTH || !token.chars().allMatch(c -> c > ' ' && c <= '~')) {
            shown = token;
            log.warn("event=evidence_unusable reason=\"it is no token of at most 8 KiB\"");
            return null;
        }
        shown = token;
        return MessageCodec.write(new Message.Introduction(token, Ident.of(MSG_ID)));
    }

    /** Notes that the proxy did not take it. */
    void refused(ErrorCode code, boolean retryable, String sentence, long now) {
        refused = shown;
        shown = null;
        againAt = now + (retryable ? SOON : AGAIN).toNanos();
        log.warn("event=evidence_refused code={} reason=\"{}\"", code, Printable.text(sentence));
    }
}
