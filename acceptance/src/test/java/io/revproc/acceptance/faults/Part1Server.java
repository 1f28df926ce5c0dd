package io.revproc.acceptance.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;

/** A server of the seed's kind that counts: registers once and for all, then one connection and one message at a time. */
final class Part1Server implements AutoCloseable {
    private final String policy;
    private final Ledger ledger;
    private final AtomicInteger received = new AtomicInteger();
    private final ServerSocket listening;

    Part1Server(int proxyPort, int id, String policy, Ledger ledger) throws IOException {
        this.policy = policy;
        this.ledger = ledger;
        this.listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("part1-server").start(this::serve);
        try (Socket setup = new Socket(InetAddress.getLoopbackAddress(), proxyPort)) {
            setup.getOutputStream()
                    .write(("{\"type\": 1, \"id\": " + id + ", \"privPolyId\": \"" + policy + "\", \"listenport\": "
                            + listening.getLocalPort() + "}").getBytes(StandardCharsets.UTF_8));
            if (setup.getInputStream().read(new byte[1024]) <= 0) {
                throw new AssertionError("no answer to the setup");
            }
        }
    }

    private void serve() {
        while (!listening.isClosed()) {
            try (Socket socket = listening.accept(); JsonParser parser = Seen.parser(socket.getInputStream())) {
                Seen message = Seen.next(parser);
                if (message == null) {
                    ledger.emptyConnection();
                    continue;
                }
                received.incrementAndGet();
                ledger.delivered(Shot.number(message.payload()), policy);
                socket.getOutputStream().write(("{\"type\": 2, \"srcid\": 1, \"destid\": " + message.srcId()
                        + ", \"payloadsize\": 40, \"payload\": \"" + Digest.sha1(message.payload()) + "\"}")
                        .getBytes(StandardCharsets.UTF_8));
            } catch (IOException | JacksonException e) {
                // the proxy was killed, or the test is over
            }
        }
    }

    int received() {
        return received.get();
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
