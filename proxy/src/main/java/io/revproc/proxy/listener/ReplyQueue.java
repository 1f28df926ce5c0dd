package io.revproc.proxy.listener;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

import io.revproc.proxy.forward.Forwarder;
import io.revproc.transport.TurnWriter;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/**
 * The replies that one client connection is owed. They leave in the order of their messages; those of messages with a
 * {@code msgId} leave as they come. Belongs to the connection's event loop.
 */
final class ReplyQueue {
    private static final byte[] MSG_ID = "{\"msgId\": ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] COMMA = ", ".getBytes(StandardCharsets.US_ASCII);

    /** Told when replies have left. */
    interface Listener {
        /** @param closing whether the reply is one after which the connection is closed */
        void replied(boolean closing);
    }

    private final TurnWriter writer;
    private final Listener listener;
    private final InetSocketAddress client;
    private final byte @Nullable [] certificate;
    private @Nullable ClientExchange first;
    private @Nullable ClientExchange last;
    private @Nullable Set<ClientExchange> unordered;
    private int owed;
    private long earlyBytes;
    private boolean gone;

    /** @param certificate SHA-256 of the one that the client showed; null if it showed none */
    ReplyQueue(TurnWriter writer, Listener listener, InetSocketAddress client, byte @Nullable [] certificate) {
        this.writer = writer;
        this.listener = listener;
        this.client = client;
        this.certificate = certificate;
    }

    /** Returns whom the replies are for. */
    InetSocketAddress client() {
        return client;
    }

    /** Returns SHA-256 of the certificate that they showed; null if they showed none. Shared: not to be changed. */
    byte @Nullable [] certificate() {
        return certificate;
    }

    /** Returns how many messages have no reply yet. */
    int owed() {
        return owed;
    }

    /** Returns the bytes of replies that came before their turn. */
    long earlyBytes() {
        return earlyBytes;
    }

    void add(ClientExchange exchange) {
        owed++;
        if (!exchange.ordered()) {
            if (unordered == null) {
                unordered = new HashSet<>();
            }
            unordered.add(exchange);
        } else if (last == null) {
            first = exchange;
            last = exchange;
        } else {
            last.behind = exchange;
            last = exchange;
        }
    }

    /** Adds an answer of the proxy's own to the newest message: it comes after all that are owed before it. */
    void answer(byte[] bytes) {
        if (gone) {
            return;
        }
        if (last == null) {
            writer.append(bytes);
        } else {
            // It is owed like any other, or a client could pile up refusals behind one slow answer.
            owed++;
            last.followers++;
            last.thereafter = last.thereafter == null ? bytes : concat(last.thereafter, bytes);
        }
    }

    /** Writes an answer of the proxy's own to a message with a {@code msgId}: it waits for nobody. */
    void answerAtOnce(byte[] bytes) {
        if (!gone) {
            writer.append(bytes);
        }
    }

    void reply(ClientExchange exchange, byte[] bytes, int from, int to, int cutStart, int cutEnd) {
        if (gone) {
            return;
        }
        if (exchange == first) {
            writer.append(bytes, from, cutStart);
            writer.append(bytes, cutEnd, to);
            advance();
        } else if (exchange.ordered()) {
            exchange.early = Arrays.copyOfRange(bytes, from, to - (cutEnd - cutStart));
            System.arraycopy(bytes, cutEnd, exchange.early, cutStart - from, to - cutEnd);
            earlyBytes += exchange.early.length;
        } else {
            writer.append(MSG_ID);
            writer.append(exchange.msgId);
            writer.append(COMMA);
            if (cutStart > from) {
                writer.append(bytes, from + 1, cutStart);
            }
            writer.append(bytes, Math.max(cutEnd, from + 1), to);
            removeUnordered(exchange);
        }
        listener.replied(false);
    }

    void refuse(ClientExchange exchange, ErrorCode code, String sentence) {
        // A message with a msgId was whole, and its client has others in flight on the connection: none of them is to be lost for this one.
        refuse(exchange, Refusals.of(code, sentence, exchange.msgId, exchange.srcId),
                code.closing() && exchange.ordered());
    }

    void refusedByServer(ClientExchange exchange, ErrorCode code, String sentence, Ident server) {
        refuse(exchange, Refusals.byServer(code, sentence, exchange.msgId, exchange.srcId, server), false);
    }

    /** @param closing whether the connection is closed afterwards */
    private void refuse(ClientExchange exchange, byte[] refusal, boolean closing) {
        if (gone) {
            return;
        }
        if (exchange == first) {
            writer.append(refusal);
            advance();
        } else if (exchange.ordered()) {
            exchange.early = refusal;
            earlyBytes += exchange.early.length;
        } else {
            writer.append(refusal);
            removeUnordered(exchange);
        }
        listener.replied(closing);
    }

    private void removeUnordered(ClientExchange exchange) {
        if (unordered != null && unordered.remove(exchange)) {
            owed--;
        }
    }

    /** Goes on behind the first one, whose reply was written: those behind it that came early may leave. */
    private void advance() {
        ClientExchange at = first;
        while (at != null) {
            owed--;
            if (at.thereafter != null) {
                owed -= at.followers;
                writer.append(at.thereafter);
            }
            at = at.behind;
            if (at == null || at.early == null) {
                break;
            }
            earlyBytes -= at.early.length;
            writer.append(at.early);
        }
        first = at;
        if (at == null) {
            last = null;
        }
    }

    /** Cancels all that is owed. The client is gone: nothing of what it is owed has to be had any more. */
    void abandon(Forwarder forwarder) {
        gone = true;
        owed = 0;
        for (ClientExchange at = first; at != null; at = at.behind) {
            if (at.early == null) {
                forwarder.cancel(at);
            }
        }
        if (unordered != null) {
            unordered.forEach(forwarder::cancel);
        }
        first = null;
        last = null;
        unordered = null;
    }

    private static byte[] concat(byte[] a, byte[] b) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(a.length + b.length);
        out.writeBytes(a);
        out.writeBytes(b);
        return out.toByteArray();
    }
}
