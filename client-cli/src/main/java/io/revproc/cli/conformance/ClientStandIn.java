package io.revproc.cli.conformance;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.revproc.cli.tls.TlsSockets;
import io.revproc.wire.Message;
import org.jspecify.annotations.Nullable;

/** A stand-in for the proxy that clients send to: does with each message what the scene says. Thread-safe. */
final class ClientStandIn implements AutoCloseable {
    private static final int IDLE_MILLIS = 600_000;
    /** How long a client that sends several messages at once may take for the next one. */
    private static final int NEXT_MILLIS = 50;
    private static final int MAX_AT_ONCE = 64;

    private final ServerSocket listener;
    private final Set<Peer> open = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<Peer> ended = new LinkedBlockingQueue<>();
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private volatile Scene scene = Scene.PLAIN;

    /** @param tls null: in plain text */
    ClientStandIn(InetSocketAddress at, @Nullable TlsSockets tls) throws IOException {
        if (tls == null) {
            listener = new ServerSocket();
            listener.bind(at, 512);
        } else {
            listener = tls.listen(at.getAddress(), at.getPort(), 512);
        }
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** From now on does this; forgets what came before. */
    void play(Scene next) {
        received.clear();
        ended.clear();
        scene = next;
    }

    /** The faults that were found. */
    List<String> faults() {
        return faults;
    }

    /** The next message as it came; null if none comes in time. */
    @Nullable
    String message(long millis) throws InterruptedException {
        return received.poll(millis, TimeUnit.MILLISECONDS);
    }

    /** Returns whether no message came that was not taken yet. */
    boolean isUntouched() {
        return received.isEmpty();
    }

    /** Returns whether a client ends its connection in this time. */
    boolean ends(long millis) throws InterruptedException {
        return ended.poll(millis, TimeUnit.MILLISECONDS) != null;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Peer peer = new Peer(listener.accept());
                open.add(peer);
                Thread.ofVirtual().start(() -> serve(peer));
            } catch (IOException e) {
                // Closed, or a peer that went away at once; the loop's condition tells.
            }
        }
    }

    private void serve(Peer peer) {
        try (peer) {
            boolean goesOn = true;
            while (goesOn) {
                List<Message.Data> messages = new ArrayList<>();
                boolean more = take(peer, messages, IDLE_MILLIS);
                while (more && scene == Scene.GLUED && messages.size() < MAX_AT_ONCE) {
                    more = take(peer, messages, NEXT_MILLIS);
                }
                goesOn = !messages.isEmpty() && scene.play(peer, messages);
            }
        } catch (CheckException e) {
            faults.add(e.sentence());
        } catch (IOException e) {
            // The client has broken its connection off, as it may.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(peer);
            ended.add(peer);
        }
    }

    /** @return whether a message came; false at the end of the connection, or if none comes in time */
    private boolean take(Peer peer, List<Message.Data> into, int millis) throws IOException, CheckException {
        Peer.Said said;
        try {
            said = peer.next(millis);
        } catch (SocketTimeoutException e) {
            return false;
        }
        if (said == null) {
            return false;
        }
        if (!(said.message() instanceof Message.Data data)) {
            throw CheckException.failed("Something else than a message of type 0 came.");
        }
        into.add(data);
        received.add(said.raw());
        return true;
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            // It is of no use any more either way.
        }
        open.forEach(Peer::close);
    }
}
