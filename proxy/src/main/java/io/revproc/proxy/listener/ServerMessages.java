package io.revproc.proxy.listener;

import java.util.concurrent.RejectedExecutionException;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.revproc.proxy.registration.Answer;
import io.revproc.proxy.registration.Outbox;
import io.revproc.proxy.registration.Peer;
import io.revproc.proxy.registration.RegistrationSession;
import org.jspecify.annotations.Nullable;

/**
 * A server's messages on one connection: its registration session, if it has one, and the way back to it. Belongs to the connection's
 * event loop, but for the methods of {@link Outbox}.
 */
final class ServerMessages implements Outbox {
    private static final int SETUP = 1;

    private final ListenerLoop loop;
    private final Channel channel;
    private final ConnectedPeer peer;
    private final ReplyQueue replies;
    private final PeerConnection connection;
    private @Nullable RegistrationSession session;

    ServerMessages(ListenerLoop loop, Channel channel, ConnectedPeer peer, ReplyQueue replies,
            PeerConnection connection) {
        this.loop = loop;
        this.channel = channel;
        this.peer = peer;
        this.replies = replies;
        this.connection = connection;
    }

    /** Takes a message. */
    void receive(byte[] bytes, int from, int to, int type) {
        RegistrationSession open = session;
        if (open == null) {
            open = loop.registrar.open(new Peer(peer.address().getAddress(), peer.certificates()), this);
            session = open;
        }
        ListenerObserver observer = type == SETUP ? loop.observer : ListenerObserver.NONE;
        observer.setup(bytes, from, to);
        Answer answer = open.receive(bytes, from, to, type);
        observer.setupHandled();
        if (answer == Answer.LATER) {
            connection.awaitAnswer();
        } else {
            give(answer);
        }
    }

    /** Gives the server an answer, and does with the connection as it says. */
    private void give(Answer answer) {
        if (answer.bytes().length > 0) {
            replies.answer(answer.bytes());
        }
        switch (answer.close()) {
            case AFTERWARDS -> {
                if (loop.draining()) {
                    connection.leaveSoon();
                } else {
                    connection.closeAfterReplies();
                }
            }
            case AT_ONCE -> connection.closeAtOnce();
            case NO -> {
            }
        }
    }

    /** Returns whether the connection is a registered server's, which may be silent for ever. */
    boolean mayStayIdle() {
        RegistrationSession open = session;
        return open != null && open.mayStayIdle();
    }

    /** Ends the session. */
    void end() {
        RegistrationSession open = session;
        if (open != null) {
            session = null;
            open.closed();
        }
    }

    @Override
    public void send(byte[] message) {
        channel.writeAndFlush(Unpooled.wrappedBuffer(message), channel.voidPromise());
    }

    @Override
    public void answer(Answer answer) {
        try {
            channel.eventLoop().execute(() -> connection.answered(() -> give(answer)));
        } catch (RejectedExecutionException e) {
            // The loop has ended, and the connection with it.
            channel.close();
        }
    }

    @Override
    public void close() {
        channel.eventLoop().execute(connection::closeAfterReplies);
    }
}
