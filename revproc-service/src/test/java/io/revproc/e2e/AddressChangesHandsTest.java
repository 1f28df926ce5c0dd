package io.revproc.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.revproc.upstream.Endpoint;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The address of one old server becomes another one's through a proxy, while another proxy sends messages there: none of the one
 * before reaches the new one, or its setup is not accepted.
 */
class AddressChangesHandsTest extends ThreeProxies {
    private static final int SWAPS = 60;

    /** An address of its own, where no connection of others takes the port meanwhile. */
    private final InetAddress address = InetAddress.ofLiteral("127.77.7.7");
    private final int port;
    private final List<String> wrong = new CopyOnWriteArrayList<>();
    private final AtomicInteger right = new AtomicInteger();

    AddressChangesHandsTest() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, address)) {
            port = free.getLocalPort();
        }
    }

    /** Sets up as the seed's server does, and says when the address is its own wherever it has to be. */
    private CompletableFuture<Boolean> setUp(TestProxy proxy, String policy) throws IOException {
        Endpoint before = find(proxy, policy, 1);
        try (Socket socket = new Socket(proxy.address().getAddress(), proxy.address().getPort(), address, 0)) {
            socket.getOutputStream().write(("{\"type\": 1, \"id\": 1, \"privPolyId\": \"" + policy
                    + "\", \"listenport\": " + port + "}").getBytes(StandardCharsets.UTF_8));
            soon().until(() -> find(proxy, policy, 1) != before);
        }
        CompletableFuture<Boolean> settled = new CompletableFuture<>();
        proxy.store().settle(Objects.requireNonNull(find(proxy, policy, 1)), settled::complete);
        return settled;
    }

    /** Listens only now, as the seed's server. */
    private ServerSocket listen(String policy) throws IOException {
        ServerSocket listening = new ServerSocket(port, 50, address);
        Thread.ofVirtual().start(() -> serve(listening, policy));
        return listening;
    }

    private void serve(ServerSocket listening, String policy) {
        try {
            while (true) {
                Socket socket = listening.accept();
                Thread.ofVirtual().start(() -> answer(socket, policy));
            }
        } catch (IOException e) {
            // its life is over
        }
    }

    private void answer(Socket accepted, String policy) {
        try (Socket socket = accepted) {
            JsonNode message = new Messages(socket.getInputStream()).next();
            if (!message.path("privPoliId").asString().equals(policy)) {
                wrong.add(policy + " got " + message);
            }
            right.incrementAndGet();
            socket.getOutputStream()
                    .write(Json.ack(1, message.get("srcid").asLong(), message.get("payload").asString())
                            .getBytes(StandardCharsets.UTF_8));
        } catch (IOException | RuntimeException e) {
            // the proxy closed it
        }
    }

    private final class Flow implements AutoCloseable {
        private final List<Thread> threads = new ArrayList<>();
        private volatile boolean over;

        Flow(TestProxy proxy, String... policies) {
            for (String policy : policies) {
                threads.add(Thread.ofVirtual().start(() -> {
                    try (Client client = proxy.connect()) {
                        while (!over) {
                            client.send(Json.data(7, policy, "hello")).next();
                        }
                    } catch (IOException e) {
                        wrong.add("the proxy closed a client's connection: " + e);
                    }
                }));
            }
        }

        @Override
        public void close() throws InterruptedException {
            over = true;
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    private void known(String policy) {
        for (TestProxy proxy : proxies) {
            soon().until(() -> find(proxy, policy, 1) != null);
        }
    }

    private void stop(String signal) throws Exception {
        for (int member = 0; member < etcd().size(); member++) {
            etcd().signal(member, signal);
        }
    }

    @Test
    void messagesOfTheOneBeforeDoNotReachTheNewOneThroughAnotherProxy() throws Exception {
        startThree();
        try (Flow flow = new Flow(proxies.get(1), "X", "Y", "X", "Y")) {
            for (int swap = 0; swap < SWAPS; swap++) {
                String policy = swap % 2 == 0 ? "X" : "Y";
                assertThat(setUp(proxies.get(0), policy).get(30, TimeUnit.SECONDS)).isTrue();
                int before = right.get();
                try (ServerSocket life = listen(policy)) {
                    soon().until(() -> right.get() > before);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void withoutEtcdNobodyCanSayThatTheAddressIsTheNewOnes() throws Exception {
        startThree();
        assertThat(setUp(proxies.get(0), "X").get(30, TimeUnit.SECONDS)).isTrue();
        known("X");
        stop("STOP");
        assertThat(setUp(proxies.get(0), "Y").get(8, TimeUnit.SECONDS)).isFalse();
        stop("CONT");
        awaitConnected(true);
        nowhere("X", 1);
        known("Y");
        assertThat(setUpAgain("Y")).isTrue();
    }

    /** As a server that was told to try again. */
    private boolean setUpAgain(String policy) throws Exception {
        Endpoint there = Objects.requireNonNull(find(proxies.get(0), policy, 1));
        CompletableFuture<Boolean> settled = new CompletableFuture<>();
        proxies.get(0).store().settle(there, settled::complete);
        return settled.get(30, TimeUnit.SECONDS);
    }

    @Test
    void aProxyThatDoesNotHearOfItIsWaitedForUntilItsLeaseIsOver() throws Exception {
        Cable cable = cable(0);
        TestProxy one = start(etcd().endpoints(0), "revproc.store.etcd.lease-ttl", "3s");
        TestProxy two = start(cable.endpoint(), "revproc.store.etcd.lease-ttl", "3s");
        assertThat(setUp(one, "X").get(30, TimeUnit.SECONDS)).isTrue();
        known("X");
        soon().until(() -> etcd().keys(0, prefix + "proxies/").size() == 2);
        cable.cut();
        CompletableFuture<Boolean> settled = setUp(one, "Y");
        List<String> then = settled.thenApply(yes -> etcd().keys(0, prefix + "proxies/")).get(30, TimeUnit.SECONDS);
        assertThat(settled.get()).isTrue();
        assertThat(then).as("proxies with a lease when the setup is accepted").hasSize(1);
        assertThat(find(two, "X", 1)).as("at the one that is cut off").isNotNull();
        cable.mend();
        nowhere("X", 1);
    }
}
