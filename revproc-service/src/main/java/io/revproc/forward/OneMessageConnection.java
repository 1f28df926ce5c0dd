package io.revproc.forward;

import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.revproc.upstream.Endpoint;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.MessageFields;
import io.revproc.wire.MessageFramer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection for one message, as Part 1 servers want it: connect, one write, one answer, close. The server's end of the
 * stream is not waited for.
 */
@Sharable // a connect that is repeated hands the same handler to the next channel; it never serves two
final class OneMessageConnection extends ChannelInboundHandlerAdapter implements EndpointConnection {
    private static final Logger log = LoggerFactory.getLogger(OneMessageConnection.class);

    private final Forwarder forwarder;
    private final Endpoint endpoint;
    private final byte[] message;
    private final MessageFramer framer;
    /** The message; null once it is answered, failed or given up. */
    private @Nullable Exchange exchange;
    private @Nullable Channel channel;

    OneMessageConnection(Forwarder forwarder, Endpoint endpoint, Exchange exchange, byte[] message) {
        this.forwarder = forwarder;
        this.endpoint = endpoint;
        this.exchange = exchange;
        this.message = message;
        this.framer = forwarder.context().framer(forwarder.maxAnswerSize(), forwarder.context().upstreamScanner());
    }

    void connect() {
        Exchange mine = exchange;
        if (mine != null) {
            mine.stage = Exchange.Stage.CONNECTING;
            mine.connection = this;
        }
        forwarder.connect(endpoint, this, this::connected, this::unreachable);
    }

    private void connected(Channel open) {
        Exchange mine = exchange;
        // A message that was given up meanwhile goes out all the same: a connection without one kills some servers.
        if (mine != null) {
            mine.stage = Exchange.Stage.SENT;
            forwarder.portOpen(mine);
        }
        channel = open;
        open.writeAndFlush(Unpooled.wrappedBuffer(message), open.voidPromise());
        if (mine == null) {
            close();
        }
    }

    private void unreachable() {
        Exchange mine = take();
        forwarder.unreachable(endpoint, mine == null ? List.of() : List.of(mine));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (exchange == null) {
            ((ByteBuf) msg).release();
        } else {
            forwarder.context().offer((ByteBuf) msg, framer, this::read);
        }
    }

    private void read() {
        if (exchange == null) {
            return;
        }
        MessageFramer.Event event = framer.poll();
        if (event == MessageFramer.Event.MESSAGE) {
            answered(framer.scanner().type(), framer.scanner().fields());
        } else if (event != MessageFramer.Event.NEED_MORE) {
            failed("malformed answer");
        }
    }

    private void answered(int type, MessageFields fields) {
        if (type != 2) {
            failed("answer of type " + type);
            return;
        }
        Exchange mine = take();
        close();
        if (mine != null) {
            fields.cutMsgId(framer.array());
            forwarder.answered(mine, endpoint, framer.array(), framer.start(), framer.end(), fields.cutStart(),
                    fields.cutEnd());
        }
    }

    private void failed(String what) {
        log.warn("event=upstream_breach server={} reason=\"{}\"", endpoint, what);
        end();
    }

    @Override
    public boolean abandon(Exchange abandoned) {
        exchange = null;
        close();
        return false;
    }

    private void end() {
        Exchange mine = take();
        close();
        if (mine != null) {
            forwarder.failed(mine, endpoint, ErrorCode.SERVER_FAILED);
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
        end();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.debug("event=upstream_error server={} error={}", endpoint, cause.toString());
        end();
    }
}
