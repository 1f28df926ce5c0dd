package io.revproc.proxy.listener;

import java.net.InetSocketAddress;

import io.revproc.proxy.forward.Exchange;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/** A client's message on its way, and its place among the replies that its connection is owed. */
final class ClientExchange extends Exchange {
    private final ReplyQueue replies;
    /** The client's ids as it wrote them; empty if it gave no {@code msgId}. */
    final byte[] msgId;
    final byte[] srcId;
    private final @Nullable String subject;

    /** The next one that is owed a reply, in order. */
    @Nullable
    ClientExchange behind;
    /** A reply that came before its turn. */
    byte @Nullable [] early;
    /** Answers of the proxy's own that come right after this one's. */
    byte @Nullable [] thereafter;
    /** How many these are. */
    int followers;

    /** @param subject whom the token is about that the connection showed; null if it showed none */
    ClientExchange(ReplyQueue replies, PolicyRoutes routes, long arrivedNanos, int size, boolean idempotent, int key,
            byte[] msgId, byte[] srcId, @Nullable String subject) {
        super(routes, arrivedNanos, size, idempotent, key);
        this.replies = replies;
        this.msgId = msgId;
        this.srcId = srcId;
        this.subject = subject;
    }

    @Override
    public @Nullable String clientSubject() {
        return subject;
    }

    @Override
    public byte[] clientId() {
        return srcId;
    }

    @Override
    public InetSocketAddress client() {
        return replies.client();
    }

    @Override
    public byte @Nullable [] clientCertificate() {
        return replies.certificate();
    }

    boolean ordered() {
        return msgId.length == 0;
    }

    @Override
    protected void replied(byte[] bytes, int from, int to, int cutStart, int cutEnd) {
        replies.reply(this, bytes, from, to, cutStart, cutEnd);
    }

    @Override
    protected void refused(ErrorCode code, String sentence) {
        replies.refuse(this, code, sentence);
    }

    @Override
    protected void refusedByServer(ErrorCode code, String sentence, Ident server) {
        replies.refusedByServer(this, code, sentence, server);
    }
}
