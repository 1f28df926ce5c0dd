package io.revproc.acceptance;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import static org.assertj.core.api.Assertions.assertThat;

/** The session of the seed's figures 2 to 5: each program prints the lines that the seed's did, in that order. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GoldenSessionIT {
    private static final String PAYLOAD_1327 = "uddirbgwkejcwxxezgadhwwvonhrhgoi";
    private static final String HASH_1327 = "5d5b56e93d61c78d2c28d0f6b5cf45d196b825b6";
    private static final String PAYLOAD_1334 = "qctspreinphsqjwpbhyvmmmglsyvitbl";
    private static final String HASH_1334 = "8f38235f4714b7196b5d9458080cb3d16e01b79b";

    private static @Nullable Proc proxy;
    private static @Nullable Proc server1;
    private static @Nullable Proc server2;
    private static int port;
    private static int port1;
    private static int port2;

    /** The second server speaks the seed's own protocol; the lines are the same. */
    @BeforeAll
    static void startAll() throws Exception {
        proxy = Programs.proxy("--revproc.transcript=true");
        port = Programs.port(proxy);
        server1 = Programs.server(1, "PP_1", port, "--policy-server.transcript=true");
        port1 = Programs.registered(server1);
        server2 = Programs.server(2, "PP_2", port, "--policy-server.transcript=true", "--policy-server.proto=1");
        port2 = Programs.registered(server2);
    }

    @AfterAll
    static void endAll() {
        Proc.closeAll(server1, server2, proxy);
    }

    @Test
    @Order(1)
    void clientsPrintTheSeedsLines() throws Exception {
        assertClient("1327", "PP_2", "2", HASH_1327);
        assertClient("1334", "PP_1", "1", HASH_1334);
    }

    private static void assertClient(String id, String policy, String server, String hash) throws Exception {
        try (Proc client = Programs.client("-id", id, "-revproc", "" + port, "-pkt",
                Programs.packet(id + "." + policy).toString())) {
            assertThat(client.exitCode()).as(client.output()).isZero();
            assertThat(client.output().lines()).containsExactly("Socket connected on port " + port,
                    "Client id " + id + ". Sending a message to privacy policy " + policy
                            + " through reverse proxy running on port " + port,
                    "Client id " + id + ". Reveiving message from the server " + server + ", payload: " + hash,
                    "Hash matched.");
        }
    }

    @Test
    @Order(2)
    void proxyPrintsTheSeedsLines() throws Exception {
        String one = "[1, '127.0.0.1', " + port1 + ", True]";
        String two = "[2, '127.0.0.1', " + port2 + ", True]";
        String both = "{'PP_1': [" + one + "], 'PP_2': [" + two + "]}";
        Proc printed = started(proxy);
        printed.await("Forwarding a data message to client 1334");
        assertThat(printed.transcript().stream().dropWhile(line -> !line.startsWith("Reverse")).map(
                line -> line.replaceFirst("^(Connected to 127\\.0\\.0\\.1):\\d+$", "$1:*")).limit(29))
                .containsExactly("Reverse proxy is listening on 127.0.0.1:" + port, "Connected to 127.0.0.1:*",
                        "Handling server setup...",
                        "Received setup message from server id 1, privacy policy PP_1, port " + port1,
                        "{'PP_1': [" + one + "]}", "Connected to 127.0.0.1:*", "Handling server setup...",
                        "Received setup message from server id 2, privacy policy PP_2, port " + port2, both,
                        "Connected to 127.0.0.1:*", "Handling client connection ...",
                        "Received a data message from client id 1327, privacy policy PP_2, payload: " + PAYLOAD_1327,
                        "Policy exists. Connect to the server and send message", "Connect to server " + two,
                        "Forwarding a data message from client id 1327 to server id 2, payload: " + PAYLOAD_1327,
                        "Port is open", "Received a data message from server id 2, payload: " + HASH_1327,
                        "Forwarding a data message to client 1327, payload: " + HASH_1327, both,
                        "Connected to 127.0.0.1:*", "Handling client connection ...",
                        "Received a data message from client id 1334, privacy policy PP_1, payload: " + PAYLOAD_1334,
                        "Policy exists. Connect to the server and send message", "Connect to server " + one,
                        "Forwarding a data message from client id 1334 to server id 1, payload: " + PAYLOAD_1334,
                        "Port is open", "Received a data message from server id 1, payload: " + HASH_1334,
                        "Forwarding a data message to client 1334, payload: " + HASH_1334, both);
    }

    @Test
    @Order(3)
    void serversPrintTheSeedsLines() throws Exception {
        assertServer(started(server1), "1", port1, "1334", PAYLOAD_1334, HASH_1334);
        assertServer(started(server2), "2", port2, "1327", PAYLOAD_1327, HASH_1327);
    }

    private static void assertServer(Proc server, String id, int listens, String client, String payload, String hash)
            throws Exception {
        // the client has its reply before this process has read what the server printed
        server.await("Sending a response to client " + client);
        assertThat(server.transcript().stream().limit(8)
                .map(line -> line.replaceFirst("^(Connected to 127\\.0\\.0\\.1):\\d+$", "$1:*"))).containsExactly(
                        "Server runing with id " + id, "Server serving privacy policy PP_" + id,
                        "Connecting to the reverse proxy on port " + port,
                        "b'{\"Status\": \"Successfully setup with reverse proxy\"}'",
                        "Sever is listening on " + listens,
                        "Connected to 127.0.0.1:*",
                        "Received a message from client " + client + ", payload: " + payload,
                        "Sending a response to client " + client + ", payload: " + hash);
    }

    /** The hashes are computed here with the JDK alone, from what stands in the file. */
    @Test
    @Order(4)
    void everyPacketOfTheSeedIsAnsweredWithItsHash() throws Exception {
        Pattern payload = Pattern.compile("\"payload\": *\"([a-z]*)\"");
        List<Path> packets = Programs.packets();
        assertThat(packets).hasSize(16);
        for (Path packet : packets) {
            String text = Files.readString(packet);
            Matcher matcher = payload.matcher(text);
            assertThat(matcher.find()).as(text).isTrue();
            String hash = HexFormat.of().formatHex(
                    MessageDigest.getInstance("SHA-1").digest(matcher.group(1).getBytes(StandardCharsets.UTF_8)));
            String name = packet.getFileName().toString();
            assertThat(new SeedClient(port).send(text)).as(name)
                    .contains("\"srcid\": " + (name.contains("PP_1") ? 1 : 2)).contains("\"" + hash + "\"");
        }
    }

    private static Proc started(@Nullable Proc process) {
        return Objects.requireNonNull(process, "started by startAll");
    }
}
