package io.revproc.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A server as the seed's: listens with a backlog of one, handles one connection at a time, reads once, answers, closes. What it
 * can't read kills it for good: a connection without a message, half a message, a message without one of its keys.
 */
final class SeedServer implements AutoCloseable {
    /** What was met in the wild. */
    enum Habit {
        /** All numbers of the setup are strings. */
        STRINGS,
        /** The policy's key is spelt as in a data message. */
        PRIV_POLI_ID,
        /** The registration connection is closed before its answer is read. */
        HASTY,
        /** The registration connection stays open and idle. */
        LINGERS,
        /** Listens only after the answer to its setup was read. */
        LATE,
        /** Takes each message only once {@link #let} allowed it. */
        HELD
    }

    /** What it reads at most, at once. */
    private static final int BUFFER = 1 << 20;

    private final InetSocketAddress proxy;
    private final int id;
    private final Set<Habit> habits;
    private final int buffer;
    private final Semaphore allowed = new Semaphore(0);
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final List<Socket> kept = new CopyOnWriteArrayList<>();
    private final int port;
    private volatile ServerSocket listening;
    private volatile String cause = "";
    private volatile @Nullable Thread serving;

    private SeedServer(InetSocketAddress proxy, int id, int buffer, Set<Habit> habits) throws IOException {
        this.proxy = proxy;
        this.id = id;
        this.buffer = buffer;
        this.habits = habits;
        this.listening = listen(0);
        this.port = listening.getLocalPort();
        if (!habits.contains(Habit.LATE)) {
            serve();
        }
    }

    /** A server that listens and has not registered. */
    static SeedServer of(TestProxy proxy, int id, Habit... habits) throws IOException {
        return of(proxy, id, BUFFER, habits);
    }

    /** @param buffer the most bytes that it reads; of a longer message it sees a part */
    static SeedServer of(TestProxy proxy, int id, int buffer, Habit... habits) throws IOException {
        Set<Habit> all = EnumSet.noneOf(Habit.class);
        all.addAll(Arrays.asList(habits));
        return new SeedServer(proxy.address(), id, buffer, all);
    }

    private static ServerSocket listen(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
        return socket;
    }

    /** Sets the server up for a policy; answers what the proxy said, or nothing if the server does not read it. */
    String register(Object policy) throws IOException {
        boolean strings = habits.contains(Habit.STRINGS);
        if (habits.contains(Habit.LATE)) {
            listening.close();
        }
        String setup = "{\"type\": " + number(strings, 1) + ", \"id\": " + number(strings, id) + ", \""
                + (habits.contains(Habit.PRIV_POLI_ID) ? "privPoliId" : "privPolyId") + "\": " + Json.value(policy)
                + ", \"listenport\": " + number(strings, port) + "}";
        Socket socket = new Socket(proxy.getAddress(), proxy.getPort());
        kept.add(socket);
        socket.getOutputStream().write(setup.getBytes(StandardCharsets.UTF_8));
        if (habits.contains(Habit.HASTY)) {
            socket.close();
            return "";
        }
        byte[] answer = new byte[1024];
        int n = socket.getInputStream().read(answer);
        if (!habits.contains(Habit.LINGERS)) {
            socket.close();
        }
        if (habits.contains(Habit.LATE)) {
            listening = listen(port);
            serve();
        }
        return new String(answer, 0, n, StandardCharsets.UTF_8);
    }

    private static String number(boolean strings, int number) {
        return strings ? "\"" + number + "\"" : "" + number;
    }

    private void serve() {
        ServerSocket mine = listening;
        serving = Thread.ofVirtual().name("seed-server-" + id).start(() -> {
            try (mine) {
                while (true) {
                    try (Socket socket = mine.accept()) {
                        handle(socket);
                    }
                }
            } catch (IOException | InterruptedException e) {
                // closed by the test
            } catch (JacksonException | NullPointerException e) {
                cause = e.toString();
            }
        });
    }

    private void handle(Socket socket) throws IOException, InterruptedException {
        if (habits.contains(Habit.HELD)) {
            allowed.acquire();
        }
        InputStream in = socket.getInputStream();
        byte[] bytes = new byte[buffer];
        int n = in.read(bytes);
        if (buffer == BUFFER && n > 1024) {
            // a patient one: takes what follows at once
            n = more(in, bytes, n);
        }
        String text = n < 0 ? "" : new String(bytes, 0, n, StandardCharsets.UTF_8);
        received.add(text);
        JsonNode message = Json.parse(text);
        message.get("payloadsize").asString();
        String payload = message.get("payload").asString();
        JsonNode client = message.get("srcid");
        socket.getOutputStream().write(
                Json.ack(id, client.isString() ? client.asString() : client.asLong(), payload).getBytes(
                        StandardCharsets.UTF_8));
    }

    private static int more(InputStream in, byte[] bytes, int had) throws IOException {
        int n = had;
        while (bytes[n - 1] != '}') {
            int next = in.read(bytes, n, bytes.length - n);
            if (next < 0) {
                break;
            }
            n += next;
        }
        return n;
    }

    /** Lets a held server take so many messages. */
    SeedServer let(int messages) {
        allowed.release(messages);
        return this;
    }

    int port() {
        return port;
    }

    /** What each connection brought, in order; empty for one that brought nothing. */
    List<String> received() {
        return received;
    }

    /** What killed it; empty if it lives. */
    String cause() {
        return cause;
    }

    @Override
    public void close() {
        try {
            listening.close();
            for (Socket socket : kept) {
                socket.close();
            }
            Thread last = serving;
            if (last != null && !habits.contains(Habit.HELD)) {
                // Until it has seen the end it may still take a connection and answer it.
                last.join(Duration.ofSeconds(10));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
