package io.revproc.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.pool.AbstractChannelPoolHandler;
import io.netty.channel.pool.ChannelPool;
import io.netty.channel.pool.FixedChannelPool;
import io.netty.handler.codec.json.JsonObjectDecoder;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a Java team would write to route messages by their policy: Netty's own framing, Jackson for the JSON, a pool of kept connections
 * to each server with one message at a time on each. A peer of the benchmark, on one event loop. It has no deadlines, no
 * health checks, no limits and no record, and it trusts a message's fields as Jackson reads them.
 *
 * <pre>
 * NettyRelay PORT POLICY=SERVER_PORT…
 * </pre>
 */
public final class NettyRelay {
    private static final int MAX_MESSAGE = 1024 * 1024;
    private static final int CONNECTIONS_PER_SERVER = 64;
    private static final int MAX_WAITING = 100_000;

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final Map<String, ChannelPool> pools = new HashMap<>();

    private NettyRelay() {}

    public static void main(String[] args) throws InterruptedException {
        NettyRelay relay = new NettyRelay();
        for (int i = 1; i < args.length; i++) {
            String[] route = args[i].split("=", 2);
            relay.pools.put(route[0], relay.pool(Integer.parseInt(route[1])));
        }
        relay.listen(Integer.parseInt(args[0]));
    }

    private void listen(int port) throws InterruptedException {
        new ServerBootstrap().group(loop).channel(EpollServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true).childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new FlushConsolidationHandler(256, true),
                                new JsonObjectDecoder(MAX_MESSAGE), new Client());
                    }
                }).bind("127.0.0.1", port).sync().channel().closeFuture().sync();
    }

    private ChannelPool pool(int port) {
        Bootstrap bootstrap = new Bootstrap().group(loop).channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true).remoteAddress("127.0.0.1", port);
        return new FixedChannelPool(bootstrap, new AbstractChannelPoolHandler() {
            @Override
            public void channelCreated(Channel channel) {
                channel.pipeline().addLast(new JsonObjectDecoder(MAX_MESSAGE), new Server());
            }
        }, CONNECTIONS_PER_SERVER, MAX_WAITING);
    }

    private static @Nullable String policy(ByteBuf message) throws IOException {
        try (InputStream in = new ByteBufInputStream(message.duplicate())) {
            return JsonMapper.shared().readTree(in).path("privPoliId").asString(null);
        }
    }

    private static ByteBuf error(String sentence) {
        return Unpooled.copiedBuffer("{\"Error\": \"" + sentence + "\"}", StandardCharsets.US_ASCII);
    }

    /** A message and, as soon as there is one, its reply. */
    private static final class Exchange {
        private final Client client;
        private @Nullable ByteBuf reply;

        Exchange(Client client) {
            this.client = client;
        }

        void complete(ByteBuf answer) {
            reply = answer;
            client.reply();
        }
    }

    /** A client's connection. Its replies leave in the order of its messages. */
    private final class Client extends SimpleChannelInboundHandler<ByteBuf> {
        private final Deque<Exchange> waiting = new ArrayDeque<>();
        private @Nullable ChannelHandlerContext context;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            context = ctx;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf message) throws IOException {
            Exchange exchange = new Exchange(this);
            waiting.add(exchange);
            ChannelPool pool = pools.get(policy(message));
            if (pool == null) {
                exchange.complete(error("No server currently serving this privacy policy"));
                return;
            }
            ByteBuf bytes = message.retain();
            pool.acquire().addListener((Future<Channel> acquired) -> {
                if (acquired.isSuccess()) {
                    acquired.getNow().pipeline().get(Server.class).send(pool, exchange, bytes);
                } else {
                    bytes.release();
                    exchange.complete(error("No server is reachable"));
                }
            });
        }

        /** A reply to a client that has left is released by the write that fails. */
        void reply() {
            while (context != null && !waiting.isEmpty() && waiting.element().reply instanceof ByteBuf answer) {
                waiting.remove();
                context.writeAndFlush(answer, context.voidPromise());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    /** A connection to a server, with one message at a time. */
    private static final class Server extends SimpleChannelInboundHandler<ByteBuf> {
        private @Nullable ChannelHandlerContext context;
        private @Nullable ChannelPool pool;
        private @Nullable Exchange exchange;

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            context = ctx;
        }

        void send(ChannelPool from, Exchange next, ByteBuf message) {
            pool = from;
            exchange = next;
            if (context != null) {
                context.writeAndFlush(message, context.voidPromise());
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf reply) {
            done(ctx, reply.retain());
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            done(ctx, error("The server closed the connection"));
        }

        private void done(ChannelHandlerContext ctx, ByteBuf reply) {
            Exchange answered = exchange;
            ChannelPool home = pool;
            if (answered == null || home == null) {
                reply.release();
                return;
            }
            exchange = null;
            home.release(ctx.channel());
            answered.complete(reply);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
