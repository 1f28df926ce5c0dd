package io.revproc.acceptance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Talks as the seed's client does: one connection, one message without a newline, one read of at most 1,024 bytes. */
record SeedClient(int port) {
    private static final int TIMEOUT_MILLIS = 30_000;

    String send(String message) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(message.getBytes(StandardCharsets.UTF_8));
            byte[] answer = new byte[1024];
            int n = socket.getInputStream().read(answer);
            return n < 0 ? "" : new String(answer, 0, n, StandardCharsets.UTF_8);
        }
    }

    /** Several messages in one write; reads until the proxy closes the connection. */
    String sendAndReadAll(String messages) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(messages.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
