package io.revproc.proxy.forward;

import java.util.List;
import java.util.Objects;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.revproc.proxy.route.Endpoint;
import io.revproc.transport.HeldBytes;
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
 * A connection for one message, as Part 1 servers want it: connect, one write, one answer, close. The server's end of the
 * stream is not waited for. To a server that holds a lease the write opens with it.
 */
@Sharable // a connect that is repeated hands the same handler to the next channel; it never serves two
final class OneMessageConnection extends ChannelInboundHandlerAdapter implements EndpointConnection {
    private static final Logger log = LoggerFactory.getLogger(OneMessageConnection.class);

    private final Upstreams upstreams;
    private final Outcomes outcomes;
    private final Endpoint endpoint;
    private final byte[] message;
    private final MessageFramer framer;
    private final HeldBytes memory;
    /** The message; null once it is answered, failed or given up. */
    private @Nullable Exchange exchange;
    private @Nullable Channel channel;
    private Dialer.@Nullable Dial dial;
    /** Whether the message was taken back while the connection was being opened. */
    private boolean withdrawn;
    private @Nullable String lease;

    OneMessageConnection(Upstreams upstreams, Endpoint endpoint, Exchange exchange, byte[] message) {
        this.upstreams = upstreams;
        this.outcomes = upstreams.outcomes;
        this.endpoint = endpoint;
        this.exchange = exchange;
        this.message = message;
        this.framer = upstreams.framer();
        this.memory = upstreams.memory(() -> breach("too much memory held by incomplete answers"));
    }

    void connect() {
        Exchange mine = exchange;
        if (mine != null) {
            mine.stage = Exchange.Stage.CONNECTING;
            mine.connection = this;
        }
        dial = upstreams.dialer.connect(endpoint, this, this::connected, this::failed);
    }

    private void connected(Channel open) {
        channel = open;
        Exchange mine = exchange;
        if (withdrawn || !endpoint.mayBeSent() || upstreams.outOfDate(endpoint)) {
            // Meanwhile the server is gone or barred, and its address may be another one's: a message must not reach that one, even if
            // it takes a connection without a message badly.
            exchange = null;
            close();
            outcomes.unsent(endpoint, mine == null ? List.of() : List.of(mine));
            return;
        }
        // A message that was given up meanwhile goes out all the same: a connection without one kills some servers.
        if (mine != null) {
            mine.stage = Exchange.Stage.SENT;
            outcomes.sent(mine);
        }
        lease = endpoint.state().lease();
        ByteBuf bytes = lease == null
                ? Unpooled.wrappedBuffer(message)
                : Unpooled.wrappedBuffer(MessageCodec.write(new Message.Hello(lease)), message);
        open.writeAndFlush(bytes, open.voidPromise());
        if (mine == null) {
            close();
        }
    }

    private void failed(ConnectFailure failure) {
        Exchange mine = take();
        upstreams.unconnected(endpoint, mine == null ? List.of() : List.of(mine), failure);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf bytes = (ByteBuf) msg;
        try {
            while (exchange != null && upstreams.context.offer(bytes, framer)) {
                read();
                framer.park();
            }
        } finally {
            bytes.release();
        }
        memory.set(framer.held());
    }

    private void read() {
        if (exchange == null) {
            return;
        }
        MessageFramer.Event event = framer.poll();
        if (event == MessageFramer.Event.MESSAGE) {
            answered(framer.scanner());
        } else if (event != MessageFramer.Event.NEED_MORE) {
            breach("malformed answer");
        }
    }

    private void answered(MessageScanner scanner) {
        Exchange mine = take();
        close();
        if (mine == null) {
            return;
        }
        MessageFields fields = scanner.fields();
        if (scanner.isRefusal()) {
            outcomes.refused(mine, endpoint, scanner.refusalCode(), fields.retryable(),
                    scanner.refusalSentence(), Objects.equals(lease, endpoint.state().lease()));
            return;
        }
        String problem = scanner.answerProblem(mine.clientId());
        if (problem == null) {
            fields.cutMsgId(framer.array());
            outcomes.answered(mine, endpoint, framer.array(), framer.start(), framer.end(), fields.cutStart(),
                    fields.cutEnd());
        } else {
            outcomes.breach(endpoint, problem);
            outcomes.failed(mine, endpoint);
        }
    }

    private void breach(String what) {
        outcomes.breach(endpoint, what);
        end();
    }

    @Override
    public boolean withdraw(Exchange mine) {
        Dialer.Dial opening = dial;
        if (channel != null || opening == null) {
            return false;
        }
        if (!opening.cancel() && endpoint.spec().proto() == 1) {
            // the attempt that is under way may go well, and some of these servers die of a connection without a message
            return false;
        }
        withdrawn = true;
        exchange = null;
        return true;
    }

    @Override
    public void abandon(Exchange abandoned) {
        exchange = null;
        close();
    }

    private void end() {
        Exchange mine = take();
        close();
        if (mine != null) {
            outcomes.failed(mine, endpoint);
        }
    }

    private @Nullable Exchange take() {
        Exchange mine = exchange;
        exchange = null;
        return mine;
    }

    private void close() {
        Channel open = channel;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        memory.close();
        end();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.debug("event=upstream_error server={} error={}", LogValue.of(endpoint.toString()),
                cause.getClass().getSimpleName());
        end();
    }
}
