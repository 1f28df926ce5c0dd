package io.revproc.cli.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.WireException;
import org.jspecify.annotations.Nullable;

/** A server that upper-cases, with one fault at most. */
final class FaultyServer implements Subject, AutoCloseable {
    /** What it does wrong. */
    enum Fault {
        NONE, NO_PROTO, LISTENS_LATE, ONE_READ_IS_WHOLE, ONE_MESSAGE_PER_READ, MSG_ID_LAST, FIXED_DEST_ID, FORGETS_SOME,
        LATIN_1, TYPE_IS_A_NUMBER, SMALL_BUFFER, ANY_LEASE, NO_HELLO_NEEDED, ANY_POLICY, DIES_OF_GARBAGE,
        CLOSES_AT_ONCE, FIXED_HEARTBEAT, NO_HEARTBEAT, DIES_OF_NOTICES, ANSWERS_NOTICES, IGNORES_ERRORS,
        IGNORES_UNKNOWN_ERRORS, REGISTERS_ONCE, TRUSTS_SILENCE, HAMMERS, NO_DRAIN, LEAVES_TOO_SOON, STOPS_ANSWERING,
        NO_DEREGISTER, NEVER_ENDS
    }

    private static final int LARGEST = 4 << 20;
    private static final Pattern NAME = Pattern.compile("\"msgId\": (\\d+)");

    private final Fault fault;
    private final int proxyPort;
    private final InetSocketAddress at;
    private final ServerSocket listener;
    private final Set<Socket> data = ConcurrentHashMap.newKeySet();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable String lease;
    private volatile @Nullable Socket session;
    private int seen;

