package io.revproc.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Programs that are killed, and one that is asked to end: what the others see of it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ProcessFaultsIT {
    private static final String SECRET = "aPayloadThatMustNotBeLogged";

    private static @Nullable Proc proxy;
    private static @Nullable Proc server1;
    private static @Nullable Proc server2;
    private static int port;

    @BeforeAll
    static void startAll() throws Exception {
        // messages wait for the one place at a seed server for as long as this machine needs
        proxy = Programs.proxy("--revproc.forward.queue-timeout=30s");
        port = Programs.port(proxy);
        server1 = Programs.server(1, "PP_1", port);
        server2 = Programs.server(2, "PP_1", port);
        Programs.registered(server1);
        Programs.registered(server2);
    }

    @AfterAll
    static void endAll() {
        Proc.closeAll(server1, server2, proxy);
    }

    private static String data(int client, String policy, String payload) {
        return "{\"type\": 0, \"srcid\": " + client + ", \"privPoliId\": \"" + policy + "\", \"payloadsize\": "
                + payload.length() + ", \"payload\": \"" + payload + "\"}";
    }

    private static String send(String policy, String payload) {
        try {
            return new SeedClient(port).send(data(1, policy, payload));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @Order(1)
    void serversTakeMessagesInTurn() {
        StringBuilder served = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            String answer = send("PP_1", SECRET + i);
            assertThat(answer).contains(SlowServer.sha1(SECRET + i));
            served.append(answer.replaceFirst(".*\"srcid\": (\\d).*", "$1"));
        }
        assertThat(served.toString()).isIn("12121", "21212");
    }

    @Test
    @Order(2)
    void killedServerIsOutAtOnceAndTheOtherServes() throws Exception {
        Proc killed = Objects.requireNonNull(server1);
        killed.kill();
        killed.exitCode();
        await().atMost(Duration.ofSeconds(3)).until(() -> send("PP_1", SECRET).contains("\"srcid\": 2"));
        for (int i = 0; i < 10; i++) {
            assertThat(send("PP_1", SECRET + i)).contains("\"srcid\": 2").contains(SlowServer.sha1(SECRET + i));
        }
    }

    @Test
    @Order(3)
    void proxyThatIsAskedToEndAnswersWhatItHas() throws Exception {
        Proc ending = Objects.requireNonNull(proxy);
        try (SlowServer slow = new SlowServer(port, 9, "SLOW")) {
            String three = data(0, "SLOW", SECRET + 0) + data(1, "SLOW", SECRET + 1) + data(2, "SLOW", SECRET + 2);
            FutureTask<String> replies = new FutureTask<>(() -> new SeedClient(port).sendAndReadAll(three));
            Thread.ofVirtual().start(replies);
            SlowServer.Taken first = slow.take();
            ending.terminate();
            ending.await("event=draining");
            await().until(ProcessFaultsIT::refused);
            first.answer();
            slow.take().answer();
            slow.take().answer();
            assertThat(replies.get(30, TimeUnit.SECONDS)).containsSubsequence(SlowServer.sha1(SECRET + 0),
                    SlowServer.sha1(SECRET + 1), SlowServer.sha1(SECRET + 2));
        }
        assertThat(ending.exitCode()).isEqualTo(143);
        assertThat(ending.output()).contains("unanswered=0");
    }

    /** There is no etcd at the port 1, and it is waited for ten minutes. */
    @Test
    void proxyThatWaitsForEtcdEndsAtOnceWhenAskedTo() throws Exception {
        try (Proc waiting = Programs.proxy("--revproc.store=etcd",
                "--revproc.store.etcd.endpoints=http://127.0.0.1:1", "--revproc.store.etcd.start-wait=10m",
                "--revproc.store.file=", "--revproc.audit.enabled=false")) {
            waiting.await("event=store_lost");
            long asked = System.nanoTime();
            waiting.terminate();
            assertThat(waiting.exitCode()).isEqualTo(143);
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(10));
            assertThat(waiting.output()).doesNotContain("event=started", "event=listening", "ERROR");
        }
    }

    private static boolean refused() {
        try {
            new SeedClient(port).send("");
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    @Order(4)
    void serverOutlivesItsProxyAndNoPayloadWasLogged() {
        Proc server = Objects.requireNonNull(server2);
        assertThat(server.isAlive()).isTrue();
        assertThat(Objects.requireNonNull(proxy).output()).doesNotContain(SECRET);
        assertThat(server.output()).doesNotContain(SECRET);
    }
}
