package io.revproc.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.Set;

import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.PayloadDigest;
import io.revproc.wire.WireException;

/**
 * A client of the soak: sends messages of several policies, some at a time, and checks each answer: whether it is this message's, and
 * whether the server that gave it serves the message's policy.
 */
final class SoakClient implements Runnable {
    private static final int PATIENCE_MILLIS = 60_000;

    /** A policy, and the ids of the servers that serve it and nothing else. */
    record Route(String policy, Set<String> servers) {}

    private record Sent(Route route, Ident from, String payload) {}

    private final int port;
    private final List<Route> routes;
    private final SoakTally tally;
    private final Soak.Stop stop;
    private final int depth;
    private final int perConnection;
    private final Random random;

    /**
     * @param depth         how many messages are sent before their answers are waited for
     * @param perConnection after how many messages it connects anew
     */
    SoakClient(int port, List<Route> routes, SoakTally tally, Soak.Stop stop, int depth, int perConnection, long seed) {
        this.port = port;
        this.routes = routes;
        this.tally = tally;
        this.stop = stop;
        this.depth = depth;
        this.perConnection = perConnection;
        this.random = new Random(seed);
    }

    @Override
    public void run() {
        while (!stop.asked()) {
            Deque<Sent> unanswered = new ArrayDeque<>();
            try (Socket socket = new Socket("127.0.0.1", port)) {
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(PATIENCE_MILLIS);
                tally.connections.increment();
                talk(socket, unanswered);
            } catch (IOException e) {
                tally.complain("a connection ended with " + unanswered.size() + " unanswered: " + e.getMessage());
            }
            tally.lost.add(unanswered.size());
        }
    }

    private void talk(Socket socket, Deque<Sent> unanswered) throws IOException {
        MessageFramer framer = new MessageFramer(1 << 20);
        byte[] buffer = new byte[64 * 1024];
        for (int sent = 0; sent < perConnection && !stop.asked(); sent += depth) {
            byte[] batch = new byte[0];
            for (int i = 0; i < depth; i++) {
                byte[] message = next(unanswered);
                int at = batch.length;
                batch = Arrays.copyOf(batch, at + message.length);
                System.arraycopy(message, 0, batch, at, message.length);
            }
            socket.getOutputStream().write(batch);
            read(socket.getInputStream(), framer, buffer, unanswered);
            stop.pause(5 + random.nextInt(10));
        }
    }

    private byte[] next(Deque<Sent> unanswered) {
        Route route = routes.get(random.nextInt(routes.size()));
        Ident from = Ident.of(1 + random.nextInt(9_999));
        // mostly small, now and then large
        String payload = "p".repeat(random.nextInt(random.nextInt(50) == 0 ? 20_000 : 200)) + random.nextInt();
        unanswered.add(new Sent(route, from, payload));
        return MessageCodec.write(Message.Data.of(from, Ident.of(route.policy()), payload));
    }

    private void read(InputStream in, MessageFramer framer, byte[] buffer, Deque<Sent> unanswered) throws IOException {
        while (!unanswered.isEmpty()) {
            int read = in.read(buffer);
            if (read < 0) {
                throw new IOException("closed by the proxy");
            }
            framer.offer(buffer, 0, read);
            MessageFramer.Event event;
            while ((event = framer.poll()) == MessageFramer.Event.MESSAGE) {
                if (unanswered.isEmpty()) {
                    tally.misled.increment();
                    tally.complain("an answer that nobody waits for");
                    return;
                }
                check(unanswered.remove(), framer);
            }
            if (event != MessageFramer.Event.NEED_MORE) {
                throw new IOException("no message: " + framer.reason());
            }
            framer.park();
        }
    }

    private void check(Sent sent, MessageFramer framer) throws IOException {
        Message message;
        try {
            message = MessageCodec.read(framer.array(), framer.start(), framer.end());
        } catch (WireException e) {
            throw new IOException(e);
        }
        switch (message) {
            case Message.Ack ack -> {
                tally.answered.increment();
                if (!sent.route().servers().contains(ack.srcId().text()) || !ack.destId().equals(sent.from())
                        || !ack.payload().equals(PayloadDigest.of(sent.payload()))) {
                    tally.misled.increment();
                    tally.complain("a message for " + sent.route().policy() + " was answered by server " + ack.srcId()
                            + " for client " + ack.destId());
                }
            }
            case Message.Refusal refusal -> tally.refused(refusal.code());
            default -> throw new IOException("not an answer");
        }
    }
}
