package io.revproc.proxy.listener;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.unix.DomainSocketAddress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Each step of accepting a connection by itself, without a socket. */
class AdmissionStepTest {
    private final ListenerTally tally = new ListenerTally();
    private final List<Accepted> letIn = new ArrayList<>();
    private final List<EmbeddedChannel> channels = new ArrayList<>();

    @AfterEach
    void end() {
        channels.forEach(EmbeddedChannel::finishAndReleaseAll);
    }

    @SuppressWarnings("NullAway") // these steps do not look at the loop
    private Accepted from(SocketAddress remote, boolean tls) {
        EmbeddedChannel channel = new EmbeddedChannel() {
            @Override
            protected SocketAddress remoteAddress0() {
                return remote;
            }
        };
        channels.add(channel);
        return Accepted.of(channel, null, tls);
    }

    private Accepted from(String address) {
        return from(new InetSocketAddress(InetAddress.ofLiteral(address), 4000), false);
    }

    private static @Nullable String said(Accepted connection) {
        ByteBuf buffer = ((EmbeddedChannel) connection.channel()).readOutbound();
        if (buffer == null) {
            return null;
        }
        String text = buffer.toString(StandardCharsets.UTF_8);
        buffer.release();
        return text;
    }

    @Test
    void connectionGoesThroughTheStepsInOrderUntilOneKeepsIt() {
        List<String> seen = new ArrayList<>();
        Consumer<Accepted> chain = AdmissionStep.chain(List.of((connection, next) -> {
            seen.add("one");
            next.accept(connection);
        }, (connection, next) -> {
            seen.add("two");
            if (connection.local()) {
                next.accept(connection);
            }
        }), letIn::add);
        chain.accept(from("192.0.2.1"));
        assertThat(seen).containsExactly("one", "two");
        assertThat(letIn).isEmpty();
        Accepted local = from(new DomainSocketAddress("/run/socket"), true);
        chain.accept(local);
        assertThat(letIn).containsExactly(local);
        assertThat(local.secured()).as("there is no TLS on a Unix socket").isFalse();
    }

    @Test
    void connectionsOverTheLimitHearWhyAndThoseThatCloseMakeRoom() {
        AtomicInteger connections = new AtomicInteger();
        ConnectionLimit limit = new ConnectionLimit(connections, 1, tally);
        Accepted first = from("192.0.2.1");
        Accepted second = from("192.0.2.2");
        limit.admit(first, letIn::add);
        limit.admit(second, letIn::add);
        assertThat(letIn).containsExactly(first);
        assertThat(said(second)).contains("OVERLOADED", "too many connections");
        assertThat(second.channel().isOpen()).isFalse();
        assertThat(connections).hasValue(1);
        assertThat(tally.turnAways()).isEqualTo(1);
        first.channel().close();
        assertThat(connections).hasValue(0);
        Accepted third = from("192.0.2.3");
        limit.admit(third, letIn::add);
        assertThat(letIn).containsExactly(first, third);
    }

    @Test
    void whoSpeaksTlsIsTurnedAwayWithoutASentence() {
        ConnectionLimit limit = new ConnectionLimit(new AtomicInteger(), 0, tally);
        Accepted secured = from(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 4000), true);
        limit.admit(secured, letIn::add);
        assertThat(said(secured)).isNull();
        assertThat(secured.channel().isOpen()).isFalse();
    }

    @Test
    void addressHasItsOwnLimit() {
        AddressConnections limit = new AddressConnections(1, tally);
        Accepted first = from("192.0.2.1");
        Accepted second = from("192.0.2.1");
        Accepted other = from("192.0.2.2");
        List.of(first, second, other).forEach(connection -> limit.admit(connection, letIn::add));
        assertThat(letIn).containsExactly(first, other);
        assertThat(said(second)).contains("from this address");
        first.channel().close();
        Accepted third = from("192.0.2.1");
        limit.admit(third, letIn::add);
        assertThat(letIn).containsExactly(first, other, third);
    }

    @Test
    void addressOfTheUnixSocketAndALimitOfZeroCountNobody() {
        AddressConnections one = new AddressConnections(1, tally);
        AddressConnections none = new AddressConnections(0, tally);
        for (int i = 0; i < 3; i++) {
            one.admit(from(new DomainSocketAddress("/run/socket"), false), letIn::add);
            none.admit(from("192.0.2.1"), letIn::add);
        }
        assertThat(letIn).hasSize(6);
    }

    @Test
    void connectionOfALoadBalancerCountsToWhoOpenedIt() {
        Accepted balancer = from("192.0.2.1");
        InetSocketAddress source = new InetSocketAddress(InetAddress.ofLiteral("198.51.100.7"), 5);
        assertThat(balancer.of(source).peer()).isEqualTo(source);
        assertThat(balancer.of(source).channel()).isSameAs(balancer.channel());
    }
}
