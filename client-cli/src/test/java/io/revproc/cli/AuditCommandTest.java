package io.revproc.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

import io.revproc.record.Checkpoint;
import io.revproc.record.Entry.Digest;
import io.revproc.record.EntryWriter;
import io.revproc.record.Outcome;
import io.revproc.record.Receipt;
import io.revproc.record.SegmentHeader;
import io.revproc.record.SigningKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class AuditCommandTest {
    private static final SigningKey KEY = SigningKey.generate();
    private static final String MESSAGE = "{\"type\":0,\"srcid\":1,\"privPoliId\":\"PP_2\",\"payload\":\"x\"}";
    /** HMAC-SHA-256 of {@link #MESSAGE} under 32 zero bytes. */
    private static final String ZERO_KEY = "00".repeat(32);

    @TempDir
    Path directory;

    private Path record;
    private Checkpoint last;
    private byte[] hashOfFourth = {};

    @BeforeEach
    void write() throws Exception {
        record = Files.createDirectory(directory.resolve("record"));
        Files.writeString(directory.resolve("public-key.pem"), KEY.publicKey().pem());
        Files.writeString(directory.resolve("digest-key.hex"), ZERO_KEY + "\n");
        Files.writeString(directory.resolve("sent.json"), MESSAGE + "\n");
        byte[] header = new SegmentHeader(1, 1, 0, KEY.publicKey().id(), SegmentHeader.BEGINNING).bytes();
        EntryWriter writer = new EntryWriter(16);
        writer.start(1, SegmentHeader.hash(header));
        long old = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
        writer.event(old, "started", "proxy", "", "");
        writer.checkpoint(KEY, 1, old);
        delivery(writer, old, "PP_1", Outcome.TIMEOUT, new byte[32]);
        javax.crypto.Mac mac = javax.crypto.Mac.getInstance("HmacSHA256");
        mac.init(new javax.crypto.spec.SecretKeySpec(new byte[32], "HmacSHA256"));
        delivery(writer, System.currentTimeMillis(), "PP_2", Outcome.ANSWERED,
                mac.doFinal(MESSAGE.getBytes(StandardCharsets.UTF_8)));
        hashOfFourth = writer.hash().clone();
        last = writer.checkpoint(KEY, 1, System.currentTimeMillis());
        byte[] file = Arrays.copyOf(header, header.length + writer.length());
        System.arraycopy(writer.array(), 0, file, header.length, writer.length());
        Files.write(segment(), file);
    }

    private static void delivery(EntryWriter writer, long millis, String policy, Outcome outcome, byte[] digest) {
        java.nio.ByteBuffer words = java.nio.ByteBuffer.wrap(digest);
        writer.delivery(millis, 250, outcome.code(), MESSAGE.length(), words.getLong(), words.getLong(),
                words.getLong(), words.getLong(), false, null, null, new byte[]{127, 0, 0, 1}, 40_000,
                EntryWriter.server(InetAddress.getLoopbackAddress().getAddress(), 9001, policy, "1"));
    }

    private Path segment() {
        return record.resolve(SegmentHeader.fileName(1));
    }

    private Run run(String... args) {
        return new Run.Setup().in(directory).run(args);
    }

    @Test
    void intactRecordEndsWithZero() {
        Run run = run("audit", "verify", "record", "--public-key", "public-key.pem");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("Intact: entries 1 to 5 in 1 segment, 2 deliveries");
        Run json = run("audit", "verify", "record", "--public-key", "public-key.pem", "--json");
        assertThat(json.json()).containsEntry("intact", true).containsEntry("last", 5);
    }

    @Test
    void changedRecordEndsWithOneAndSaysWhere() throws IOException {
        byte[] bytes = Files.readAllBytes(segment());
        bytes[bytes.length - 200] ^= 4;
        Files.write(segment(), bytes);
        Run run = run("audit", "verify", "record", "--public-key", "public-key.pem");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).contains("CHANGED 0000000001.audit at byte ").contains("Not intact");
        Run json = run("audit", "verify", "record", "--public-key", "public-key.pem", "--json");
        assertThat(Json.object(Json.array(json.json().get("findings")).getFirst())).containsEntry("kind", "CHANGED")
                .containsKeys("file", "offset", "sequence");
    }

    @Test
    void recordOfAHeaderAloneIsSaidToHoldNoEntries() throws IOException {
        Files.write(segment(), Arrays.copyOf(Files.readAllBytes(segment()), SegmentHeader.LENGTH));
        Run run = run("audit", "verify", "record", "--public-key", "public-key.pem");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).contains("INCOMPLETE 0000000001.audit at byte 128: The record holds no entries")
                .contains("Not intact: no entries in 1 segment");
    }

    @Test
    void cutRecordIsFoundWithAKeptCheckpoint() throws IOException {
        Files.writeString(directory.resolve("kept.json"), last.json());
        assertThat(run("audit", "verify", "record", "--public-key", "public-key.pem", "--checkpoint", "kept.json")
                .exitCode()).isZero();
        byte[] bytes = Files.readAllBytes(segment());
        Files.write(segment(), Arrays.copyOf(bytes, bytes.length - (2 + 81 + 32)));
        Run run = run("audit", "verify", "record", "--public-key", "public-key.pem", "--checkpoint", "kept.json");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).contains("TRUNCATED ").contains("Entries 5 to 5 are missing at the end");
    }

    @Test
    void showFilters() {
        assertThat(run("audit", "show", "record").lines()).hasSize(3);
        assertThat(run("audit", "show", "record", "--policy", "PP_2").lines()).singleElement().asString()
                .contains("PP_2/1 at 127.0.0.1:9001  ANSWERED");
        assertThat(run("audit", "show", "record", "--since", "1h").lines()).hasSize(1);
        assertThat(run("audit", "show", "record", "--until", "2026-06-01T00:00:00Z").lines()).hasSize(2);
        assertThat(run("audit", "show", "record", "--server-id", "9").lines()).isEmpty();
        Run json = run("audit", "show", "record", "--policy", "PP_1", "--json");
        assertThat(json.json()).containsEntry("outcome", "TIMEOUT").containsEntry("sequence", 3);
    }

    @Test
    void showFindsTheDeliveriesOfAMessage() {
        assertThat(run("audit", "show", "record", "--message", "sent.json", "--digest-key", "digest-key.hex").lines())
                .singleElement().asString().contains("PP_2/1");
    }

    @Test
    void receiptIsCheckedAgainstKeyMessageAndRecord() throws Exception {
        byte[] message = MESSAGE.getBytes(StandardCharsets.UTF_8);
        Receipt receipt = new Receipt(4, 1, new Digest(hashOfFourth), Instant.EPOCH, "PP_2", "1", "127.0.0.1:9001",
                message.length, new Digest(MessageDigest.getInstance("SHA-256").digest(message)));
        String jws = receipt.sign(KEY);
        Files.writeString(directory.resolve("answer.json"), Json.write(Map.of("type", 2, "receipt", jws)));
        for (String target : List.of(jws, "answer.json")) {
            Run run = run("audit", "check-receipt", target, "--public-key", "public-key.pem", "--message", "sent.json",
                    "--dir", "record");
            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(run.out()).contains("Valid: server PP_2/1").contains("the record holds the entry");
        }
        assertThat(new Run.Setup().in(directory).input(jws + "\n")
                .run("audit", "check-receipt", "-", "--public-key", "public-key.pem", "--json").json())
                .containsEntry("valid", true);

        Files.writeString(directory.resolve("sent.json"), MESSAGE.replace('x', 'y'));
        Run other = run("audit", "check-receipt", jws, "--public-key", "public-key.pem", "--message", "sent.json");
        assertThat(other.exitCode()).isEqualTo(1);
        assertThat(other.err()).contains("the receipt is for another message");

        Receipt never = new Receipt(3, 1, new Digest(hashOfFourth), Instant.EPOCH, "PP_2", "1", "127.0.0.1:9001", 1,
                receipt.sha256());
        Run rewritten = run("audit", "check-receipt", never.sign(KEY), "--public-key", "public-key.pem", "--dir",
                "record");
        assertThat(rewritten.err()).contains("the record was rewritten");

        Run forged = run("audit", "check-receipt", receipt.sign(SigningKey.generate()), "--public-key",
                "public-key.pem");
        assertThat(forged.exitCode()).isEqualTo(1);
        assertThat(forged.err()).contains("its signature is not the key's");
        assertThat(HexFormat.of().formatHex(hashOfFourth)).hasSize(64);
    }

    @Test
    void wrongUseIsOneSentence() throws IOException {
        Files.writeString(directory.resolve("nonsense"), "nonsense");
        Files.createDirectory(directory.resolve("empty"));
        for (String[] words : new String[][]{{"verify", "record"},
                {"verify", "nowhere", "--public-key", "public-key.pem"},
                {"verify", "empty", "--public-key", "public-key.pem"}, {"verify", "record", "--public-key", "nonsense"},
                {"verify", "record", "--public-key", "nowhere.pem"},
                {"verify", "record", "--public-key", "public-key.pem", "--checkpoint", "nonsense"},
                {"show", "empty"}, {"show", "record", "--since", "yesterday"},
                {"show", "record", "--message", "sent.json"},
                {"show", "record", "--message", "sent.json", "--digest-key", "nonsense"},
                {"check-receipt", "nowhere", "--public-key", "public-key.pem"},
                {"check-receipt", "{\"type\":2}", "--public-key", "public-key.pem"}, {"burn", "record"}, {"verify"}}) {
            String[] all = new String[words.length + 1];
            all[0] = "audit";
            System.arraycopy(words, 0, all, 1, words.length);
            Run run = run(all);
            assertThat(run.exitCode()).as(String.join(" ", words)).isEqualTo(2);
            assertThat(run.err().strip().lines()).as(String.join(" ", words)).hasSize(1);
            assertThat(run.out()).isEmpty();
        }
        assertThat(run("audit", "check-receipt", "nonsense", "--public-key", "public-key.pem").exitCode()).isEqualTo(1);
    }
}
