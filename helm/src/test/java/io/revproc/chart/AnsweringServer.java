package io.revproc.chart;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/** Takes one request per connection, up to an end that is given, answers it and closes, on a free loopback port. */
final class AnsweringServer implements AutoCloseable {
    private final ServerSocket server;

    AnsweringServer(String end, UnaryOperator<String> answer) throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    String request = read(socket, end);
                    socket.getOutputStream().write(answer.apply(request).getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    if (!server.isClosed()) {
                        throw new UncheckedIOException(e);
                    }
                }
            }
        });
    }

    /** One that answers HTTP requests with a status line. */
    static AnsweringServer http(String status) throws IOException {
        return new AnsweringServer("\r\n\r\n", request -> "HTTP/1.1 " + status + " \r\nContent-Length: 0\r\n\r\n");
    }

    int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    /** Reads up to an end that is given, or until nothing more comes. */
    static String read(Socket socket, String end) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder request = new StringBuilder();
        int next = in.read();
        while (next >= 0 && request.append((char) next).indexOf(end) < 0) {
            next = in.read();
        }
        return request.toString();
    }
}
