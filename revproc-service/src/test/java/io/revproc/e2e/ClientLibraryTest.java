package io.revproc.e2e;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.revproc.client.Reply;
import io.revproc.client.RevprocClient;
import io.revproc.server.PolicyServer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The library's client and server on the two sides of a proxy. */
class ClientLibraryTest {
    private final TestProxy proxy = TestProxy.with();

    @Test
    void messagesAreAnsweredByTheHandlerOfTheirPolicy() {
        try (proxy;
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
}
