package io.revproc.bench;

import java.io.IOException;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;

/** Makes the load beside a soak's messages: connections that say nothing or half of something, and registrations. */
final class SoakChurn {
    private static final int HELD = 200;
    private static final int SERVERS = 100;

    private final int port;
    private final SoakTally tally;
    private final Soak.Stop stop;
    private final Random random = new Random(7);

    SoakChurn(int port, SoakTally tally, Soak.Stop stop) {
        this.port = port;
        this.tally = tally;
        this.stop = stop;
    }

    /** Clients that open a connection and send nothing, or half a message, and are silent, or leave with or without a farewell. */
    void halfOpen() {
        byte[] half = "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"SOAK_1\", \"payload\": \"and then".getBytes(
                StandardCharsets.US_ASCII);
        Deque<Socket> held = new ArrayDeque<>();
        while (!stop.asked()) {
            try {
                Socket socket = new Socket("127.0.0.1", port);
                held.add(socket);
                tally.halfOpen.increment();
                socket.getOutputStream().write(half, 0, random.nextInt(half.length));
                if (held.size() > HELD) {
                    Socket oldest = held.remove();
                    if (random.nextBoolean()) {
                        oldest.setOption(StandardSocketOptions.SO_LINGER, 0);
                    }
                    oldest.close();
                }
            } catch (IOException e) {
                tally.complain("half-open: " + e.getMessage());
            }
            stop.pause(10);
        }
        held.forEach(SoakChurn::close);
    }

    /** Servers of other policies, of both protocols, that register, move to another port, and go. Nobody listens at their ports. */
    void registrations() {
        while (!stop.asked()) {
            Ident id = Ident.of(1 + random.nextInt(SERVERS));
            Ident policy = Ident.of("COMES_" + random.nextInt(10));
            int dataPort = 1 + random.nextInt(9);
            Message setup = random.nextBoolean()
                    ? Message.Setup.part1(id, policy, dataPort)
                    : new Message.Setup(id, policy, dataPort, 2, true, 1, null, 0, null, false);
            try (Socket socket = new Socket("127.0.0.1", port)) {
                socket.setSoTimeout(60_000);
                socket.getOutputStream().write(MessageCodec.write(setup));
                if (socket.getInputStream().read() < 0) {
                    tally.complain("a setup was not answered");
                }
                tally.registrations.increment();
            } catch (IOException e) {
                tally.complain("registration: " + e.getMessage());
            }
            stop.pause(20);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is over anyway
        }
    }
}
