package io.revproc.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A client on a plain socket. Read either raw or by message, not both. */
final class Client implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    /** What carries it, where it speaks TLS. */
    private final Socket plain;
    private final Messages messages;

    Client(InetSocketAddress proxy) {
        this(plain(proxy), null);
    }

    /** By TLS. The handshake comes with the first use. */
    Client(InetSocketAddress proxy, SSLContext tls) {
        this(plain(proxy), tls);
    }

    private Client(Socket plain, @Nullable SSLContext tls) {
        try {
            this.plain = plain;
            this.socket = tls == null ? plain : secured(plain, tls);
            messages = new Messages(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Socket plain(InetSocketAddress proxy) {
        try {
            Socket socket = new Socket();
            socket.setTcpNoDelay(true);
            socket.connect(proxy);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Socket secured(Socket plain, SSLContext tls) {
        try {
            return tls.getSocketFactory().createSocket(plain, plain.getInetAddress().getHostAddress(), plain.getPort(),
                    true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As far as this end is concerned; the other may still refuse. */
    Client handshake() throws IOException {
        ((SSLSocket) socket).startHandshake();
        return this;
    }

    /** Of a connection by TLS. */
    SSLSession session() {
        return ((SSLSocket) socket).getSession();
    }

    /** Speaks these versions of TLS alone. */
    Client versions(String... versions) {
        ((SSLSocket) socket).setEnabledProtocols(versions);
        return this;
    }

    /** One write. */
    Client send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    Client send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Bytes beneath the TLS, which are no record of it. */
    Client sendBeneath(byte[] bytes) throws IOException {
        plain.getOutputStream().write(bytes);
        return this;
    }

    /** Each byte in a segment of its own. */
    Client drip(String text) throws IOException {
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            socket.getOutputStream().write(each);
        }
        return this;
    }

    /** Says that nothing more will come, and goes on reading. */
    Client endOutput() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** The next message. */
    JsonNode next() {
        return messages.next();
    }

    /** Whether the connection ends without another message. */
    boolean ended() {
        return !messages.hasNext();
    }

    /** What one read brings, as the seed's client reads its answer. */
    String readOnce() throws IOException {
        byte[] answer = new byte[1024];
        int n = socket.getInputStream().read(answer);
        return n < 0 ? "" : new String(answer, 0, n, StandardCharsets.UTF_8);
    }

    /** All that comes until the end of the connection. */
    byte[] readAll() throws IOException {
        return socket.getInputStream().readAllBytes();
    }

    /** Closes so that the proxy sees a reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
