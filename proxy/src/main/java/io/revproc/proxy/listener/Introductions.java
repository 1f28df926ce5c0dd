package io.revproc.proxy.listener;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

import io.netty.channel.Channel;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.MessageScanner;
import io.revproc.wire.WireException;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that a client shows on one connection: in a message of type 8, or in a data message. The connection takes nothing more
 * until a token is checked, so what comes behind it is judged by it. Belongs to the connection's event loop.
 */
final class Introductions {
    private static final byte[] NONE = new byte[0];

    private final ListenerLoop loop;
    private final Channel channel;
    private final ConnectedPeer peer;
    private final MessageFramer framer;
    private final ReplyQueue replies;
    private final PeerConnection connection;
    private final ClientRequests requests;
    /** Why the token of the data message that was put back is not taken. */
    private ClientTokens.Verdict.@Nullable Refused refused;

    Introductions(ListenerLoop loop, Channel channel, ConnectedPeer peer, MessageFramer framer, ReplyQueue replies,
            PeerConnection connection, ClientRequests requests) {
        this.loop = loop;
        this.channel = channel;
        this.peer = peer;
        this.framer = framer;
        this.replies = replies;
        this.connection = connection;
        this.requests = requests;
    }

    /** Takes a message of type 8, which was just polled from the framer. */
    void receive(byte[] bytes, int from, int to) {
        Message message;
        try {
            message = MessageCodec.read(bytes, from, to);
        } catch (WireException e) {
            requests.refuse(e.code(), e.sentence());
            return;
        }
        if (!(message instanceof Message.Introduction introduction)) {
            requests.refuse(ErrorCode.BAD_MESSAGE, "token is missing; add it.");
        } else if (loop.draining()) {
            requests.refuse(ErrorCode.SHUTTING_DOWN, ErrorCode.SHUTTING_DOWN.sentence());
            connection.leaveSoon();
        } else if (loop.tokens == null) {
            answer(introduction.msgId(), null);
        } else {
            check(loop.tokens, introduction.token(), verdict -> introduced(introduction.msgId(), verdict));
        }
    }

    private void check(ClientTokens tokens, String token, Consumer<ClientTokens.Verdict> then) {
        connection.awaitAnswer();
        tokens.check(token, peer.identity(), verdict -> {
            try {
                channel.eventLoop().execute(() -> connection.answered(() -> {
                    if (verdict instanceof ClientTokens.Verdict.Taken(var shown)) {
                        peer.identity().show(shown);
                    }
                    then.accept(verdict);
                }));
            } catch (RejectedExecutionException e) {
                // The loop has ended, and the connection with it.
                channel.close();
            }
        });
    }

    private void introduced(@Nullable Ident msgId, ClientTokens.Verdict verdict) {
        switch (verdict) {
            case ClientTokens.Verdict.Taken(var shown) -> answer(msgId, ttl(shown));
            case ClientTokens.Verdict.Refused(var code, var sentence) -> {
                byte[] named = msgId == null ? NONE : msgId.json().getBytes(StandardCharsets.UTF_8);
                send(msgId, Refusals.of(code, sentence, named, NONE));
                if (code.closing() && msgId == null) {
                    connection.closeAfterReplies();
                }
            }
        }
    }

    private Duration ttl(ShownToken shown) {
        long millis = loop.tokens == null ? 0 : shown.endMillis() - loop.tokens.millis();
        return Duration.ofMillis(Math.clamp(millis, 1, Message.Introduced.MAX_TTL.toMillis()));
    }

    private void answer(@Nullable Ident msgId, @Nullable Duration ttl) {
        send(msgId, MessageCodec.write(new Message.Introduced(ttl, msgId)));
    }

    private void send(@Nullable Ident msgId, byte[] answer) {
        if (msgId == null) {
            replies.answer(answer);
        } else {
            replies.answerAtOnce(answer);
        }
    }

    /**
     * Returns whether the data message may go on that was just polled and carries a token: this was shown before. Otherwise it is checked
     * and the message taken again, or the message is refused.
     */
    boolean mayGoOn(ClientTokens tokens, MessageScanner scanner) {
        String token = scanner.token();
        ClientTokens.Verdict.Refused why = refused;
        refused = null;
        if (peer.identity().holds(token)) {
            return true;
        }
        if (why != null) {
            requests.refuse(why.code(), why.sentence());
            requests.closeFor(why.code(), scanner.fields());
            return false;
        }
        framer.again();
        check(tokens, token,
                verdict -> refused = verdict instanceof ClientTokens.Verdict.Refused refusal ? refusal : null);
        return false;
    }
}
