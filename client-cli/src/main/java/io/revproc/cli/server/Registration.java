package io.revproc.cli.server;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;

import javax.net.ssl.SSLException;

import io.revproc.cli.tls.TlsSockets;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.HostPort;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.SetupDialect;
import io.revproc.wire.WireException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one setup registered with the proxy: with proto 2 a session with heartbeats that is opened anew when it is lost, with
 * proto 1 a single message. Runs on its own virtual thread.
 */
public final class Registration implements AutoCloseable {
    private static final int MAX_MESSAGE = 64 * 1024;
    private static final int CONNECT_MILLIS = 3_000;
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration BACK_OFF = Duration.ofSeconds(1);
    /** How long the messages that the proxy has sent may take at the end. */
    private static final Duration MAX_DRAIN = Duration.ofSeconds(5);

    private final List<InetSocketAddress> proxies;
    private final Message.Setup setup;
    private final @Nullable TlsSockets tls;
    private final Leases leases;
    private final Supplier<@Nullable String> evidence;
    private final Consumer<String> news;
    private final BackOff backOff = new BackOff();
    private final byte[] buffer = new byte[4096];
    private final Thread thread;
    /** The last failure that was reported, so that a proxy that stays away is reported once. */
    private String last = "";
    private final CountDownLatch drained = new CountDownLatch(1);
    /** No new setup. */
    private volatile boolean closed;
    /** No more heartbeats either. */
    private volatile boolean gone;
    private volatile @Nullable Socket socket;
    private volatile @Nullable String lease;
    /** The evidence that the proxy was shown last. */
    private @Nullable String shown;

    /**
     * @param tls    null: in plain text
     * @param leases are told what the proxy gave us
     * @param evidence what the server shows as evidence now; null: none
     * @param news   is told in a sentence what becomes of the registration, each thing once
     */
    public Registration(List<InetSocketAddress> proxies, Message.Setup setup, @Nullable TlsSockets tls,
            Leases leases, Supplier<@Nullable String> evidence, Consumer<String> news) {
        this.evidence = evidence;
        this.leases = leases;
        this.tls = tls;
        this.proxies = List.copyOf(proxies);
        this.setup = setup;
        this.news = news;
        this.thread = Thread.ofVirtual().start(() -> {
            try {
                keep();
            } finally {
                drained.countDown();
            }
        });
    }

    private void keep() {
        for (int turn = 0; !closed; turn++) {
            InetSocketAddress proxy = proxies.get(turn % proxies.size());
            String sentence;
            Duration pause = BACK_OFF;
            try {
                session(proxy);
                return;
            } catch (WireException e) {
                boolean passing = e.code().retryable() || turn + 1 < proxies.size();
                pause = passing ? backOff.passing() : backOff.lasting();
                sentence = "the proxy refused " + setup.policy() + ": " + e.sentence()
                        + (passing ? "; trying again" : "; trying again, less and less often");
            } catch (SSLException e) {
                sentence = "no TLS with " + HostPort.text(proxy) + " ("
                        + e.getMessage() + "); trying again";
            } catch (IOException e) {
                sentence = lease == null
                        ? "cannot register " + setup.policy() + " with " + HostPort.text(proxy) + "; trying again"
                        : "lost the proxy; trying again";
            }
            lease = null;
            if (closed) {
                return;
            }
            tell(sentence);
            LockSupport.parkNanos(pause.toNanos());
        }
    }

    /** Returns when nothing more is to be done; a lost session is an exception. */
    private void session(InetSocketAddress proxy) throws IOException, WireException {
        MessageFramer framer = new MessageFramer(MAX_MESSAGE);
        try (Socket plain = new Socket()) {
            socket = plain;
            plain.setTcpNoDelay(true);
            plain.connect(proxy, CONNECT_MILLIS);
            plain.setSoTimeout(CONNECT_MILLIS);
            Socket connection = tls == null ? plain : tls.secure(plain, proxy);
            socket = connection;
            Message.SetupAccepted.Session session = register(connection, framer);
            while (session != null && !closed) {
                heartbeats(connection, framer, session);
                lease = null;
                LockSupport.parkNanos(BACK_OFF.toNanos());
                session = closed ? null : register(connection, framer);
            }
        }
    }

