package io.revproc.transport;

import java.nio.file.Path;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUringChannelOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

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
    @EnumSource(Transport.Choice.class)
    void unixSocketsHaveEpollUnlessAnotherIsAskedFor(Transport.Choice choice) {
        assertThat(Transport.withUnixSocket(choice)).isEqualTo(
                choice == Transport.Choice.AUTO && Epoll.isAvailable() ? Transport.Choice.EPOLL : choice);
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
}
