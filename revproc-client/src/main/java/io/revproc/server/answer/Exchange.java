package io.revproc.server.answer;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import io.revproc.wire.JsonEscapes;
import io.revproc.wire.MessageFields;
import org.jspecify.annotations.Nullable;

/**
 * One message and its answer. It is completed once, by {@link #answer} or {@link #refuse}; whoever comes second is ignored.
 * Thread-safe.
 */
public final class Exchange {
    private static final Ident NONE = Ident.of(0);

    private final @Nullable DataConnection connection;
    private final Ident policy;
    private final Ident handledAs;
    /** The {@code msgId} as JSON; null if there is none, so that the answers come in the order of the messages. */
    final byte @Nullable [] msgId;
    /** The {@code srcid} as JSON. */
    final byte[] client;
    private final byte[] payload;
    private final boolean idempotent;
    private final int deadlineMillis;
    private final @Nullable String traceparent;
    private final AtomicBoolean completed = new AtomicBoolean();
    /** Written once, before {@link DataConnection#completed}; read on the loop after that. */
    byte @Nullable [] reply;
    byte @Nullable [] refusal;

    private Exchange(@Nullable DataConnection connection, Ident policy, Ident handledAs, byte @Nullable [] msgId,
            byte[] client, byte[] payload, boolean idempotent, int deadlineMillis, @Nullable String traceparent) {
        this.connection = connection;
        this.policy = policy;
        this.handledAs = handledAs;
        this.msgId = msgId;
        this.client = client;
        this.payload = payload;
        this.idempotent = idempotent;
        this.deadlineMillis = deadlineMillis;
        this.traceparent = traceparent;
    }

    /** Copies what lies in the reader's array. */
    static Exchange of(DataConnection connection, Ident policy, Ident handledAs, byte[] in, MessageFields fields) {
        String traceparent = fields.traceparentStart() < 0
                ? null
                : new String(in, fields.traceparentStart(), fields.traceparentEnd() - fields.traceparentStart(),
                        StandardCharsets.UTF_8);
        return new Exchange(connection, policy, handledAs,
                fields.hasMsgId() ? copy(in, fields.msgIdStart(), fields.msgIdEnd()) : null,
                copy(in, fields.srcIdStart(), fields.srcIdEnd()), payload(in, fields), fields.idempotent(),
                fields.deadlineMillis(), traceparent);
    }

    /** An action that is not for the responder, but has to wait for its turn. */
    static Exchange refused(byte[] refusal) {
        Exchange exchange = new Exchange(null, NONE, NONE, null, new byte[0], new byte[0], false, 0, null);
        exchange.refusal = refusal;
        return exchange;
    }

    private static byte[] copy(byte[] in, int from, int to) {
        byte[] out = new byte[to - from];
        System.arraycopy(in, from, out, 0, out.length);
        return out;
    }

    private static byte[] payload(byte[] in, MessageFields fields) {
        byte[] out = copy(in, fields.payloadStart(), fields.payloadEnd());
        if (!fields.payloadEscaped()) {
            return out;
        }
        // no escape is shorter than what it stands for
        byte[] plain = new byte[out.length];
        int length = JsonEscapes.decode(out, 0, out.length, plain);
        return copy(plain, 0, length);
    }

    /** Returns the policy of the message: one that this server serves, or a wider one that the proxy named with its lease. */
    public Ident policy() {
        return policy;
    }

    /** Returns the policy of this server by whose lease the message came: its own, or a narrower one that may serve it. */
    public Ident handledAs() {
        return handledAs;
    }

    /** Returns the client's id, the message's {@code srcid}. */
    public String client() {
        return ident(client).text();
    }

    private static Ident ident(byte[] json) {
        if (json[0] != '"') {
            return new Ident(new String(json, StandardCharsets.US_ASCII), false);
        }
        byte[] plain = new byte[json.length];
        return new Ident(
                new String(plain, 0, JsonEscapes.decode(json, 1, json.length - 1, plain), StandardCharsets.UTF_8),
                true);
    }

    Ident clientIdent() {
        return ident(client);
    }

    /** Returns whether the message has a name of its own, so that its answer need not wait for others. */
    boolean named() {
        return msgId != null;
    }

    @Nullable
    Ident msgId() {
        byte[] json = msgId;
        return json == null ? null : ident(json);
    }

    /** On the loop: whether there is an answer or a refusal. */
    boolean settled() {
        return reply != null || refusal != null;
    }

    /** Returns the payload, well-formed UTF-8. Not a copy. */
    public byte[] payload() {
        return payload;
    }

    /** Returns whether the client said that the message may be handled twice. */
    public boolean idempotent() {
        return idempotent;
    }

    /** Returns how many milliseconds the client waits, counted from when it sent the message; 0 if it did not say. */
    public int deadlineMillis() {
        return deadlineMillis;
    }

    /** Returns the W3C trace context as the client wrote it, unchecked; null if there is none. */
    public @Nullable String traceparent() {
        return traceparent;
    }

    /**
     * Answers the message. An answer over the limit of {@link DataPortSettings#maxMessageSize} becomes a refusal.
     *
     * @param payload well-formed UTF-8; must not change any more
     * @return false if the message was completed before
     */
    public boolean answer(byte[] payload) {
        return complete(payload, null);
    }

    /**
     * Refuses the message.
     *
     * @param sentence what is wrong and what to do, for a person; reaches the client
     * @return false if the message was completed before
     */
    public boolean refuse(ErrorCode code, String sentence) {
        return complete(null, DataConnection.refusal(this, code, sentence));
    }

    private boolean complete(byte @Nullable [] answer, byte @Nullable [] refused) {
        if (!completed.compareAndSet(false, true)) {
            return false;
        }
        reply = answer;
        refusal = refused;
        if (connection != null) {
            connection.completed(this);
        }
        return true;
    }
}
