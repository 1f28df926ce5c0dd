package io.revproc.proxy.forward;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointState;
import io.revproc.transport.HeldBytes;
import io.revproc.transport.TurnWriter;
import io.revproc.wire.LogValue;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.MessageFields;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.MessageScanner;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A kept connection of one event loop to an endpoint that asked for {@code mux}: many messages in flight, told apart by a
 * {@code msgId} that is put in front of each and taken out of its answer. What one turn of the loop has for the endpoint
 * leaves in one write. It belongs to the lease that it was opened under. A refusal, or an answer that is none, is that one message's
 * end; an answer for a message that is not in flight here, or anything that can't be read, ends the connection: what the endpoint
 * says on it can't be trusted any more.
 */
@Sharable // a connect that is repeated hands the same handler to the next channel; it never serves two
final class MuxConnection extends ChannelInboundHandlerAdapter implements EndpointConnection {
    private static final Logger log = LoggerFactory.getLogger(MuxConnection.class);
    /** An endpoint that leaves so many messages unanswered until their deadlines gets a new connection. */
    private static final int MAX_GIVEN_UP = 1024;

    private final Upstreams upstreams;
    private final Outcomes outcomes;
    private final Endpoint endpoint;
    private final Place.Placed place;
    private final MessageFramer framer;
    private final HeldBytes memory;
    private final SlotTable slots = new SlotTable();
    private final Set<Exchange> unsent = new LinkedHashSet<>();
    private final MsgIdHead head = new MsgIdHead();
    private @Nullable Channel channel;
    private @Nullable TurnWriter writer;
    private @Nullable String lease;
    private long lastReadNanos;
    private int givenUp;
    private boolean closed;
    private boolean retired;

    MuxConnection(Upstreams upstreams, Endpoint endpoint) {
        this.upstreams = upstreams;
        this.outcomes = upstreams.outcomes;
        this.place = new Place.Placed(endpoint, this);
        this.endpoint = endpoint;
        this.framer = upstreams.framer();
        this.memory = upstreams.memory(() -> breach("too much memory held by incomplete answers"));
    }

    void connect() {
        upstreams.dialer.connect(endpoint, this, this::connected, this::failed);
    }

    private void connected(Channel open) {
        if (closed) {
            open.close();
            return;
        }
        channel = open;
        EndpointState state = endpoint.state();
        if (!endpoint.mayBeSent()) {
            // meanwhile the server is gone or barred: who knows who has its address now
            retire();
            return;
        }
        TurnWriter out = new TurnWriter(upstreams.context, open);
        writer = out;
        lease = state.lease();
        lastReadNanos = upstreams.context.now();
        if (lease != null) {
            out.append(MessageCodec.write(new Message.Hello(lease)));
        }
        takeUnsent().forEach(exchange -> upstreams.sendOn(exchange, this));
    }

    private void failed(ConnectFailure failure) {
        if (closed) {
            return;
        }
        closed = true;
        upstreams.remove(endpoint, this);
        upstreams.unconnected(endpoint, takeUnsent(), failure);
    }

    private List<Exchange> takeUnsent() {
        List<Exchange> waiting = new ArrayList<>(unsent);
        unsent.clear();
        return waiting;
    }

    /** Returns whether the server was set up anew since the connection was opened. */
    boolean isOfAnotherLease() {
        if (writer == null) {
            return false;
        }
        String present = endpoint.state().lease();
        // a state's lease is handed on as it is
        return present != lease && !Objects.equals(present, lease);
    }

    /** Returns whether the endpoint takes what it is sent, and can take another message. */
    boolean accepts() {
        Channel open = channel;
        return !closed && (open == null || open.isWritable()) && slots.inUse() < SlotTable.MAX_SLOTS;
    }

    /** Returns a place of a message on this connection, once it is taken. */
    Place.Placed place() {
        return place;
    }

    boolean isOpen() {
        return writer != null && !closed;
    }

    /** Keeps a message until the connection is there. */
    void sendLater(Exchange exchange) {
        exchange.stage = Exchange.Stage.CONNECTING;
        exchange.connection = this;
        unsent.add(exchange);
    }

