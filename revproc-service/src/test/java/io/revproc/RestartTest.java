package io.revproc;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;

import io.revproc.proxy.listener.TcpListener;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointState.Liveness;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.Ident;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The proxy goes and comes back; the servers are test code on real sockets. */
class RestartTest {
    private static final String MESSAGE = "{\"type\":0,\"srcid\":7,\"privPoliId\":\"PP_1\",\"payloadsize\":1,\"payload\":\"x\"}";

    @TempDir
    Path directory;

    @Test
    void part1ServerAndMaintenanceSurviveARestart() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Path copy = directory.resolve("after-a-crash");
            try (ConfigurableApplicationContext first = start("routes")) {
                say(first,
                        "{\"type\":1,\"id\":1,\"privPolyId\":\"PP_1\",\"listenport\":" + server.getLocalPort() + "}");
                say(first, "{\"type\":1,\"id\":2,\"privPolyId\":\"PP_2\",\"listenport\":9002}");
                say(first, "{\"type\":1,\"proto\":2,\"id\":3,\"privPolyId\":\"PP_2\",\"listenport\":9003}");
                say(first, "{\"type\":1,\"proto\":2,\"id\":1,\"privPolyId\":\"PP_3\",\"listenport\":9004}");
                SwitchTable table = first.getBean(SwitchTable.class);
                table.update(entry(first, "PP_2", 3), state -> state.withMode(Mode.MAINTENANCE));
                // What a crash would leave: the file as it is while the proxy runs.
                Path file = directory.resolve("routes");
                await().atMost(10, SECONDS).until(() -> Files.exists(file)
                        && Files.readString(file).contains("MAINTENANCE"));
                Files.copy(file, copy);
            }
            assertThat(Files.readString(directory.resolve("routes"))).isEqualTo(Files.readString(copy));

            try (ConfigurableApplicationContext second = start("after-a-crash")) {
                Endpoint part1 = entry(second, "PP_1", 1);
                assertThat(part1.state().liveness()).isEqualTo(Liveness.FAILED);
                assertThat(entry(second, "PP_2", 3).state().mode()).isEqualTo(Mode.MAINTENANCE);
                assertThat(entry(second, "PP_2", 3).state().liveness()).isEqualTo(Liveness.LOST);

                assertThat(second.getBean(SwitchTable.class).routes().unserved())
                        .as("had a server whose session is over").extracting(policy -> policy.policy().text())
                        .containsExactly("PP_3");

                Thread.ofVirtual().start(() -> answerOnce(server));
                assertThat(say(second, MESSAGE))
                        .isEqualTo("{\"type\": 2, \"srcid\": 1, \"destid\": 7, \"payload\": \"ack\"}");
                await().atMost(10, SECONDS).until(() -> part1.state().selectable());

                say(second, "{\"type\":1,\"proto\":2,\"id\":3,\"privPolyId\":\"PP_2\",\"listenport\":9003}");
                assertThat(entry(second, "PP_2", 3).state().mode()).isEqualTo(Mode.MAINTENANCE);
            }
        }
    }

    /** The answer to the setup is the moment: from it on the newcomer may listen, and the process may be killed. */
    @Test
    void formerOwnerOfAnAddressDoesNotComeBackByACrash() throws Exception {
        Path file = directory.resolve("routes");
        try (ConfigurableApplicationContext proxy = start("routes", "--revproc.store.pause=1h")) {
            say(proxy, "{\"type\":1,\"id\":1,\"privPolyId\":\"CX\",\"listenport\":9002}");
            await().atMost(10, SECONDS).until(() -> Files.exists(file) && Files.readString(file).contains("CX"));
            for (int id = 2; id < 5; id++) {
                assertThat(say(proxy, "{\"type\":1,\"id\":" + id + ",\"privPolyId\":\"CY\",\"listenport\":9002}"))
                        .contains("Status");
                assertThat(Files.readString(file)).contains("\"id\":\"" + id + "\"")
                        .doesNotContain("\"id\":\"" + (id - 1) + "\"");
            }
        }
    }

    private ConfigurableApplicationContext start(String file, String... more) {
        return new SpringApplicationBuilder(RevprocService.class).run(Stream.concat(
                Stream.of("--revproc.listener.port=0",
                        "--server.port=0", "--revproc.store=memory", "--revproc.store.file=" + directory.resolve(file)),
                Stream.of(more)).toArray(String[]::new));
    }

    private static void answerOnce(ServerSocket server) {
        try (Socket proxy = server.accept()) {
            proxy.getInputStream().read(new byte[1024]);
            proxy.getOutputStream().write("{\"type\": 2, \"srcid\": 1, \"destid\": 7, \"payload\": \"ack\"}"
                    .getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** One message on a connection of its own; answers the reply. */
    private static String say(ConfigurableApplicationContext proxy, String message) throws IOException {
        int port = Objects.requireNonNull(proxy.getBean(TcpListener.class).localAddress()).getPort();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(message.getBytes(StandardCharsets.UTF_8));
            byte[] reply = new byte[1024];
            int length = socket.getInputStream().read(reply);
            return new String(reply, 0, length, StandardCharsets.UTF_8);
        }
    }

    private static Endpoint entry(ConfigurableApplicationContext proxy, String policy, int id) {
        return Objects.requireNonNull(proxy.getBean(SwitchTable.class).find(Ident.of(policy), Ident.of(id)));
    }
}
