package io.revproc.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

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

    /** Sets up as the seed's server does; returns the answer. */
    private JsonNode setUp(TestProxy proxy, String policy) throws IOException {
        try (Socket socket = new Socket(proxy.address().getAddress(), proxy.address().getPort(), address, 0)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(("{\"type\": 1, \"id\": 1, \"privPolyId\": \"" + policy
                    + "\", \"listenport\": " + port + "}").getBytes(StandardCharsets.UTF_8));
            return new Messages(socket.getInputStream()).next();
        }
    }

    private void accepted(TestProxy proxy, String policy) throws IOException {
        assertThat(setUp(proxy, policy).has("Status")).isTrue();
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
                accepted(proxies.get(0), policy);
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
        accepted(proxies.get(0), "X");
        known("X");
        stop("STOP");
        JsonNode refusal = setUp(proxies.get(0), "Y");
        assertThat(refusal.path("retryable").asBoolean()).as(refusal.toString()).isTrue();
        stop("CONT");
        awaitConnected(true);
        nowhere("X", 1);
        accepted(proxies.get(0), "Y");
        known("Y");
    }

    @Test
    void aProxyThatDoesNotHearOfItIsWaitedForUntilItsLeaseIsOver() throws Exception {
        Cable cable = cable(0);
        TestProxy one = start(etcd().endpoints(0), "revproc.store.etcd.lease-ttl", "3s");
        TestProxy two = start(cable.endpoint(), "revproc.store.etcd.lease-ttl", "3s");
        accepted(one, "X");
        known("X");
        soon().until(() -> etcd().keys(0, prefix + "proxies/").size() == 2);
        cable.cut();
        accepted(one, "Y");
        assertThat(etcd().keys(0, prefix + "proxies/")).as("proxies with a lease when it is accepted").hasSize(1);
        assertThat(find(two, "X", 1)).as("at the one that is cut off").isNotNull();
        cable.mend();
        nowhere("X", 1);
    }
}
