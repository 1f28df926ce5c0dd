package io.revproc.proxy.listener;

import java.net.InetSocketAddress;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.revproc.proxy.listener.ConnectionState.Next;
import io.revproc.proxy.listener.ConnectionState.Phase;
import io.revproc.transport.HeldMemory;
import io.revproc.transport.TurnWriter;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Message;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.MessageScanner;
import org.jspecify.annotations.Nullable;

/**
 * One accepted connection: a client's, or a server's that registers. Belongs to its event loop. Frames what comes, hands each message to whom it is for, and closes
 * when all is said; replies are written in order. Reading stops while too much is unanswered or the client does not take its replies.
 */
final class ClientConnection implements ReplyQueue.Listener, HeldMemory.Holder, PeerConnection {
    private final ListenerLoop loop;
    private final Channel channel;
    private final ConnectedPeer peer;
    private final MessageFramer framer;
    private final TurnWriter writer;
    private final ReplyQueue replies;
    private final ClientRequests requests;
    private final Introductions introductions;
    private final ServerMessages registration;
    private final Reading reading;
    private final UnsentMemory unsent;
    private ConnectionState state = ConnectionState.NEW;

    /** @param tls null for a connection in plain text */
    ClientConnection(ListenerLoop loop, Channel channel, InetSocketAddress address, @Nullable TlsLink tls) {
        this.loop = loop;
        this.channel = channel;
        this.peer = new ConnectedPeer(address, tls);
        this.framer = loop.context.framer(loop.settings.maxMessageBytes(), loop.context.clientScanner());
        this.writer = new TurnWriter(loop.context, channel);
        this.replies = new ReplyQueue(writer, this, address, peer.fingerprint());
        this.requests = new ClientRequests(loop, peer, framer, replies, this);
        this.introductions = new Introductions(loop, channel, peer, framer, replies, this, requests);
        this.registration = new ServerMessages(loop, channel, peer, replies, this);
        this.unsent = new UnsentMemory(loop, channel);
        this.reading = new Reading(loop, channel, address, framer, this);
    }

    /** Returns how many replies the peer is owed. */
    int owed() {
        return state.owed(replies.owed());
    }

    void begin() {
        reading.read();
        loop.add(this);
        loop.observer.connected(peer.address());
    }

    /** Takes what was read, and releases it. */
    void read(ByteBuf bytes) {
        reading.read();
        try {
            while (state.isOpen() && loop.context.offer(bytes, framer)) {
                take();
                framer.park();
            }
            if (!state.isOpen()) {
                reading.dropped(bytes.readableBytes());
            }
        } finally {
            bytes.release();
        }
    }

    /** Takes messages as long as the connection may have more of them in flight. */
    private void take() {
        boolean complete = false;
        while (mayTake()) {
            MessageFramer.Event event = framer.poll();
            if (event == MessageFramer.Event.NEED_MORE) {
                break;
            }
            complete = true;
            if (event == MessageFramer.Event.MESSAGE) {
                message(framer.array(), framer.start(), framer.end(), framer.scanner());
            } else {
                requests.unreadable(event);
            }
        }
        if (!state.isOpen()) {
            reading.drop();
            return;
        }
        reading.taken(complete);
        boolean room = reading.hasRoom();
        if (state.isOpen() && !state.paused() && !(mayTake() && room)) {
            state = state.pause();
            reading.pause(room);
        }
    }

    private void message(byte[] bytes, int from, int to, MessageScanner scanner) {
        int type = scanner.type();
        if (type == 0) {
            if (loop.tokens == null || !scanner.fields().hasToken() || introductions.mayGoOn(loop.tokens, scanner)) {
                requests.data(bytes, from, to, scanner);
            }
        } else if (type == Message.Introduction.TYPE) {
            introductions.receive(bytes, from, to);
        } else if (type == MessageScanner.NO_TYPE) {
            requests.refuse(ErrorCode.BAD_MESSAGE, "type is missing");
        } else {
            registration.receive(bytes, from, to, type);
        }
    }

    private boolean mayTake() {
        return state.takes() && replies.owed() < loop.settings.maxUnanswered() && channel.isWritable();
    }

    /** Ends the connection: incomplete messages take too much memory, and this one has cost the most. */
    @Override
    public void giveUp() {
        if (state.isOpen()) {
            requests.incomplete(reading, ErrorCode.OVERLOADED,
                    "The proxy holds too many incomplete messages; connect again and send the message in one go");
        }
        reading.drop();
    }

    @Override
    public void awaitAnswer() {
        state = state.awaitAnswer();
    }

    @Override
    public void answered(Runnable give) {
        state = state.answered();
        give.run();
        resume();
        if (!state.isOpen() && owed() == 0) {
            loop.context.atEndOfTurn(this::finish);
        }
    }

