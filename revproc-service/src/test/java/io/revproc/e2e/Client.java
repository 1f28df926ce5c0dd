package io.revproc.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

import tools.jackson.databind.JsonNode;

/** A client on a plain socket. Read either raw or by message, not both. */
final class Client implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final Messages messages;

    Client(InetSocketAddress proxy) {
        try {
            socket = new Socket();
            socket.setTcpNoDelay(true);
            socket.connect(proxy);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            messages = new Messages(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One write. */
    Client send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    Client send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
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
