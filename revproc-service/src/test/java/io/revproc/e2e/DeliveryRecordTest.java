package io.revproc.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

import javax.crypto.spec.SecretKeySpec;

import io.revproc.record.Checkpoint;
import io.revproc.record.Entry;
import io.revproc.record.KeptCheckpoints;
import io.revproc.record.Outcome;
import io.revproc.record.Receipt;
import io.revproc.record.Salts;
import io.revproc.record.Verdict;
import io.revproc.record.Verification;
import io.revproc.record.VerifyingKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What of real deliveries over real sockets stands in the record afterwards. */
class DeliveryRecordTest {
    @TempDir
    Path directory;

    private final List<TestProxy> proxies = new ArrayList<>();

    @AfterEach
    void close() {
        proxies.forEach(TestProxy::close);
    }

    private TestProxy proxy(String... more) {
        TestProxy proxy = TestProxy
                .with(Stream.concat(Stream.of("revproc.audit.directory", directory.toString()), Stream.of(more))
                        .toArray(String[]::new));
        proxies.add(proxy);
        return proxy;
    }

    private VerifyingKey key() throws IOException {
        return VerifyingKey.ofPem(Files.readString(directory.resolve("keys/public-key.pem")));
    }

    private List<Entry> entries() throws Exception {
        return Records.entries(directory);
    }

    private List<Entry.Delivery> deliveries() throws Exception {
        return entries().stream().filter(Entry.Delivery.class::isInstance).map(Entry.Delivery.class::cast).toList();
    }