    @Override
    public void replied(boolean closeAfterwards) {
        reading.clocks().replied(loop.context.now());
        unsent.look(replies.earlyBytes());
        go(state.afterReply(closeAfterwards, replies.owed(), loop.settings.maxUnanswered() / 2, peer.holdsBack()));
    }

    private void go(Next next) {
        switch (next) {
            case RESUME -> loop.context.atEndOfTurn(this::resume);
            case CLOSE -> closeAfterReplies();
            case LEAVE -> loop.context.atEndOfTurn(this::leave);
            case FINISH -> loop.context.atEndOfTurn(this::finish);
            case DISCONNECT -> channel.close();
            case NOTHING -> {
            }
        }
    }

    /** Takes what was held back, and reads on if there is no other reason not to. */
    @Override
    public void resume() {
        if (!state.mayResume() || !mayTake()) {
            return;
        }
        state = state.resume();
        reading.resume();
        take();
        framer.park();
        if (!state.paused()) {
            reading.goOn();
            Next next = state.afterResume(replies.owed(), peer.holdsBack());
            if (next == Next.LEAVE) {
                leave();
            } else {
                go(next);
            }
        }
    }

    /**
     * Returns whether the end of the connection has to wait. Where it has not, what this turn has for the peer leaves first: the
     * TLS engine takes nothing more once it knows of that end.
     */
    boolean waitsForReplies() {
        if (owed() > 0 || state.paused()) {
            return true;
        }
        writer.run();
        return false;
    }

    void writabilityChanged() {
        unsent.look(replies.earlyBytes());
        if (channel.isWritable()) {
            resume();
        }
    }

    @Override
    public void leaveSoon() {
        if (!state.leaving()) {
            state = state.leave();
            loop.context.atEndOfTurn(this::leave);
        }
    }

    /** Closes, unless a reply is owed or a message is held back; what comes until then is refused like the first one. */
    private void leave() {
        if (state.mayLeave(replies.owed())) {
            closeAfterReplies();
        }
    }

    @Override
    public void closeAfterReplies() {
        state = state.to(Phase.CLOSING);
        if (state.paused()) {
            // the rest is read to be thrown away, so that the peer gets to read the refusal
            reading.goOn();
        }
        if (owed() == 0) {
            loop.context.atEndOfTurn(this::finish);
        }
    }

    @Override
    public void closeAtOnce() {
        state = state.to(Phase.CLOSING);
        loop.context.atEndOfTurn(channel::close);
    }

    private void finish() {
        if (!channel.isActive() || !state.mayFinish(replies.owed())) {
            // a message that was held back was taken in the meantime, or still waits to be
            return;
        }
        TlsLink tls = peer.tls();
        if (tls != null && peer.holdsBack()) {
            writer.run();
            tls.hold().release();
            if (state.isOpen() && !state.inputEnded() || replies.owed() > 0) {
                // it was no end but a message, or a part of one
                return;
            }
        }
        if (state.inputEnded() && state.isOpen() && framer.hasPartial()) {
            requests.incomplete(reading, ErrorCode.BAD_MESSAGE, "The input ended in the middle of a message.");
            return;
        }
        // the end goes behind all that this turn has for the peer, whichever of them came first
        writer.run();
        state = state.to(Phase.LINGERING);
        if (state.inputEnded() && unsent.isEmpty()) {
            channel.close();
        } else {
            GracefulClose.begin(channel, tls, () -> state.inputEnded());
        }
    }

    /**
     * Takes note that the peer has ended its side.
     *
     * @param byTls whether it said so by TLS: while the connection lingers that is the answer to our own end
     */
    void inputEnded(boolean byTls) {
        if (byTls && state.phase() == Phase.LINGERING) {
            return;
        }
        state = state.endInput();
        registration.end();
        // after what this turn still writes
        go(state.afterInputEnd(replies.owed()));
    }

    /** Looks at the connection's clocks. */
    void sweep(long now) {
        if (!state.isOpen()) {
            // what is thrown away may have had to wait
            reading.goOn();
        }
        if (loop.tokens != null) {
            peer.look(loop.tokens);
        }
        switch (reading.clocks().due(loop.timeouts, state.isOpen(), replies.owed() > 0, unsent.bytes(), now)) {
            case UNTAKEN -> channel.close();
            case INCOMPLETE ->
                requests.incomplete(reading, ErrorCode.BAD_MESSAGE, "The message was not complete within "
                        + loop.settings.messageTimeout().toMillis() + " ms");
            case IDLE -> {
                if (!registration.mayStayIdle()) {
                    closeAfterReplies();
                }
            }
            case NOTHING -> {
            }
        }
    }

    /** Gives back all that the connection holds: its channel is closed. */
    void closed() {
        state = state.to(Phase.CLOSED);
        loop.remove(this);
        writer.discard();
        reading.drop();
        unsent.close();
        replies.abandon(loop.forwarder);
        registration.end();
    }
}
