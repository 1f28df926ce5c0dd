package io.revproc.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

import io.revproc.wire.MessageFramer;
import io.revproc.wire.PayloadDigest;
import org.jspecify.annotations.Nullable;

/** Takes messages on a real socket and answers as it is told to. Reads JSON by its own means, so that the codec is checked too. */
final class FakeProxy implements AutoCloseable {
    /** Instead of an answer. */
    static final String CLOSE = "close";
    static final String SILENCE = "silence";

    final List<String> received = new CopyOnWriteArrayList<>();
    final AtomicInteger connections = new AtomicInteger();

    private final ServerSocket listener;
    private final ConcurrentLinkedQueue<Socket> open = new ConcurrentLinkedQueue<>();
    private final Function<Map<String, @Nullable Object>, String> answer;
    private volatile boolean once;

    FakeProxy(Function<Map<String, @Nullable Object>, String> answer) {
        this(answer, ServerSocketFactory.getDefault(), false);
    }

    private FakeProxy(Function<Map<String, @Nullable Object>, String> answer, ServerSocketFactory sockets,
            boolean needsCertificate) {
        this.answer = answer;
        try {
            listener = sockets.createServerSocket(0, 200, InetAddress.getLoopbackAddress());
            if (listener instanceof SSLServerSocket secured) {
                // before the first accept, which takes it over as it is then
                secured.setNeedClientAuth(needsCertificate);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    /** @param once whether each connection ends after its first answer */
    FakeProxy(Function<Map<String, @Nullable Object>, String> answer, boolean once) {
        this(answer, ServerSocketFactory.getDefault(), false);
        this.once = once;
    }

    /** Answers every message as server 2 should. */
    static FakeProxy honest() {
        return new FakeProxy(FakeProxy::ack);
    }

    /**
     * The same by TLS.
     *
     * @param needsCertificate whether clients must show one
     */
    static FakeProxy secured(SSLContext tls, boolean needsCertificate) {
        return new FakeProxy(FakeProxy::ack, tls.getServerSocketFactory(), needsCertificate);
    }

    /** Answers every message with its payload. */
    static FakeProxy echo() {
        return new FakeProxy(message -> ack(message, String.valueOf(message.get("payload"))));
    }

    static String ack(Map<String, ? extends @Nullable Object> message) {
        return ack(message, PayloadDigest.of(String.valueOf(message.get("payload"))));
    }

    static String ack(Map<String, ? extends @Nullable Object> message, String reply) {
        String msgId = message.containsKey("msgId") ? ", \"msgId\": " + Json.write(message.get("msgId")) : "";
        return "{\"type\": 2, \"srcid\": 2, \"destid\": " + Json.write(message.get("srcid"))
                + ", \"payloadsize\": " + reply.length() + ", \"payload\": " + Json.write(reply) + msgId + "}";
    }

    static String refusal(String code, String sentence) {
        return "{\"Error\": \"" + sentence + "\", \"code\": \"" + code + "\", \"retryable\": true}";
    }

    String port() {
        return Integer.toString(listener.getLocalPort());
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = listener.accept();
                connections.incrementAndGet();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        MessageFramer framer = new MessageFramer(1 << 26);
        byte[] buffer = new byte[8192];
        try (socket) {
            for (int n = socket.getInputStream().read(buffer); n > 0; n = socket.getInputStream().read(buffer)) {
                framer.offer(buffer, 0, n);
                while (framer.poll() == MessageFramer.Event.MESSAGE) {
                    byte[] message = Arrays.copyOfRange(framer.array(), framer.start(), framer.end());
                    received.add(new String(message, StandardCharsets.UTF_8));
                    String reply = answer.apply(Json.object(Json.read(message, 0, message.length)));
                    if (reply.equals(CLOSE)) {
                        return;
                    }
                    if (!reply.equals(SILENCE)) {
                        socket.getOutputStream().write(reply.getBytes(StandardCharsets.UTF_8));
                    }
                    if (once) {
                        return;
                    }
                }
                framer.park();
            }
        } catch (IOException e) {
            // The client went away.
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
