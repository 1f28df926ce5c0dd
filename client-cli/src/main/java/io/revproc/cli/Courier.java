package io.revproc.cli;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;

import javax.net.ssl.SSLException;

import io.revproc.cli.bench.Verify;
import io.revproc.cli.tls.TlsSockets;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.MessageFramer;
import org.jspecify.annotations.Nullable;

/**
 * Delivers packets one after the other over a connection that is kept as long as it is good. Connecting tries the addresses in
 * turn. A packet is sent again, to the next address, only if none of its bytes left, or the proxy said that it is going down,
 * or the packet says that it is idempotent. Not thread-safe.
 */
final class Courier implements AutoCloseable {
    /** The most bytes that an answer may have. */
    private static final int MAX_ANSWER = 16 * 1024 * 1024;
    private static final long CONNECT_NANOS = Duration.ofSeconds(3).toNanos();

    /** The other end speaks TLS, and so has handled nothing. */
    private static final class WantsTlsException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private final Addresses addresses;
    private final Duration timeout;
    private final Verify verify;
    private final Consumer<InetSocketAddress> connected;
    private final byte[] buffer = new byte[16 * 1024];

    private final @Nullable TlsSockets tls;
    private final Supplier<@Nullable String> evidence;
    /** The token that this connection has shown. */
    private @Nullable String shown;

    private @Nullable SocketChannel channel;
    /** The channel's socket, or TLS over it. */
    private @Nullable Socket socket;
    private MessageFramer framer = new MessageFramer(MAX_ANSWER);
    /** How many came over this connection. */
    private long answers;
    /** Index of the address that is tried first. */
    private int current;

    /**
     * @param timeout   for connecting, sending and the answer together
     * @param tls       null: in plain text
     * @param verify    what answers are compared with
     * @param connected is told each new connection
     */
    Courier(Addresses addresses, Duration timeout, @Nullable TlsSockets tls, Verify verify,
            Consumer<InetSocketAddress> connected) {
        this(addresses, timeout, tls, verify, connected, () -> null);
    }

    /** @param evidence returns the signed token that connections show, as it is now; null: none */
    Courier(Addresses addresses, Duration timeout, @Nullable TlsSockets tls, Verify verify,
            Consumer<InetSocketAddress> connected, Supplier<@Nullable String> evidence) {
        this.evidence = evidence;
        this.addresses = addresses;
        this.timeout = timeout;
        this.tls = tls;
        this.verify = verify;
        this.connected = connected;
    }

    Delivery deliver(Packet packet) {
        long deadline = System.nanoTime() + timeout.toNanos();
        Delivery delivery = attempt(packet, deadline);
        for (int more = addresses.all().size() - 1; more > 0 && mayTryNext(delivery); more--) {
            close();
            current = (current + 1) % addresses.all().size();
            delivery = attempt(packet, deadline);
        }
        return delivery;
    }

    private static boolean mayTryNext(Delivery delivery) {
        return delivery.refusedWith("SHUTTING_DOWN")
                || delivery.outcome() == Delivery.Outcome.BROKEN && delivery.packet().data().idempotent();
    }

    private Delivery attempt(Packet packet, long deadline) {
        Socket to;
        try {
            to = channel != null && socket != null && isGood(channel) ? socket : connect(deadline);
        } catch (SSLException e) {
            return Delivery.failed(packet, verify, Delivery.Outcome.UNREACHABLE,
                    "no TLS with " + addresses + ": "
                            + TlsAdvice.sentence(String.valueOf(e.getMessage()), tls != null && tls.certified()));
        } catch (SocketTimeoutException e) {
            return Delivery.failed(packet, verify, Delivery.Outcome.UNREACHABLE,
                    "no connection to " + addresses + " in time; check host, port and firewall");
        } catch (IOException e) {
            return Delivery.failed(packet, verify, Delivery.Outcome.UNREACHABLE, unreachable(addresses.toString()));
        }
        long start = System.nanoTime();
        try {
            Answer answer = introduce(to, deadline);
            if (answer == null) {
                to.getOutputStream().write(packet.bytes());
                answer = answer(to, deadline);
            }
            long nanos = System.nanoTime() - start;
            if (answer instanceof Answer.Refused refused && endsConnection(refused)) {
                close();
            }
            return Delivery.answered(packet, verify, answer, nanos);
        } catch (SocketTimeoutException e) {
            // A late answer must not be taken for the next packet's.
            close();
            return Delivery.failed(packet, verify, Delivery.Outcome.TIMED_OUT,
                    "no answer within " + Durations.show(timeout.toNanos()) + "; a longer wait is --timeout "
                            + Durations.longerThan(timeout));
        } catch (SSLException e) {
            // With TLS 1.3 a proxy that does not want our certificate says so after our end of the handshake.
            close();
            return Delivery.failed(packet, verify, Delivery.Outcome.UNREACHABLE,
                    "the proxy ended TLS: "
                            + TlsAdvice.sentence(String.valueOf(e.getMessage()), tls != null && tls.certified()));
        } catch (WantsTlsException e) {
            close();
            return Delivery.failed(packet, verify, Delivery.Outcome.UNREACHABLE,
                    "no answer in plain text from " + addresses + ": " + TlsAdvice.TRY_TLS);
        } catch (IOException e) {
            boolean fresh = answers == 0;
            close();
            return Delivery.failed(packet, verify, Delivery.Outcome.BROKEN,
                    "the connection ended before the answer came; the message may have been handled"
                            + (fresh ? hint() : ""));
        }
    }

