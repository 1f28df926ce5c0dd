package io.revproc.proxy.forward;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.Ident;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Connects to servers that are there, that come a moment later, and that never come. */
class ConnectorTest {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();
    private static final Duration RETRY = Duration.ofMillis(25);

    private final ManualLoop loop = new ManualLoop();
    private final Connector connector = new Connector(loop.context(), TestSettings.of(0), null);
    private long setup = System.nanoTime();
    private final SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, 10),
            () -> Instant.EPOCH, () -> setup);
    private final List<Channel> open = new ArrayList<>();
    private final List<ConnectFailure> failed = new ArrayList<>();
    /** The channels of attempts that are over. */
    private final List<Channel> ended = new ArrayList<>();
    private final ChannelInboundHandlerAdapter handler = new ChannelInboundHandlerAdapter() {
        @Override
        public boolean isSharable() {
            return true;
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            ended.add(ctx.channel());
        }
    };

    @AfterEach
    void end() {
        open.forEach(Channel::close);
        loop.turn();
        loop.close();
    }

    private Endpoint endpoint(int port, boolean tls) {
        return table.register(new EndpointSpec(Ident.of("PP_1"), Ident.of(1), HERE, port, 2, true, 1, null, 1, tls,
                null, null), "L1");
    }

    private Dialer.Dial connect(Endpoint to) {
        return connector.connect(to, handler, open::add, failed::add);
    }

    private void await(List<?> something) {
        Awaitility.await().pollInSameThread().pollInterval(Duration.ofMillis(1)).until(() -> {
            loop.turn();
            return !something.isEmpty();
        });
    }

    /** Waits until the attempt that is under way has failed and the next one waits for its time. */
    private void awaitRetry(Dialer.Dial dial) {
        Awaitility.await().pollInSameThread().pollInterval(Duration.ofMillis(1)).until(() -> {
            loop.turn();
            return dial.cancel();
        });
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, HERE)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void serverThatIsThereIsConnectedTo() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, HERE)) {
            Dialer.Dial dial = connect(endpoint(server.getLocalPort(), false));
            assertThat(dial.cancel()).as("an attempt is under way").isFalse();
            await(open);
            Channel channel = open.getFirst();
            assertThat(channel.isActive()).isTrue();
            assertThat(channel.pipeline().last()).isSameAs(handler);
            assertThat(channel.config().getOption(ChannelOption.TCP_NODELAY)).isTrue();
            assertThat(channel.config().getConnectTimeoutMillis()).isEqualTo(700);
            assertThat(dial.cancel()).isFalse();
            assertThat(failed).isEmpty();
        }
    }

    @Test
    void nobodyListensWhereTheServerWasSetUpLongAgo() {
        setup = System.nanoTime() - Duration.ofSeconds(3).toNanos();
        connect(endpoint(freePort(), false));
        await(failed);
        assertThat(failed).containsExactly(ConnectFailure.REFUSED);
        loop.pass(RETRY.multipliedBy(10));
        assertThat(failed).hasSize(1);
        assertThat(open).isEmpty();
    }

    @Test
    void serverThatWasSetUpJustNowMayListenAMomentLater() throws IOException {
        // in the future: a slow machine must not end its time
        setup = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        int port = freePort();
        Dialer.Dial dial = connect(endpoint(port, false));
        await(ended);
        loop.turn();
        assertThat(failed).isEmpty();
        try (ServerSocket server = new ServerSocket(port, 1, HERE)) {
            assertThat(server.isBound()).isTrue();
            Awaitility.await().pollInSameThread().pollInterval(Duration.ofMillis(1)).until(() -> {
                loop.pass(RETRY);
                return !open.isEmpty();
            });
        }
        assertThat(failed).isEmpty();
        assertThat(dial.cancel()).isFalse();
    }

    @Test
    void furtherAttemptsAreStopped() {
        setup = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        Dialer.Dial dial = connect(endpoint(freePort(), false));
        awaitRetry(dial);
        assertThat(dial.cancel()).as("nothing waits any more").isFalse();
        loop.pass(RETRY.multipliedBy(10));
        assertThat(open).isEmpty();
        assertThat(failed).isEmpty();
    }

    @Test
    void serverThatIsGoneMeanwhileIsNotTriedAgain() {
        setup = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        Endpoint endpoint = endpoint(freePort(), false);
        connect(endpoint);
        await(ended);
        loop.turn();
        table.remove(endpoint);
        loop.pass(RETRY);
        assertThat(failed).containsExactly(ConnectFailure.REFUSED);
    }

    @Test
    void serverThatWantsTlsIsNeverReachedInPlainText() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, HERE)) {
            Dialer.Dial dial = connect(endpoint(server.getLocalPort(), true));
            assertThat(dial.cancel()).isFalse();
            assertThat(failed).as("told later, as always").isEmpty();
            await(failed);
            assertThat(failed).containsExactly(ConnectFailure.UNREACHABLE);
            assertThat(open).isEmpty();
        }
    }
}
