package io.revproc.client.connect;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.revproc.server.FakeProxy;
import io.revproc.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A name with several addresses: one of them after the other. */
class DialerTest {
    private static final Transport AUTO = Transport.choose(Transport.Choice.AUTO, "transport");

    private final FakeProxy proxy = new FakeProxy();
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, AUTO.ioHandlers());
    private final List<String> asked = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        proxy.close();
        loops.shutdownGracefully(50, 2000, TimeUnit.MILLISECONDS).sync();
    }

    private String dial(int turn, String... addresses) throws Exception {
        Dialer dialer = new Dialer(AUTO, loops.next(), Duration.ofSeconds(20), null, host -> {
            asked.add(host);
            InetAddress[] all = new InetAddress[addresses.length];
            for (int i = 0; i < all.length; i++) {
                all[i] = InetAddress.ofLiteral(addresses[i]);
            }
            if (all.length == 0) {
                throw new UnknownHostException(host);
            }
            return all;
        });
        CompletableFuture<String> outcome = new CompletableFuture<>();
        dialer.dial(new ProxyAddress("proxies.test", proxy.port()), turn, new ChannelInboundHandlerAdapter(),
                made -> {
                    outcome.complete(((InetSocketAddress) made.remoteAddress()).getAddress().getHostAddress());
                    made.close();
                }, outcome::complete);
        return outcome.get(60, TimeUnit.SECONDS);
    }

    @Test
    void eachAttemptTakesTheNextAddress() throws Exception {
        String[] addresses = {"127.0.0.2", "127.0.0.1"};
        assertThat(dial(0, addresses)).contains("refused");
        assertThat(dial(1, addresses)).isEqualTo("127.0.0.1");
        assertThat(dial(3, addresses)).isEqualTo("127.0.0.1");
        assertThat(asked).as("looked up anew each time").containsExactly("proxies.test", "proxies.test",
                "proxies.test");
    }

    @Test
    void oneAddressIsTakenAlways() throws Exception {
        assertThat(dial(0, "127.0.0.1")).isEqualTo("127.0.0.1");
        assertThat(dial(5, "127.0.0.1")).isEqualTo("127.0.0.1");
        assertThat(dial(0)).isEqualTo("host proxies.test is unknown");
    }
}
