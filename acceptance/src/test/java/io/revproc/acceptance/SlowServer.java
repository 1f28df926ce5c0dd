package io.revproc.acceptance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server of the seed's kind that answers when the test says so: one connection at a time, one message each. */
final class SlowServer implements AutoCloseable {
    private static final Pattern MESSAGE = Pattern.compile("\"srcid\": (\\d+), .*\"payload\": \"([^\"]*)\"");
    private static final int TIMEOUT_MILLIS = 60_000;

    private final ServerSocket listening;

    /** Registers for the policy and listens. */
    SlowServer(int proxyPort, int id, String policy) throws IOException {
        listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        listening.setSoTimeout(TIMEOUT_MILLIS);
        String answer = new SeedClient(proxyPort).send("{\"type\": 1, \"id\": " + id + ", \"privPolyId\": \"" + policy
                + "\", \"listenport\": " + listening.getLocalPort() + "}");
        if (!answer.equals("{\"Status\": \"Successfully setup with reverse proxy\"}")) {
            throw new AssertionError(answer);
        }
    }

    /** A message that waits for its answer. */
    record Taken(Socket socket, String client, String payload) {
        void answer() throws IOException {
            try (socket) {
                socket.getOutputStream()
                        .write(("{\"type\": 2, \"srcid\": 9, \"destid\": " + client
                                + ", \"payloadsize\": 40, \"payload\": \"" + sha1(payload) + "\"}")
                                .getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    /** Waits for the next message. */
    Taken take() throws IOException {
        Socket socket = listening.accept();
        byte[] bytes = new byte[1024];
        int n = socket.getInputStream().read(bytes);
        String text = n < 0 ? "" : new String(bytes, 0, n, StandardCharsets.UTF_8);
        Matcher message = MESSAGE.matcher(text);
        if (!message.find()) {
            throw new AssertionError("not a message: " + text);
        }
        return new Taken(socket, message.group(1), message.group(2));
    }

    static String sha1(String payload) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(payload.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
