package io.revproc.chart;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The images, built by an engine and run as containers; {@link ImagesStartIT} does their steps where there is no engine. */
class ContainersIT {
    @TempDir
    Path work;

    @Test
    void theImagesAreBuiltWithoutANetworkRunWithAReadOnlyRootAndDrain() throws Exception {
        try (Engine engine = Engine.in(work)) {
            String base = engine.runtime();
            Engine.Image proxyImage = engine.build("revproc-service", base);
            Engine.Image serverImage = engine.build("policy-server", base);
            assertThat(List.of(proxyImage.user(), serverImage.user())).containsOnly("10001:10001");
            Set<String> proxyFiles = proxyImage.files();
            assertThat(proxyFiles).contains("app/revproc-service.aot");
            assertThat(proxyImage.settings().at("/Labels/org.opencontainers.image.licenses").asString())
                    .isEqualTo("Apache-2.0");

            // A cache that does not fit its program is passed over in silence by default; here it ends the JVM.
            Map<String, String> strict = Map.of("JDK_JAVA_OPTIONS", "-XX:AOTMode=on");
            Path volume = Files.createDirectory(work.resolve("volume"));
            try (Started proxy = engine.start("proxy", proxyImage,
                    List.of("--revproc.listener.address=127.0.0.1", "--revproc.listener.port=0",
                            "--server.address=127.0.0.1", "--server.port=0",
                            "--revproc.registration.allowed-cidrs=127.0.0.0/8"),
                    strict, Map.of("/var/lib/revproc", volume))) {
                int listener = proxy.port("event=listening .*port=(\\d+)");
                int admin = proxy.port("event=started .*http=(\\d+)");
                assertThat(Files.readString(Path.of("/proc/" + engine.process("proxy") + "/status")))
                        .contains("Uid:\t10001\t10001\t10001\t10001", "Gid:\t10001\t10001\t10001\t10001",
                                "CapEff:\t0000000000000000");

                Map<String, String> settings = new HashMap<>(strict);
                settings.putAll(Map.of("POLICYSERVER_ID", "1", "POLICYSERVER_PP", "PP_1", "POLICYSERVER_REVHOST",
                        "127.0.0.1", "POLICYSERVER_REVPROC", "" + listener, "POLICYSERVER_LISTENADDRESS", "127.0.0.1",
                        "POLICYSERVER_LISTEN", "0", "SERVER_ADDRESS", "127.0.0.1", "SERVER_PORT", "0"));
                try (Started server = engine.start("server", serverImage, List.of(), settings, Map.of())) {
                    server.port("registered policy=PP_1 proxy=127.0.0.1:(\\d+)");
                    assertThat(HelmTestScriptTest.run(admin, listener, "PP_1").output())
                            .isEqualTo("proxy is ready\nPP_1: hash matched\nall is well\n");
                    engine.terminate("server");
                    assertThat(server.ended()).isEqualTo(143);
                }
                whatIsInFlightIsAnsweredBeforeItEnds(engine, proxy, listener);
            }
            assertThat(volume).isDirectoryContaining(file -> file.endsWith("routes.snapshot"));
            assertThat(proxyImage.files()).as("the root file system is read-only").isEqualTo(proxyFiles);
        }
    }

    private static void whatIsInFlightIsAnsweredBeforeItEnds(Engine engine, Started proxy, int listener)
            throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        String reply = "{\"type\": 2, \"srcid\": 7, \"destid\": 1, \"payload\": \"late\"}";
        try (AnsweringServer slow = new AnsweringServer("}", message -> {
            arrived.countDown();
            await(answer);
            return reply;
        }); Socket setup = connect(listener); Socket client = connect(listener)) {
            send(setup, "{\"type\": 1, \"id\": 7, \"privPolyId\": \"SLOW\", \"listenport\": " + slow.port() + "}");
            assertThat(AnsweringServer.read(setup, "}")).doesNotContain("Error");
            send(client, "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"SLOW\", \"payload\": \"hello\"}");
            await(arrived);
            engine.terminate("proxy");
            proxy.port("event=draining connections=(\\d+)");
            answer.countDown();
            assertThat(AnsweringServer.read(client, "}")).contains("\"payload\": \"late\"");
            assertThat(proxy.ended()).isEqualTo(143);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Socket connect(int port) throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(60_000);
        return socket;
    }

    private static void send(Socket socket, String message) throws Exception {
        socket.getOutputStream().write(message.getBytes(StandardCharsets.US_ASCII));
    }
}
