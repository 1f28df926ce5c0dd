package io.revproc.cli.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.revproc.cli.tls.TlsSockets;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for the proxy that servers register at. Follows the policy of the first setup; those of others it serves politely and
 * forgets. Each session has a virtual thread of its own; whatever others see is thread-safe.
 */
final class StandIn implements AutoCloseable {
    /** Between two reads of a session nothing may take longer than this; a session that says nothing is none. */
    private static final int SESSION_MILLIS = 60_000;
    private static final String NOT_ALLOWED = refusal("The lease is over", "NOT_ALLOWED", false);

    /** The answer to a heartbeat. */
    enum Beats {
        ANSWERED, REFUSED, REFUSED_BY_AN_UNKNOWN_CODE, NOT_ANSWERED
    }

    /**
     * One registration.
     *
     * @param listening whether the data port took a connection before the setup was answered
     */
    record Registered(Peer session, Message.Setup setup, String raw, String lease, InetSocketAddress address,
            boolean listening) {}

    private final ServerSocket listener;
    private final @Nullable TlsSockets tls;
    private final Timing timing;
    private final Set<Peer> sessions = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<Registered> registrations = new LinkedBlockingQueue<>();
    private final BlockingQueue<Message> farewells = new LinkedBlockingQueue<>();
    private final List<Long> beats = new CopyOnWriteArrayList<>();
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private final AtomicInteger leases = new AtomicInteger();
    private final AtomicInteger setups = new AtomicInteger();
    private volatile @Nullable Ident policy;
    private volatile @Nullable String lease;
    private volatile boolean refusing;
    private volatile boolean holding;
    private volatile Beats answer = Beats.ANSWERED;

    /**
     * Listens at once.
     *
     * @param tls null: in plain text
     */
    StandIn(InetSocketAddress at, @Nullable TlsSockets tls, Timing timing) throws IOException {
        this.tls = tls;
        this.timing = timing;
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

    /** The faults that were found on sessions. */
    List<String> faults() {
        return faults;
    }

    /** Waits for a registration that was not waited for yet; null if none comes in time. */
    @Nullable
    Registered await(long millis) throws InterruptedException {
        return registrations.poll(millis, TimeUnit.MILLISECONDS);
    }

    /** Returns when the heartbeats of the current lease came. */
    List<Long> beats() {
        return beats;
    }

    /** Setups so far, refused ones among them. */
    int setups() {
        return setups.get();
    }

    void refuse(boolean setupsToo) {
        refusing = setupsToo;
    }

    void answer(Beats how) {
        answer = how;
    }

    /** From now on a drain and a deregister of the current lease are told by {@link #farewell} and not answered. */
    void hold() {
        holding = true;
    }

    /** Waits for a drain or a deregister that is held; null if none comes in time. */
    @Nullable
    Message farewell(long millis) throws InterruptedException {
        return farewells.poll(millis, TimeUnit.MILLISECONDS);
    }

    /** Whoever asks for a farewell next gets this one. */
    void again(Message farewell) {
        farewells.add(farewell);
    }

    /** Connects to a data port. */
    Peer connect(InetSocketAddress address, boolean byTls) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(address, timing.patienceMillis());
            socket.setSoTimeout(timing.patienceMillis());
            return new Peer(byTls && tls != null ? tls.secure(socket, address) : socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Peer peer = new Peer(listener.accept());
                sessions.add(peer);
                Thread.ofVirtual().start(() -> serve(peer));
            } catch (IOException e) {
                // Closed, or a peer that went away at once; the loop's condition tells.
            }
        }
    }

    private void serve(Peer peer) {
        try (peer) {
            for (Peer.Said said = peer.next(SESSION_MILLIS); said != null; said = peer.next(SESSION_MILLIS)) {
                handle(peer, said);
            }
        } catch (CheckException e) {
            faults.add(e.sentence());
        } catch (SocketTimeoutException e) {
            faults.add("A connection to the proxy's port said nothing.");
        } catch (IOException e) {
            // The server has broken its session off; whether it should is for the checks to say.
        } finally {
            sessions.remove(peer);
        }
    }

    private void handle(Peer peer, Peer.Said said) throws IOException {
        switch (said.message()) {
            case Message.Setup setup -> setUp(peer, setup, said.raw());
            case Message.Heartbeat(String of, String _) when of.equals(lease) -> beat(peer);
            case Message.Heartbeat(String of, String _) -> peer.send(isOld(of) ? NOT_ALLOWED : "{\"type\": 3}");
            case Message.Drain(String of) when holding && of.equals(lease) -> farewells.add(said.message());
            case Message.Drain _ -> peer.send("{\"type\": 4, \"inFlight\": 0}");
            case Message.Deregister(String of) when holding && of.equals(lease) -> farewells.add(said.message());
            case Message.Deregister _ -> peer.send("{\"Status\": \"Deregistered\"}");
            default ->
                faults.add("Something else than a setup, heartbeat, drain or deregister came to the proxy's port.");
        }
    }

    /** Ours, but not the current one. */
    private static boolean isOld(String of) {
        return of.startsWith("lease-");
    }

    private void beat(Peer peer) throws IOException {
        beats.add(System.nanoTime());
        switch (answer) {
            case ANSWERED -> peer.send("{\"type\": 3}");
            case REFUSED -> peer.send(NOT_ALLOWED);
            case REFUSED_BY_AN_UNKNOWN_CODE -> peer.send(refusal("The lease is over", "SOMETHING_NEW", true));
            case NOT_ANSWERED -> {
            }
        }
    }

    private void setUp(Peer peer, Message.Setup setup, String raw) throws IOException {
        InetAddress host = peer.socket().getInetAddress();
        if (policy == null) {
            policy = setup.policy();
        }
        boolean followed = setup.policy().equals(policy);
        if (followed) {
            setups.incrementAndGet();
        }
        if (followed && refusing) {
            peer.send(refusal("A live server has this policy and id at another address or port", "ID_TAKEN", true));
            return;
        }
        InetSocketAddress address = new InetSocketAddress(host, setup.listenPort());
        boolean listening = listening(address);
        String granted = (followed ? "lease-" : "other-") + leases.incrementAndGet();
        if (followed) {
            beats.clear();
            answer = Beats.ANSWERED;
            lease = granted;
        }
        peer.send("{\"Status\": \"" + Message.SetupAccepted.STATUS + "\""
                + (setup.proto() == 1
                        ? ""
                        : ", \"proto\": 2, \"lease\": \"" + granted + "\", \"heartbeatMs\": "
                                + timing.heartbeat().toMillis() + ", \"ttlMs\": " + timing.ttl().toMillis())
                + "}");
        if (followed) {
            registrations.add(new Registered(peer, setup, raw, granted, address, listening));
        }
    }

    private boolean listening(InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(address, timing.patienceMillis());
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    static String refusal(String sentence, String code, boolean retryable) {
        return "{\"Error\": \"" + sentence + "\", \"code\": \"" + code + "\", \"retryable\": " + retryable + "}";
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            // It is of no use any more either way.
        }
        sessions.forEach(Peer::close);
    }
}