    FaultyServer(Fault fault, int proxyPort) {
        this.fault = fault;
        this.proxyPort = proxyPort;
        try {
            try (ServerSocket free = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
                at = (InetSocketAddress) free.getLocalSocketAddress();
            }
            listener = new ServerSocket();
            if (fault != Fault.LISTENS_LATE) {
                listen();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::keep);
    }

    private void listen() throws IOException {
        listener.bind(at, 50);
        Thread.ofVirtual().start(this::accept);
    }

    private void keep() {
        try {
            while (closed.getCount() > 0 && !left()) {
                Thread.sleep(fault == Fault.HAMMERS ? 1 : 50);
            }
            if (fault != Fault.NEVER_ENDS) {
                ended.countDown();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One session. @return whether there is to be no other */
    private boolean left() throws InterruptedException {
        boolean registered = false;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxyPort)) {
            session = socket;
            Peer proxy = new Peer(socket);
            proxy.send("{\"type\": 1, " + (fault == Fault.NO_PROTO ? "" : "\"proto\": 2, ")
                    + "\"id\": 7, \"privPolyId\": \"PP_1\", \"listenport\": " + at.getPort() + ", \"mux\": true}");
            Peer.Said said = proxy.next(5_000);
            if (said != null && said.message() instanceof Message.SetupAccepted accepted
                    && accepted.session() != null) {
                lease = accepted.session().lease();
                registered = true;
                if (!listener.isBound()) {
                    listen();
                }
                return live(proxy, accepted.session());
            }
        } catch (IOException | CheckException e) {
            // lost
        }
        lease = null;
        return registered && fault == Fault.REGISTERS_ONCE;
    }

    private boolean live(Peer proxy, Message.SetupAccepted.Session given)
            throws IOException, CheckException, InterruptedException {
        int period = fault == Fault.FIXED_HEARTBEAT ? 60_000 : (int) given.heartbeat().toMillis();
        long heard = System.nanoTime();
        boolean draining = false;
        while (closed.getCount() > 0) {
            if (!draining && stopping.getCount() == 0) {
                if (fault == Fault.NO_DRAIN) {
                    return leave(proxy, given);
                }
                draining = true;
                if (fault == Fault.STOPS_ANSWERING) {
                    closeAll();
                }
                proxy.send("{\"type\": 4, \"lease\": \"" + given.lease() + "\"}");
                if (fault == Fault.LEAVES_TOO_SOON) {
                    return leave(proxy, given);
                }
            }
            if (fault != Fault.NO_HEARTBEAT) {
                proxy.send("{\"type\": 3, \"lease\": \"" + given.lease() + "\"}");
            }
            long beat = System.nanoTime() + period * 1_000_000L;
            for (long left = period; left > 0
                    && (draining || stopping.getCount() > 0); left = (beat - System.nanoTime())
                            / 1_000_000) {
                Peer.Said said = hear(proxy, (int) Math.min(left, 20));
                heard = said == null ? heard : System.nanoTime();
                if (said != null && said.message() instanceof Message.Draining(int inFlight) && inFlight == 0) {
                    return leave(proxy, given);
                }
                if (said != null && isOver(proxy, said)) {
                    return false;
                }
            }
            if (fault != Fault.TRUSTS_SILENCE && fault != Fault.NO_HEARTBEAT
                    && System.nanoTime() - heard > given.ttl().toNanos()) {
                return false;
            }
        }
        return true;
    }

    private Peer.@Nullable Said hear(Peer proxy, int millis) throws IOException, CheckException {
        try {
            Peer.Said said = proxy.next(millis);
            if (said == null) {
                throw new IOException("the proxy hung up");
            }
            return said;
        } catch (SocketTimeoutException e) {
            return null;
        }
    }

    private boolean isOver(Peer proxy, Peer.Said said) throws IOException {
        if (said.message() instanceof Message.Notice && fault == Fault.ANSWERS_NOTICES) {
            proxy.send("{\"type\": 6, \"event\": \"resumed\"}");
        }
        if (said.message() instanceof Message.Notice) {
            return fault == Fault.DIES_OF_NOTICES;
        }
        boolean heeded = fault != Fault.IGNORES_ERRORS
                && (fault != Fault.IGNORES_UNKNOWN_ERRORS || said.raw().contains("NOT_ALLOWED"));
        return heeded && said.message() instanceof Message.Refusal;
    }

    private boolean leave(Peer proxy, Message.SetupAccepted.Session given) throws IOException, CheckException {
        if (fault != Fault.NO_DEREGISTER) {
            proxy.send("{\"type\": 5, \"lease\": \"" + given.lease() + "\"}");
            Peer.Said said = proxy.next(5_000);
            while (said != null && !(said.message() instanceof Message.Deregistered)) {
                said = proxy.next(5_000);
            }
        }
        return true;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                data.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            answers(socket);
        } catch (IOException e) {
            // The other end has broken it off.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            data.remove(socket);
        }
    }

    private void answers(Socket socket) throws IOException, InterruptedException {
        MessageFramer framer = new MessageFramer(fault == Fault.SMALL_BUFFER ? 64 * 1024 : LARGEST);
        byte[] buffer = new byte[256 * 1024];
        boolean[] ours = {fault == Fault.NO_HELLO_NEEDED};
        int n;
        while ((n = socket.getInputStream().read(buffer)) > 0) {
            framer.offer(buffer, 0, n);
            MessageFramer.Event event = framer.poll();
            while (event == MessageFramer.Event.MESSAGE) {
                if (!take(socket, framer, ours)) {
                    return;
                }
                if (fault == Fault.ONE_MESSAGE_PER_READ && framer.scanner().type() == 0) {
                    framer = new MessageFramer(LARGEST);
                }
                event = framer.poll();
            }
            if (event != MessageFramer.Event.NEED_MORE) {
                if (fault == Fault.DIES_OF_GARBAGE) {
                    closeAll();
                }
                return;
            }
            framer.park();
            if (fault == Fault.ONE_READ_IS_WHOLE && framer.hasPartial()) {
                framer = new MessageFramer(LARGEST);
            }
        }
    }

    private boolean take(Socket socket, MessageFramer framer, boolean[] ours) throws IOException, InterruptedException {
        Charset charset = fault == Fault.LATIN_1 ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8;
        byte[] raw = new String(framer.array(), framer.start(), framer.end() - framer.start(), charset)
                .getBytes(StandardCharsets.UTF_8);
        Message message;
        try {
            message = MessageCodec.read(raw, 0, raw.length);
        } catch (WireException e) {
            return false;
        }
        if (message instanceof Message.Hello(String shown)) {
            for (int i = 0; i < 30 && !shown.equals(lease) && fault != Fault.ANY_LEASE; i++) {
                Thread.sleep(10);
            }
            ours[0] = shown.equals(lease) || fault == Fault.ANY_LEASE;
            return ours[0];
        }
        if (!(message instanceof Message.Data question)) {
            return false;
        }
        Matcher name = NAME.matcher(new String(raw, StandardCharsets.UTF_8));
        String msgId = name.find() ? name.group(1) : "0";
        boolean refused = fault == Fault.TYPE_IS_A_NUMBER
                && new String(raw, StandardCharsets.UTF_8).contains("\"type\": \"0\"");
        boolean served = fault == Fault.ANY_POLICY || question.policy().text().equals("PP_1");
        if (!ours[0] || !served || refused) {
            write(socket, "{\"msgId\": " + msgId
                    + ", \"Error\": \"not served\", \"code\": \"NOT_SERVED\", \"retryable\": true}");
            return true;
        }
        if (fault != Fault.FORGETS_SOME || seen++ % 50 != 49) {
            answer(socket, question, msgId);
        }
        return true;
    }

    private void answer(Socket socket, Message.Data question, String msgId) throws IOException, InterruptedException {
        Ident client = fault == Fault.FIXED_DEST_ID ? Ident.of(1) : question.srcId();
        String ack = new String(MessageCodec.write(Message.Ack.of(Ident.of(7), client,
                question.payload().toUpperCase(Locale.ROOT), null)), StandardCharsets.UTF_8);
        String rest = ack.substring(1, ack.length() - 1);
        String whole = fault == Fault.MSG_ID_LAST
                ? "{" + rest + ", \"msgId\": " + msgId + "}"
                : "{\"msgId\": " + msgId + ", " + rest + "}";
        if (fault != Fault.CLOSES_AT_ONCE) {
            write(socket, whole);
            return;
        }
        Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(20);
                write(socket, whole);
            } catch (IOException e) {
                // closed already
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static void write(Socket socket, String text) throws IOException {
        synchronized (socket) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void closeAll() throws IOException {
        for (Socket socket : data) {
            socket.close();
        }
    }

    @Override
    public void terminate() {
        stopping.countDown();
    }

    @Override
    public int exitCode() {
        return 0;
    }

    @Override
    public boolean ended(Duration patience) throws InterruptedException {
        return ended.await(Math.min(1_000, patience.toMillis()), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        listener.close();
        closeAll();
        Socket last = session;
        if (last != null) {
            last.close();
        }
    }
}
