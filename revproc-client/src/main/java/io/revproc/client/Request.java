package io.revproc.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

import io.revproc.wire.Ident;
import io.revproc.wire.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * One message. Immutable and thread-safe: each method returns a request that differs in one thing.
 *
 * <pre>{@code
 * Request.to("PP_2").payload("hello").idempotent().deadline(Duration.ofSeconds(2))
 * }</pre>
 */
public final class Request {
    /** The longest deadline that can be said. */
    public static final Duration MAX_DEADLINE = Duration.ofDays(1);

    private final Ident policy;
    private final byte[] payload;
    private final @Nullable Ident from;
    private final boolean idempotent;
    private final @Nullable Duration deadline;
    private final boolean receipt;
    private final @Nullable String traceparent;

    private Request(Ident policy, byte[] payload, @Nullable Ident from, boolean idempotent, @Nullable Duration deadline,
            boolean receipt, @Nullable String traceparent) {
        this.policy = policy;
        this.payload = payload;
        this.from = from;
        this.idempotent = idempotent;
        this.deadline = deadline;
        this.receipt = receipt;
        this.traceparent = traceparent;
    }

    /**
     * Returns a request with an empty payload.
     *
     * @param policy what decides which servers may get it, 1 to 128 characters
     * @throws IllegalArgumentException if no policy is named so
     */
    public static Request to(String policy) {
        return new Request(Ident.of(policy), new byte[0], null, false, null, false, null);
    }

    /** @throws IllegalArgumentException if it holds half a surrogate pair, which has no form in UTF-8 */
    public Request payload(String payload) {
        if (!Utf8.canEncode(payload)) {
            throw new IllegalArgumentException("the payload holds half a surrogate pair");
        }
        return with(payload.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Sets the payload by its bytes, which are text: payloads are strings on the wire. For other bytes use Base64.
     *
     * @param utf8 not copied; must not change any more
     * @throws IllegalArgumentException if they are not well-formed UTF-8
     */
    public Request payload(byte[] utf8) {
        if (!Utf8.isWellFormed(utf8)) {
            throw new IllegalArgumentException("the payload is not UTF-8; use Base64 for bytes that are not text");
        }
        return with(utf8);
    }

    private Request with(byte[] payload) {
        return new Request(policy, payload, from, idempotent, deadline, receipt, traceparent);
    }

    /** Sets who sends it, 1 to 128 characters, in place of the {@linkplain RevprocClient.Builder#id client's id}. */
    public Request from(String clientId) {
        return new Request(policy, payload, Ident.of(clientId), idempotent, deadline, receipt, traceparent);
    }

    /** Marks the message as one that may be handled twice: it is sent again if its outcome is not known. */
    public Request idempotent() {
        return new Request(policy, payload, from, true, deadline, receipt, traceparent);
    }

    /**
     * Sets how long to wait for the reply, from the call of {@code send} on; 1 ms to {@link #MAX_DEADLINE}. The proxy is told. Where nothing
     * is set the proxy's own deadline counts, and behind it the {@linkplain RevprocClient.Builder#deadline client's}.
     */
    public Request deadline(Duration deadline) {
        if (deadline.toMillis() < 1 || deadline.compareTo(MAX_DEADLINE) > 0) {
            throw new IllegalArgumentException("a deadline is between 1 ms and " + MAX_DEADLINE + ", not " + deadline);
        }
        return new Request(policy, payload, from, idempotent, deadline, receipt, traceparent);
    }

    /** Asks for a signed receipt of the delivery; see {@link Reply#receipt()}. */
    public Request receipt() {
        return new Request(policy, payload, from, idempotent, deadline, true, traceparent);
    }

    /** Sets the W3C trace context that the message belongs to, at most 128 characters. Set by itself where observations are made. */
    public Request traceparent(String traceparent) {
        if (traceparent.length() > 128
                || traceparent.chars().anyMatch(c -> c < ' ' || c > '~' || c == '"' || c == '\\')) {
            throw new IllegalArgumentException("that is not a traceparent");
        }
        return new Request(policy, payload, from, idempotent, deadline, receipt, traceparent);
    }

    /** Returns the policy's name. */
    public String policy() {
        return policy.text();
    }

    Ident policyIdent() {
        return policy;
    }

    byte[] bytes() {
        return payload;
    }

    @Nullable
    Ident from() {
        return from;
    }

    boolean mayBeHandledTwice() {
        return idempotent;
    }

    @Nullable
    Duration ownDeadline() {
        return deadline;
    }

    boolean wantsReceipt() {
        return receipt;
    }

    @Nullable
    String trace() {
        return traceparent;
    }

    /** Without the payload: this may end in a log. */
    @Override
    public String toString() {
        return "Request[policy=" + policy + ", " + payload.length + " bytes]";
    }
}