    /** Shows the token that there is now, unless the proxy has it; returns what the proxy says against it, null if nothing. */
    private @Nullable Answer introduce(Socket to, long deadline) throws IOException {
        String token = evidence.get();
        if (token == null || token.equals(shown)) {
            return null;
        }
        to.getOutputStream().write(MessageCodec.write(new Message.Introduction(token, null)));
        Answer answer = answer(to, deadline);
        if (!(answer instanceof Answer.Introduced)) {
            return answer;
        }
        shown = token;
        return null;
    }

    /** Returns the likely reason when a connection ends before its first answer. */
    private String hint() {
        if (tls == null) {
            return "; if it always ends so, " + TlsAdvice.TRY_TLS;
        }
        return tls.certified()
                ? ""
                : "; if it always ends so, the proxy may want a certificate: --cert FILE --key FILE";
    }

    static String unreachable(String where) {
        return "cannot reach " + where
                + ": is the proxy running? start it with bin/revproc-service, or name another by --host and --port (its HTTP by --admin)";
    }

    /** Returns whether the kept connection can take a packet: the peer has not ended it, nor sent what nobody asked for. */
    private boolean isGood(SocketChannel kept) {
        if (tls != null) {
            // What lies there may be TLS's own; an end shows with the next packet.
            return true;
        }
        try {
            kept.configureBlocking(false);
            int n = kept.read(ByteBuffer.wrap(buffer));
            kept.configureBlocking(true);
            return n == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private Socket connect(long deadline) throws IOException {
        close();
        IOException last = new IOException("no address");
        for (int i = 0; i < addresses.all().size(); i++) {
            InetSocketAddress address = addresses.all().get(current);
            long left = Math.min(CONNECT_NANOS, deadline - System.nanoTime());
            SocketChannel fresh = SocketChannel.open();
            try {
                fresh.setOption(StandardSocketOptions.TCP_NODELAY, true);
                fresh.socket().connect(address, millis(left));
                Socket usable = fresh.socket();
                if (tls != null) {
                    usable.setSoTimeout(millis(left));
                    usable = tls.secure(usable, address);
                }
                channel = fresh;
                socket = usable;
                framer = new MessageFramer(MAX_ANSWER);
                answers = 0;
                shown = null;
                connected.accept(address);
                return usable;
            } catch (IOException e) {
                last = e;
                fresh.close();
                current = (current + 1) % addresses.all().size();
            }
        }
        throw last;
    }

    private Answer answer(Socket from, long deadline) throws IOException {
        InputStream in = from.getInputStream();
        while (true) {
            switch (framer.poll()) {
                case MESSAGE -> {
                    answers++;
                    return Answer.read(framer.array(), framer.start(), framer.end());
                }
                case NEED_MORE -> {
                    framer.park();
                    long left = deadline - System.nanoTime();
                    if (left <= 0) {
                        throw new SocketTimeoutException();
                    }
                    from.setSoTimeout(millis(left));
                    int n = in.read(buffer);
                    if (n < 0) {
                        throw new EOFException();
                    }
                    if (tls == null && answers == 0 && TlsAdvice.isAlert(buffer, n)) {
                        throw new WantsTlsException();
                    }
                    framer.offer(buffer, 0, n);
                }
                case BAD_MESSAGE, FRAMING_LOST, TOO_LARGE -> {
                    String reason = framer.reason();
                    close();
                    return new Answer.Garbage("the answer is not a message of the protocol: " + reason);
                }
            }
        }
    }

    /** Refusals after which the proxy closes; one without a code comes from a proxy that takes one message per connection. */
    private static boolean endsConnection(Answer.Refused refused) {
        String code = refused.code();
        return code == null || code.equals("TOO_LARGE") || code.equals("NOT_ALLOWED") || code.equals("SHUTTING_DOWN");
    }

    private static int millis(long nanos) {
        return Math.clamp(nanos / 1_000_000, 1, Integer.MAX_VALUE);
    }

    @Override
    public void close() {
        if (channel != null) {
            try {
                if (tls != null && socket != null) {
                    socket.close();
                }
                channel.close();
            } catch (IOException e) {
                // It is of no use any more either way.
            }
            socket = null;
            channel = null;
        }
    }
}
