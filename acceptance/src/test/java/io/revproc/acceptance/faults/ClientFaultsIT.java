package io.revproc.acceptance.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.revproc.acceptance.faults.SharedProxy.Running;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Clients by the thousand that say nothing, or little by little, while others work. Faults 8 and 9. */
@ExtendWith(SharedProxy.class)
class ClientFaultsIT {
    private static final int CAPACITY = 1_000_000;
    private static final int CLIENTS = 5_000;
    private static final String BEGUN = "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"CALM\", \"payload\": \"";

    /** As many as were asked for, if this machine lets a process have so many files. */
    private static int affordable() throws IOException {
        String limits = Files.readString(Path.of("/proc/self/limits"));
        String most = limits.replaceAll("(?s).*Max open files\\s+\\d+\\s+(\\d+).*", "$1");
        int files = most.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(most);
        int clients = Math.min(CLIENTS, files - 1_500);
        if (clients < CLIENTS) {
            System.out.println("ONLY " + clients + " CONNECTIONS: a process may have " + files + " files here");
        }
        return clients;
    }

    private static List<SocketChannel> connect(int port, int clients) throws IOException {
        List<SocketChannel> channels = new ArrayList<>(clients);
        for (int i = 0; i < clients; i++) {
            channels.add(SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
        }
        return channels;
    }

    private static void closeAll(List<SocketChannel> channels) {
        for (SocketChannel channel : channels) {
            try {
                channel.close();
            } catch (IOException e) {
                // closed is closed
            }
        }
    }

    @Test
    void silentAndHalfOpenClientsAreClosedAndHoldUpNobody(Running proxy) throws Exception {
        Ledger ledger = new Ledger(CAPACITY);
        List<SocketChannel> silent = List.of();
        try (CountingServer server = CountingServer.of(proxy.port(), 1, "CALM", ledger);
                Load load = Load.steady(proxy.port(), ledger, "CALM")) {
            silent = connect(proxy.port(), affordable());
            // half of them have an answer waiting that nobody reads
            for (int i = 0; i < silent.size(); i += 2) {
                silent.get(i).write(ByteBuffer.wrap("{\"type\": 0, \"srcid\": 1}".getBytes(StandardCharsets.UTF_8)));
            }
            load.awaitAnswers(1_000);
            for (SocketChannel channel : silent) {
                awaitEnd(channel);
            }
            load.finish().assertClean().assertConnectionsKept().assertRefusedOnlyWith();
            assertThat(server.received()).isEqualTo(ledger.sent());
        } finally {
            closeAll(silent);
        }
    }

    /** Reads to the end of the connection, which the proxy has to set. */
    private static String awaitEnd(SocketChannel channel) throws IOException {
        channel.socket().setSoTimeout(60_000);
        return new String(channel.socket().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void clientsThatDripAreRefusedInTimeWhileOthersWork(Running proxy) throws Exception {
        Ledger ledger = new Ledger(CAPACITY);
        List<SocketChannel> dripping = List.of();
        try (CountingServer server = CountingServer.of(proxy.port(), 1, "CALM-9", ledger);
                Load load = Load.steady(proxy.port(), ledger, "CALM-9")) {
            dripping = connect(proxy.port(), affordable());
            byte[] begun = BEGUN.getBytes(StandardCharsets.UTF_8);
            for (int at = 0; at < 20; at++) {
                for (SocketChannel channel : dripping) {
                    drip(channel, begun[at]);
                }
            }
            load.awaitAnswers(500);
            int refused = 0;
            for (SocketChannel channel : dripping) {
                refused += awaitEnd(channel).contains("not complete within") ? 1 : 0;
            }
            assertThat(refused).isEqualTo(dripping.size());
            await().atMost(Duration.ofSeconds(60)).until(() -> ledger.account().answered() > 1_000);
            load.finish().assertClean().assertConnectionsKept().assertRefusedOnlyWith();
            assertThat(server.received()).isEqualTo(ledger.sent());
        } finally {
            closeAll(dripping);
        }
    }

    private static void drip(SocketChannel channel, byte one) {
        try {
            channel.write(ByteBuffer.wrap(new byte[]{one}));
        } catch (IOException e) {
            // refused already, on a machine that is slower than the drip
        }
    }
}
