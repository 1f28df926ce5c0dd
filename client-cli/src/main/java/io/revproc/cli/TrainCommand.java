package io.revproc.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;

import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.PayloadDigest;
import picocli.CommandLine.Command;

/**
 * Runs the common commands once against a stand-in for the proxy, while the JVM watches for its AOT cache: what is loaded here
 * is ready at the start of later runs. bin/revproc calls it.
 */
@Command(name = "train", hidden = true, description = "For bin/revproc: shows the JVM what to keep in its AOT cache.")
final class TrainCommand implements Callable<Integer> {
    private static final String PAYLOAD = "uddirbgwkejcwxxezgadhwwvonhrhgoi";
    private static final String PACKET = "{\"type\": 0, \"srcid\": 1327, \"privPoliId\": \"PP_2\", \"payloadsize\": 32, \"payload\": \""
            + PAYLOAD + "\"}";
    private static final String ROUTES = """
            {"policies": {"PP_1": [{"id": 1, "host": "127.0.0.1", "port": 9001, "alive": true, "state": "ACTIVE", "proto": 2, "mux": true,
            "weight": 1, "zone": null, "inFlight": 0, "forwarded": 12, "failed": 0}]}, "version": 17, "status": "UP", "components": {}}""";
    private static final int PATIENCE_MILLIS = 2_000;

    TrainCommand(Terminal terminal) {}

    @Override
    public Integer call() throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread server = Thread.ofPlatform().daemon().start(() -> serve(listener));
            String port = Integer.toString(listener.getLocalPort());
            String admin = "http://127.0.0.1:" + port;
            run("send", "--port", port, "--policy", "PP_2", "--payload", PAYLOAD);
            run("send", "--port", port, "--packet", "-", "--json");
            run("send", "--port", port, "--admin", admin, "--policy", "PP_9", "--payload", "refused");
            run("send", "--port=" + port, "--policy", "PP_2", "--payload", PAYLOAD);
            run("-id", "1327", "-revproc", port, "-pkt", "-");
            run("routes", "--admin", admin);
            run("health", "--admin", admin);
            run("no-such-command");
            server.interrupt();
        }
        return ExitCode.OK;
    }

    private static void run(String... args) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        InputStream packet = new ByteArrayInputStream(PACKET.getBytes(StandardCharsets.UTF_8));
        Revproc.run(new Terminal(packet, nowhere, nowhere, true, true, Map.of(), Path.of("")), args);
    }

    private static void serve(ServerSocket listener) {
        byte[] buffer = new byte[4096];
        while (true) {
            try (Socket socket = listener.accept()) {
                socket.setSoTimeout(PATIENCE_MILLIS);
                int n = socket.getInputStream().read(buffer);
                String text = new String(buffer, 0, Math.max(0, n), StandardCharsets.UTF_8);
                socket.getOutputStream().write(answer(text));
            } catch (IOException e) {
                if (listener.isClosed()) {
                    return;
                }
            }
        }
    }

    private static byte[] answer(String text) {
        if (text.startsWith("GET")) {
            return ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
                    + ROUTES.length() + "\r\n\r\n" + ROUTES).getBytes(StandardCharsets.UTF_8);
        }
        return text.contains("PP_9")
                ? "{\"Error\": \"No server\", \"code\": \"NO_SERVER\", \"retryable\": true}"
                        .getBytes(StandardCharsets.UTF_8)
                : MessageCodec.write(Message.Ack.of(Ident.of(2), Ident.of(1), PayloadDigest.of(PAYLOAD), null));
    }
}
