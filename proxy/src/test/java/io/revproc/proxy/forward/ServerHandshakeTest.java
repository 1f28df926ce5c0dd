package io.revproc.proxy.forward;

import java.net.InetAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.tls.ForwardTls;
import io.revproc.proxy.tls.ForwardTlsSettings;
import io.revproc.proxy.tls.HandshakeFailure;
import io.revproc.proxy.tls.ListenerTlsSettings;
import io.revproc.proxy.tls.TlsEngine;
import io.revproc.proxy.tls.TlsMaterial;
import io.revproc.proxy.tls.TlsMaterials;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Nobody learns of a connection to a server before the handshake is done and the server is the one that registered. */
class ServerHandshakeTest {
    private final ForwardTls tls = Objects.requireNonNull(
            ForwardTls.of(new ForwardTlsSettings("servers", false, false, TlsEngine.JDK),
                    new ListenerTlsSettings(null, ListenerTlsSettings.ClientAuthentication.NONE, false, TlsEngine.JDK,
                            Duration.ofSeconds(1)),
                    new Trusting()));
    private final List<String> told = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ChannelInboundHandlerAdapter handler = new ChannelInboundHandlerAdapter() {
        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            told.add("inactive");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            told.add("exception");
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            told.add("event " + event);
        }
    };

    /** A bundle that trusts everybody: whom it trusts is the engine's matter. */
    private static final class Trusting implements TlsMaterials, TlsMaterial {
        @Override
        public TlsMaterial find(String name) {
            return this;
        }

        @Override
        public void onChange(String name, Consumer<TlsMaterial> changed) {}

        @Override
        public @Nullable KeyManagerFactory key() {
            return null;
        }

        @Override
        public TrustManagerFactory trust() {
            return InsecureTrustManagerFactory.INSTANCE;
        }

        @Override
        public List<String> ciphers() {
            return List.of();
        }
    }

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
    }

    private void start(@Nullable String certificate) {
        SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, 10),
                () -> Instant.EPOCH, () -> 0);
        Endpoint endpoint = table.register(new EndpointSpec(Ident.of("PP_1"), Ident.of(1),
                InetAddress.getLoopbackAddress(), 9001, 2, true, 1, null, 1, true, null, certificate), "L1");
        Consumer<Channel> connected = open -> told.add("connected");
        ServerHandshake.start(channel, tls, endpoint, 700, handler, connected, () -> told.add("unreachable"));
    }

    private void fire(Object event) {
        channel.pipeline().fireUserEventTriggered(event);
    }

    @Test
    void connectionIsToldOfOnceItsHandshakeIsDone() {
        start(null);
        assertThat(told).isEmpty();
        assertThat(channel.pipeline().get(SslHandler.class).getHandshakeTimeoutMillis()).isEqualTo(700);
        fire(SslHandshakeCompletionEvent.SUCCESS);
        assertThat(told).containsExactly("connected");
        assertThat(channel.pipeline().last()).isSameAs(handler);
        fire("other");
        channel.pipeline().fireExceptionCaught(new IllegalStateException());
        assertThat(told).containsExactly("connected", "event other", "exception");
        fire(SslHandshakeCompletionEvent.SUCCESS);
        assertThat(told).as("not connected twice").filteredOn("connected"::equals).hasSize(1);
        channel.close();
        assertThat(told).contains("inactive").doesNotContain("unreachable");
    }

    @Test
    void serverThatIsNotTheOneThatRegisteredGetsNothing() {
        start("0".repeat(64));
        fire(SslHandshakeCompletionEvent.SUCCESS);
        assertThat(told).containsExactly("unreachable");
        assertThat(channel.isOpen()).isFalse();
        assertThat(tls.failures(HandshakeFailure.CERTIFICATE_REFUSED)).isEqualTo(1);
        assertThat(tls.failures(HandshakeFailure.CLOSED)).as("counted once").isZero();
    }

    @Test
    void failedHandshakeIsCountedByItsReasonOnce() {
        start(null);
        fire(new SslHandshakeCompletionEvent(new SslHandshakeTimeoutException("late")));
        fire(new SslHandshakeCompletionEvent(new ClosedChannelException()));
        assertThat(told).containsExactly("unreachable");
        assertThat(channel.isOpen()).isFalse();
        assertThat(tls.failures(HandshakeFailure.TIMEOUT)).isEqualTo(1);
        assertThat(tls.failures(HandshakeFailure.CLOSED)).isZero();
    }

    @Test
    void serverThatLeavesBeforeTheHandshakeIsDoneIsNotReached() {
        start(null);
        channel.close();
        assertThat(told).containsExactly("unreachable");
        assertThat(tls.failures(HandshakeFailure.CLOSED)).isEqualTo(1);
    }

    @Test
    void errorDuringTheHandshakeClosesTheConnection() {
        start(null);
        channel.pipeline().fireExceptionCaught(new IllegalStateException());
        assertThat(channel.isOpen()).isFalse();
        assertThat(told).containsExactly("unreachable");
    }

    @Test
    void serverThatSaysThatItEndsIsLeft() {
        start(null);
        fire(SslHandshakeCompletionEvent.SUCCESS);
        fire(SslCloseCompletionEvent.SUCCESS);
        assertThat(channel.isOpen()).isFalse();
        assertThat(told).startsWith("connected").endsWith("inactive").doesNotContain("unreachable");
    }
}