    /** Sends the setup until it is accepted; where a live server has the place, until that one is gone. Null: no session. */
    private Message.SetupAccepted.@Nullable Session register(Socket connection, MessageFramer framer)
            throws IOException, WireException {
        while (!closed) {
            String now = evidence.get();
            shown = now;
            if (setup.proto() == 1) {
                connection.getOutputStream().write(SetupDialect.NUMBERS.write(setup));
            } else {
                Message.Setup.Statement said = setup.statement();
                send(connection, setup.stating(
                        new Message.Setup.Statement(said.region(), said.purposes(), said.wider(), now)));
            }
            Message answer = answer(connection, framer);
            while (answer instanceof Message.Notice || answer instanceof Message.HeartbeatSeen) {
                answer = next(connection, framer, System.nanoTime() + ANSWER.toNanos());
            }
            if (answer instanceof Message.SetupAccepted accepted) {
                last = "";
                backOff.passing();
                if (accepted.session() == null) {
                    leases.grantWithoutHello(setup.policy());
                } else {
                    lease = accepted.session().lease();
                    leases.grant(setup.policy(), accepted.session().lease(), accepted.session().alsoServes());
                }
                news.accept("registered " + setup.policy() + " as server " + setup.id());
                return accepted.session();
            }
            if (!(answer instanceof Message.Refusal refusal)) {
                throw new WireException(ErrorCode.NOT_ALLOWED, "it answered something else");
            }
            if (refusal.code() != ErrorCode.ID_TAKEN) {
                throw new WireException(refusal.code(), refusal.sentence());
            }
            tell("the proxy has no place for " + setup.policy() + " yet: " + refusal.sentence());
            LockSupport.parkNanos(BACK_OFF.toNanos());
        }
        return null;
    }

    /** An old proxy says yes in its own words, or not at all, or hangs up: whatever is no refusal is a yes. */
    private Message answer(Socket connection, MessageFramer framer) throws IOException, WireException {
        try {
            return next(connection, framer, System.nanoTime() + ANSWER.toNanos());
        } catch (SocketException e) {
            throw e;
        } catch (IOException | WireException e) {
            if (setup.proto() == 1) {
                return new Message.SetupAccepted(null);
            }
            throw e;
        }
    }

    private void tell(String sentence) {
        if (!sentence.equals(last)) {
            news.accept(sentence);
            last = sentence;
        }
    }

    /** Returns once the proxy says that the lease is over: it may be had anew on the same connection. */
    private void heartbeats(Socket connection, MessageFramer framer, Message.SetupAccepted.Session session)
            throws IOException, WireException {
        long period = session.heartbeat().toNanos();
        long heard = System.nanoTime();
        long due = heard + period;
        while (!gone) {
            try {
                if (over(next(connection, framer, due))) {
                    return;
                }
                heard = System.nanoTime();
            } catch (SocketTimeoutException e) {
                if (System.nanoTime() - heard >= session.ttl().toNanos()) {
                    throw new IOException("the proxy answers no heartbeats", e);
                }
                String now = evidence.get();
                send(connection, new Message.Heartbeat(session.lease(), now == null || now.equals(shown) ? null : now));
                shown = now == null ? shown : now;
                due += period;
            }
        }
    }

    private boolean over(Message message) throws WireException {
        if (message instanceof Message.Notice notice) {
            news.accept("the proxy says about " + setup.policy() + ": "
                    + notice.event().name().toLowerCase(Locale.ROOT));
            return notice.event() == Message.Notice.Event.RENEW;
        } else if (message instanceof Message.Draining(int inFlight)) {
            if (inFlight == 0) {
                drained.countDown();
            }
        } else if (message instanceof Message.Refusal refusal) {
            if (refusal.code() != ErrorCode.NOT_ALLOWED) {
                throw new WireException(refusal.code(), refusal.sentence());
            }
            tell("the proxy says about " + setup.policy() + ": " + refusal.sentence());
            return true;
        }
        return false;
    }

    private static void send(Socket connection, Message message) throws IOException {
        connection.getOutputStream().write(MessageCodec.write(message));
    }

    private Message next(Socket connection, MessageFramer framer, long deadline) throws IOException, WireException {
        while (true) {
            switch (framer.poll()) {
                case MESSAGE -> {
                    return MessageCodec.read(framer.array(), framer.start(), framer.end());
                }
                case NEED_MORE -> {
                    framer.park();
                    long millis = (deadline - System.nanoTime()) / 1_000_000;
                    if (millis <= 0) {
                        throw new SocketTimeoutException();
                    }
                    connection.setSoTimeout((int) millis);
                    int n = connection.getInputStream().read(buffer);
                    if (n < 0) {
                        throw new EOFException();
                    }
                    framer.offer(buffer, 0, n);
                }
                case BAD_MESSAGE, FRAMING_LOST, TOO_LARGE -> throw new IOException(framer.reason());
            }
        }
    }

    /** Asks the proxy for no new messages, waits until it has the answers to the others, and deregisters; if there is a session. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        Socket connection = socket;
        String name = lease;
        try {
            if (connection != null && name != null) {
                send(connection, new Message.Drain(name));
                // Meanwhile the session's thread goes on with the heartbeats.
                if (!drained.await(MAX_DRAIN.toMillis(), TimeUnit.MILLISECONDS)) {
                    news.accept("the proxy still waits for answers of " + setup.policy() + "; leaving all the same");
                }
                gone = true;
                send(connection, new Message.Deregister(name));
            }
            gone = true;
            if (connection != null) {
                connection.close();
            }
        } catch (IOException e) {
            // Then the lease runs out by itself.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LockSupport.unpark(thread);
    }
}
