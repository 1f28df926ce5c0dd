package io.revproc.e2e;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.X509Bundle;
import io.revproc.client.ProxyUnreachableException;
import io.revproc.client.Reply;
import io.revproc.client.RevprocClient;
import io.revproc.server.PolicyServer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The library's client and server on the two sides of a proxy. */
class ClientLibraryTest {
    private static final TestCertificates OURS = new TestCertificates();

    @Test
    void messagesAreAnsweredByTheHandlerOfTheirPolicy() {
        try (TestProxy proxy = TestProxy.with();
                PolicyServer server = PolicyServer.builder().proxies("" + proxy.address().getPort()).id("7")
                        .handle("PP_1",
                                request -> io.revproc.server.Reply.of(request.payloadText().toUpperCase(Locale.ROOT)))
                        .build().start();
                RevprocClient client = RevprocClient.builder().proxies("" + proxy.address().getPort()).id("1327")
                        .build()) {
            proxy.awaitServers("PP_1", 1);
            Reply reply = client.send("PP_1", "grüße \"x\" \\ \n 😀").join();
            assertThat(reply.payloadText()).isEqualTo("GRÜSSE \"X\" \\ \n 😀");
            assertThat(reply.server()).isEqualTo("7");
            assertThat(client.call("PP_1", "again").payloadText()).isEqualTo("AGAIN");
            List<CompletableFuture<Reply>> all = IntStream.range(0, 500).mapToObj(i -> client.send("PP_1", "m" + i))
                    .toList();
            for (int i = 0; i < all.size(); i++) {
                assertThat(all.get(i).join().payloadText()).isEqualTo("M" + i);
            }
            assertThat(client.inFlight()).isZero();
            assertThat(server.answered()).isEqualTo(502);
        }
    }

    @Test
    void bothSidesSpeakTlsAndEachChecksTheOther() throws Exception {
        X509Bundle own = OURS.local();
        SslContext client = SslContextBuilder.forClient().keyManager(own.toKeyManagerFactory())
                .trustManager(OURS.authority()).build();
        SslContext server = SslContextBuilder.forServer(own.toKeyManagerFactory()).trustManager(OURS.authority())
                .clientAuth(ClientAuth.REQUIRE).build();
        try (TestProxy proxy = TestProxy.with(OURS.bundles(OURS.local()), "revproc.listener.tls.bundle", "test",
                "revproc.listener.tls.client-auth", "need")) {
            String address = "127.0.0.1:" + proxy.address().getPort();
            try (PolicyServer serving = PolicyServer.builder().proxies(address).id("7").tls(client, server)
                    .handle("PP_1", request -> io.revproc.server.Reply.of(request.payload())).build().start();
                    RevprocClient netty = RevprocClient.builder().proxies(address).tls(client).build();
                    RevprocClient jdk = RevprocClient.builder().proxies(address).tls(OURS.peer(own)).build();
                    RevprocClient elsewhere = RevprocClient.builder()
                            .proxies(address)
                            .tls(new TestCertificates().peer(own)).connectTimeout(Duration.ofMillis(200)).build()) {
                proxy.awaitServers("PP_1", 1);
                for (int size : new int[]{1, 20_000, 300_000}) {
                    String payload = "x".repeat(size);
                    assertThat(netty.call("PP_1", payload).payloadText()).isEqualTo(payload);
                    assertThat(jdk.call("PP_1", payload).payloadText()).isEqualTo(payload);
                }
                assertThatThrownBy(() -> elsewhere.call("PP_1", "s3cret"))
                        .isInstanceOf(ProxyUnreachableException.class).hasMessageContaining("no TLS with the proxy");
                assertThat(serving.answered()).isEqualTo(6);
            }
        }
    }

    /** The proxy's certificate names this machine, but not this name of it. */
    @Test
    void certificateThatDoesNotNameTheHostIsRefusedByEitherKindOfContext() throws Exception {
        X509Bundle own = OURS.local();
        try (TestProxy proxy = TestProxy.with(OURS.bundles(OURS.issue("proxy.example.org")),
                "revproc.listener.tls.bundle", "test");
                RevprocClient netty = RevprocClient.builder().proxies("" + proxy.address().getPort())
                        .tls(SslContextBuilder.forClient().trustManager(OURS.authority()).build())
                        .connectTimeout(Duration.ofMillis(200)).build();
                RevprocClient jdk = RevprocClient.builder().proxies("" + proxy.address().getPort())
                        .tls(OURS.peer(own)).connectTimeout(Duration.ofMillis(200)).build()) {
            assertThatThrownBy(() -> netty.call("PP_1", "s3cret")).isInstanceOf(ProxyUnreachableException.class);
            assertThatThrownBy(() -> jdk.call("PP_1", "s3cret")).isInstanceOf(ProxyUnreachableException.class);
        }
    }
}