    /** Puts a message into the turn's write. */
    void send(Exchange exchange, byte[] bytes, int from, int to, MessageFields fields) {
        TurnWriter out = Objects.requireNonNull(writer, "isOpen() was asked");
        long id = slots.put(exchange);
        assert id > 0 : "accepts() was asked";
        exchange.stage = Exchange.Stage.SENT;
        exchange.connection = this;
        out.append(head.bytes(), head.write(id), MsgIdHead.END);
        if (fields.hasMsgId()) {
            fields.cutMsgId(bytes);
            out.append(bytes, from + 1, fields.cutStart());
            out.append(bytes, fields.cutEnd(), to);
        } else {
            out.append(bytes, from + 1, to);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        lastReadNanos = upstreams.context.now();
        ByteBuf bytes = (ByteBuf) msg;
        try {
            while (upstreams.context.offer(bytes, framer)) {
                take();
                framer.park();
            }
        } finally {
            bytes.release();
        }
        memory.set(framer.held());
    }

    private void take() {
        while (!closed) {
            MessageFramer.Event event = framer.poll();
            if (event == MessageFramer.Event.MESSAGE) {
                answer(framer.array(), framer.start(), framer.end(), framer.scanner());
            } else {
                if (event != MessageFramer.Event.NEED_MORE) {
                    breach(event == MessageFramer.Event.TOO_LARGE ? "answer too large" : "malformed answer");
                }
                break;
            }
        }
    }

    private void answer(byte[] bytes, int from, int to, MessageScanner scanner) {
        MessageFields fields = scanner.fields();
        int slot = slots.find(MsgIdHead.number(bytes, fields.msgIdStart(), fields.msgIdEnd()));
        if (slot == SlotTable.UNKNOWN) {
            breach("answer to a message that is not in flight");
            return;
        }
        Exchange exchange = slots.free(slot);
        if (exchange == null) {
            givenUp--;
        } else if (scanner.isRefusal()) {
            outcomes.refused(exchange, endpoint, scanner.refusalCode(), fields.retryable(),
                    scanner.refusalSentence(), !isOfAnotherLease());
        } else {
            String problem = scanner.answerProblem(exchange.clientId());
            if (problem == null) {
                fields.cutMsgId(bytes);
                outcomes.answered(exchange, endpoint, bytes, from, to, fields.cutStart(), fields.cutEnd());
            } else {
                outcomes.breach(endpoint, problem);
                outcomes.failed(exchange, endpoint);
            }
        }
        endIfDone();
    }

    private void breach(String what) {
        outcomes.breach(endpoint, what);
        end();
    }

    @Override
    public boolean withdraw(Exchange exchange) {
        return unsent.remove(exchange);
    }

    @Override
    public void abandon(Exchange exchange) {
        slots.giveUp(exchange);
        givenUp++;
        if (lastReadNanos - exchange.sentNanos <= 0 || givenUp > MAX_GIVEN_UP) {
            // Not a byte since then: it may be dead without a word, and only a new connection can tell.
            retire();
        }
        endIfDone();
    }

    /** Takes no new messages any more, and ends once those in flight have ended. What was not sent yet goes elsewhere. */
    void retire() {
        if (!retired) {
            retired = true;
            upstreams.remove(endpoint, this);
            outcomes.unsent(endpoint, takeUnsent());
        }
        endIfDone();
    }

    private void endIfDone() {
        if (retired && slots.inUse() == givenUp) {
            end();
        }
    }

    private void end() {
        if (closed) {
            return;
        }
        closed = true;
        upstreams.remove(endpoint, this);
        TurnWriter out = writer;
        if (out != null) {
            out.discard();
        }
        Channel open = channel;
        if (open != null) {
            open.close();
        }
        slots.clear(exchange -> outcomes.failed(exchange, endpoint));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end();
        framer.close();
        memory.close();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            outcomes.roomAgain();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.debug("event=upstream_error server={} error={}", LogValue.of(endpoint.toString()),
                cause.getClass().getSimpleName());
        end();
    }
}