    /** What an entry holds for a message, computed by whoever has the digest key. */
    private Entry.Digest hidden(Entry.Delivery entry, String message) throws Exception {
        byte[] key = HexFormat.of().parseHex(Files.readString(directory.resolve("keys/digest-key.hex")).strip());
        return new Salts(new SecretKeySpec(key, "AES")).hidden(entry.nonce(),
                message.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void eachDeliverySaysWhoGotWhatUnderWhichPolicy() throws Exception {
        TestProxy proxy = proxy();
        String first = Json.data(1327, "PP_2", "attack at dawn");
        String second = Json.data(1328, "PP_1", "x");
        try (MuxServer mux = MuxServer.answering(proxy, 7, "PP_2");
                SeedServer seed = SeedServer.of(proxy, 1);
                Client client = proxy.connect()) {
            seed.register("PP_1");
            client.send(first).next();
            client.send(second).next();
            assertThat(client.send(Json.data(3, "PP_nobody", "y")).next().has("Error")).isTrue();
            assertThat(mux.received()).hasSize(1);
        }
        proxy.stop().await();

        Verdict verdict = Verification.of(directory, List.of(key()), KeptCheckpoints.NONE);
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.unsigned()).isZero();
        List<Entry.Delivery> deliveries = deliveries();
        assertThat(deliveries).hasSize(2);
        Entry.Delivery delivery = deliveries.getFirst();
        assertThat(delivery.policy()).isEqualTo("PP_2");
        assertThat(delivery.serverId()).isEqualTo("7");
        assertThat(delivery.outcome()).isEqualTo(Outcome.ANSWERED);
        assertThat(delivery.size()).isEqualTo(first.length());
        assertThat(delivery.digest()).isEqualTo(hidden(delivery, first));
        assertThat(delivery.client().getAddress().isLoopbackAddress()).isTrue();
        assertThat(deliveries.get(1).serverId()).isEqualTo("1");
        assertThat(deliveries.get(1).digest()).isEqualTo(hidden(deliveries.get(1), second));
    }

    @Test
    void deliveryNamesTheGrantThatTheServerHadRegisteredUnder() throws Exception {
        TestProxy proxy = proxy("revproc.registration.grants[0].name", "hospital",
                "revproc.registration.grants[0].cidrs", "127.0.0.1", "revproc.registration.grants[0].policies", "PP_1");
        try (MuxServer server = MuxServer.answering(proxy, 1, "PP_1"); Client client = proxy.connect()) {
            client.send(Json.data(1, "PP_1", "x")).next();
            assertThat(server.received()).hasSize(1);
        }
        proxy.stop().await();
        assertThat(deliveries()).singleElement().extracting(Entry.Delivery::grant).isEqualTo("hospital");
    }

    @Test
    void aServerThatHadTheMessageAndFailedIsInTheRecord() throws Exception {
        TestProxy proxy = proxy("revproc.forward.deadline", "300ms");
        try (MuxServer server = MuxServer.held(proxy, 1, "PP_1"); Client client = proxy.connect()) {
            client.send(Json.data(1, "PP_1", "slow"));
            server.take();
            assertThat(client.next().get("code").asString()).isEqualTo("TIMEOUT");
            client.send(Json.data(2, "PP_1", "gone"));
            server.take().say("nonsense");
            assertThat(client.next().get("code").asString()).isEqualTo("SERVER_FAILED");
        }
        proxy.stop().await();
        assertThat(deliveries()).extracting(Entry.Delivery::outcome).containsExactly(Outcome.TIMEOUT,
                Outcome.SERVER_FAILED);
    }

    @Test
    void receiptIsInTheAnswerAndInTheRecord() throws Exception {
        TestProxy proxy = proxy();
        String message = "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"receipt\": true, \"payload\": \"p\"}";
        JsonNode answer;
        try (MuxServer server = MuxServer.answering(proxy, 5, "PP_1"); Client client = proxy.connect()) {
            // one without in front and one behind: the order of the replies stays
            client.send(Json.data(11, "PP_1", "a") + message + Json.data(12, "PP_1", "b"));
            assertThat(client.next().get("destid").asInt()).isEqualTo(11);
            answer = client.next();
            assertThat(client.next().get("destid").asInt()).isEqualTo(12);
            assertThat(server.received()).hasSize(3);
        }
        proxy.stop().await();

        assertThat(answer.get("destid").asInt()).isEqualTo(1);
        byte[] text = answer.get("receipt").asString().getBytes(StandardCharsets.UTF_8);
        assertThat(text.length).isLessThan(2048);
        Receipt receipt = Receipt.verify(text, List.of(key()));
        assertThat(receipt.delivery().policy()).isEqualTo("PP_1");
        assertThat(receipt.delivery().serverId()).isEqualTo("5");
        assertThat(receipt.isFor(message.getBytes(StandardCharsets.UTF_8))).isTrue();
        assertThat(receipt.isFor(message.replace("\"p\"", "\"q\"").getBytes(StandardCharsets.UTF_8))).isFalse();
        assertThat(deliveries()).filteredOn(Entry.Delivery::receipt).containsExactly(receipt.delivery());
        assertThat(Verification.of(directory, List.of(key()),
                new KeptCheckpoints(List.of(Checkpoint.of(receipt.proof().checkpoint())), List.of())))
                .satisfies(verdict -> assertThat(verdict.findings()).isEmpty())
                .satisfies(verdict -> assertThat(verdict.keptCompared()).isEqualTo(1));
        for (int bit = 0; bit < 8 * text.length; bit++) {
            byte[] flipped = text.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(holds(flipped, message)).as("bit %s", bit).isFalse();
        }
    }

    private boolean holds(byte[] receipt, String message) throws IOException {
        try {
            return Receipt.verify(receipt, List.of(key())).isFor(message.getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Test
    void answerWithAReceiptOfTheServersOwnIsNone() throws Exception {
        TestProxy proxy = proxy();
        try (MuxServer server = MuxServer.held(proxy, 1, "PP_1"); Client client = proxy.connect()) {
            client.send(
                    "{\"type\":0,\"srcid\":1,\"privPoliId\":\"PP_1\",\"payload\":\"p\",\"receipt\":true,\"msgId\":\"m\"}");
            MuxServer.Delivery delivery = server.take();
            delivery.say(delivery.ack().replaceFirst("\\}$", ", \"receipt\": \"forged\"}"));
            JsonNode answer = client.next();
            assertThat(answer.get("msgId").asString()).isEqualTo("m");
            assertThat(answer.get("code").asString()).isEqualTo("SERVER_FAILED");
            assertThat(answer.has("receipt")).isFalse();
        }
    }

    @Test
    void withoutARecordTheAnswerComesWithoutAReceipt() throws Exception {
        TestProxy proxy = TestProxy.with();
        proxies.add(proxy);
        try (MuxServer server = MuxServer.answering(proxy, 1, "PP_1"); Client client = proxy.connect()) {
            JsonNode answer = client
                    .send("{\"type\":0,\"srcid\":1,\"privPoliId\":\"PP_1\",\"payload\":\"p\",\"receipt\":true}").next();
            assertThat(answer.get("type").asInt()).isEqualTo(2);
            assertThat(answer.has("receipt")).isFalse();
            assertThat(answer.get("receiptError").asString()).isEqualTo("No delivery record is kept here");
            assertThat(server.received()).hasSize(1);
        }
    }

    @Test
    void theRecordGoesOnWhereTheRunBeforeEnded() throws Exception {
        for (int run = 0; run < 3; run++) {
            TestProxy proxy = proxy("revproc.audit.segment-size", "16KB");
            try (MuxServer server = MuxServer.answering(proxy, 1, "PP_1"); Client client = proxy.connect()) {
                for (int i = 0; i < 200; i++) {
                    client.send(Json.data(i, "PP_1", "m" + i)).next();
                }
                assertThat(server.received()).hasSize(200);
            }
            proxy.stop().await();
        }
        Verdict verdict = Verification.of(directory, List.of(key()), KeptCheckpoints.NONE);
        assertThat(verdict.findings()).isEmpty();
        assertThat(verdict.deliveries()).isEqualTo(600);
        assertThat(verdict.segments()).isGreaterThan(2);
    }

    @Test
    void refusedSetupIsInTheRecord() throws Exception {
        TestProxy proxy = proxy("revproc.registration.allowed-cidrs[0]", "192.0.2.0/24");
        try (Client server = proxy.connect()) {
            server.send("{\"type\":1,\"id\":1,\"privPolyId\":\"PP_1\",\"listenport\":9}");
            assertThat(server.next().get("code").asString()).isEqualTo("NOT_ALLOWED");
        }
        proxy.stop().await();
        assertThat(entries()).filteredOn(Entry.Event.class::isInstance).extracting(e -> ((Entry.Event) e).action())
                .containsExactly("started", "setup-refused", "stopped");
    }

    @Test
    void replacedServerIsInTheRecord() throws Exception {
        TestProxy proxy = proxy();
        try (Client server = proxy.connect()) {
            server.send("{\"type\":1,\"id\":1,\"privPolyId\":\"PP_1\",\"listenport\":9}").next();
            server.send("{\"type\":1,\"id\":2,\"privPolyId\":\"PP_2\",\"listenport\":9}").next();
            server.send("{\"type\":1,\"id\":2,\"privPolyId\":\"PP_2\",\"listenport\":10}").next();
        }
        proxy.stop().await();
        assertThat(entries()).filteredOn(Entry.Event.class::isInstance).map(Entry.Event.class::cast)
                .filteredOn(event -> event.action().equals("replaced"))
                .extracting(event -> event.subject() + ": " + event.detail())
                .containsExactly("PP_1/1: was at 127.0.0.1 9, by PP_2/2 at 127.0.0.1 9",
                        "PP_2/2: was at 127.0.0.1 9, by PP_2/2 at 127.0.0.1 10");
    }
}
