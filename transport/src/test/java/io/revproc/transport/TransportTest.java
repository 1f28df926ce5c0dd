package io.revproc.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.util.ReferenceCountUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assumptions.assumeThat;

/** Which of the kernel's interfaces is used, and what is asked of it. */
class TransportTest {
    @ParameterizedTest
    @CsvSource({"0, 4096", "4096, 4096", "4097, 8192", "8192, 8192", "8193, 16384", "32768, 32768", "1000000, 32768"})
    void completionQueueHasRoomForEveryConnectionWithinBounds(int connections, int entries) {
        assertThat(Transport.completionQueue(connections)).isEqualTo(entries);
    }

    @Test
    void javasOwnWorksEverywhereAndAutoFindsOne() {
        assertThat(Transport.choose(Transport.Choice.NIO, "a.setting")).isSameAs(Transport.NIO);
        assertThat(Transport.choose(Transport.Choice.AUTO, "a.setting")).isIn((Object[]) Transport.values());
    }

    @ParameterizedTest
    @EnumSource(Transport.Choice.class)
    void choiceIsMetOrRefusedWithTheSettingsName(Transport.Choice choice) {
        try {
            Transport chosen = Transport.choose(choice, "a.setting");
            assertThat(choice == Transport.Choice.AUTO || chosen.name().equals(choice.name())).isTrue();
        } catch (IllegalStateException e) {
            assertThat(choice).isIn(Transport.Choice.IO_URING, Transport.Choice.EPOLL);
            assertThat(e).hasMessage("a.setting=" + choice + " is not available on this machine; use auto");
            assertThatIllegalStateException().isThrownBy(() -> Transport.choose(choice, "a.setting"));
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void nameIsAsAPersonWritesIt(Transport transport) {
        assertThat(transport.label()).isIn("io_uring", "epoll", "nio").isEqualToIgnoringCase(transport.name());
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void peersThatAreGoneWithoutAWordAreNoticed(Transport transport) {
        Bootstrap bootstrap = new Bootstrap();
        transport.noticeDeadPeers(bootstrap, 7_000);
        var options = bootstrap.config().options();
        assertThat(options).containsEntry(ChannelOption.SO_KEEPALIVE, true);
        switch (transport) {
            case IO_URING -> assertThat(options).containsEntry(IoUringChannelOption.TCP_USER_TIMEOUT, 7_000)
                    .containsEntry(IoUringChannelOption.TCP_KEEPIDLE, 10)
                    .containsEntry(IoUringChannelOption.TCP_KEEPINTVL, 5)
                    .containsEntry(IoUringChannelOption.TCP_KEEPCNT, 3);
            case EPOLL -> assertThat(options).containsEntry(EpollChannelOption.TCP_USER_TIMEOUT, 7_000)
                    .containsEntry(EpollChannelOption.TCP_KEEPIDLE, 10)
                    .containsEntry(EpollChannelOption.TCP_KEEPINTVL, 5)
                    .containsEntry(EpollChannelOption.TCP_KEEPCNT, 3);
            case NIO -> assertThat(options).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void unixSocketHasTheAddressThatTheTransportTakes(Transport transport) {
        Object address = transport.unixAddress(Path.of("a", "socket"));
        assertThat(address instanceof DomainSocketAddress).isEqualTo(transport != Transport.NIO);
        assertThat(address).hasToString(Path.of("a", "socket").toString());
    }

    @Test
    void onlyIoUringTakesItsBuffersFromTheKernel() {
        assertThat(Transport.NIO.readsAtOnce() && Transport.EPOLL.readsAtOnce()).isTrue();
        assertThat(Transport.IO_URING.readsAtOnce()).isFalse();
        assertThat(Transport.NIO.readBufferGroup()).isNull();
        assertThat(Transport.EPOLL.readBufferGroup()).isNull();
    }

    @Test
    void acceptedConnectionsReadIntoTheRing() throws InterruptedException {
        assumeThat(Transport.IO_URING.readBufferGroup()).as("this kernel has such rings").isNotNull();
        CompletableFuture<Integer> read = new CompletableFuture<>();
        AtomicInteger allocated = new AtomicInteger();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, Transport.IO_URING.ioHandlers());
        ServerBootstrap bootstrap = new ServerBootstrap().group(group).channel(Transport.IO_URING.serverChannel())
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new DefaultMaxMessagesRecvByteBufAllocator() {
                    @Override
                    public MaxMessageHandle newHandle() {
                        return new MaxMessageHandle() {
                            @Override
                            public int guess() {
                                allocated.incrementAndGet();
                                return 64;
                            }
                        };
                    }
                })
                .childHandler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object msg) {
                        read.complete(((ByteBuf) msg).readableBytes());
                        ReferenceCountUtil.release(msg);
                    }
                });
        Transport.IO_URING.adopt(bootstrap);
        Channel listening = bootstrap.bind("127.0.0.1", 0).sync().channel();
        try (Socket client = new Socket("127.0.0.1", ((InetSocketAddress) listening.localAddress()).getPort())) {
            client.getOutputStream().write(1);
            assertThat(read).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(1);
            assertThat(allocated).as("buffers made for a read").hasValue(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            group.shutdownGracefully(0, 100, TimeUnit.MILLISECONDS).syncUninterruptibly();
        }
    }
}
