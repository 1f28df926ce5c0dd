package io.revproc.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.uring.IoUringBufferRingExhaustedEvent;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Many servers answer one event loop at once, with more than io_uring's read buffers hold. Netty (4.2.18) fills a buffer's place as soon as
 * it was used, and asks again for those that found none.
 */
class ReadBuffersTest {
    private static final int SERVERS = 80;
    private static final int ROUNDS = 3;
    private static final int ANSWER = 100_000;

    private final AtomicInteger exhausted = new AtomicInteger();
    /** Of the present round: once one answer comes, the loop waits for all servers to have answered. */
    private volatile CountDownLatch allAnswered = new CountDownLatch(0);

    /** Reads one answer; what comes must be this server's bytes, in their order. */
    private final class Reader extends ChannelInboundHandlerAdapter {
        private final int server;
        private long read;
        private long wanted;
        private CompletableFuture<Void> whole = new CompletableFuture<>();

        Reader(int server) {
            this.server = server;
        }

        CompletableFuture<Void> ask(Channel channel) {
            whole = new CompletableFuture<>();
            wanted += ANSWER;
            channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[]{1}));
            return whole;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ByteBuf bytes = (ByteBuf) msg;
            awaitQuietly(allAnswered);
            for (byte each : ByteBufUtil.getBytes(bytes)) {
                if (each != at(server, read++)) {
                    whole.completeExceptionally(new AssertionError("server " + server + ", byte " + (read - 1)));
                }
            }
            bytes.release();
            if (read == wanted) {
                whole.complete(null);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof IoUringBufferRingExhaustedEvent) {
                exhausted.incrementAndGet();
            }
        }
    }

    private static byte at(int server, long position) {
        return (byte) (server * 31L + position % 251);
    }

    /** Answers each byte. */
    private static void serve(Socket socket, int server, CountDownLatch[] answered) {
        try (socket) {
            long position = 0;
            for (int round = 0; socket.getInputStream().read() >= 0; round++) {
                byte[] answer = new byte[ANSWER];
                for (int i = 0; i < ANSWER; i++) {
                    answer[i] = at(server, position++);
                }
                socket.getOutputStream().write(answer);
                answered[round].countDown();
            }
        } catch (IOException e) {
            // the test has ended
        }
    }

    @Test
    void answersComeWholeThoughTheBuffersAreUsedUp() throws Exception {
        Transport transport = Transport.choose(Transport.Choice.AUTO, "a.setting");
        assumeTrue(transport.readBufferGroup() != null, "no ring of read buffers here");
        CountDownLatch[] answered = new CountDownLatch[ROUNDS];
        Arrays.setAll(answered, round -> new CountDownLatch(SERVERS));
        try (ServerSocket listening = new ServerSocket(0, SERVERS, InetAddress.getLoopbackAddress());
                MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, transport.ioHandlers())) {
            EventLoop loop = (EventLoop) group.next();
            LoopContext context = new LoopContext(0, loop, transport);
            List<Channel> channels = new ArrayList<>();
            List<Reader> readers = new ArrayList<>();
            for (int i = 0; i < SERVERS; i++) {
                Reader reader = new Reader(i);
                Bootstrap bootstrap = new Bootstrap().group(loop).channel(transport.socketChannel()).handler(reader);
                context.adopt(bootstrap);
                channels.add(bootstrap.connect(listening.getLocalSocketAddress()).sync().channel());
                readers.add(reader);
                int server = i;
                Socket accepted = listening.accept();
                Thread.ofVirtual().start(() -> serve(accepted, server, answered));
            }
            for (CountDownLatch round : answered) {
                allAnswered = round;
                List<CompletableFuture<Void>> wholes = new ArrayList<>();
                loop.submit(() -> {
                    for (int i = 0; i < SERVERS; i++) {
                        wholes.add(readers.get(i).ask(channels.get(i)));
                    }
                }).sync();
                CompletableFuture.allOf(wholes.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
            }
            for (Channel channel : channels) {
                channel.close().sync();
            }
            group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
            assertThat(exhausted).as("the loop's buffers were used up").hasPositiveValue();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
