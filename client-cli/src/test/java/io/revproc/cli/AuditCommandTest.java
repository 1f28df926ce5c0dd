package io.revproc.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import javax.crypto.spec.SecretKeySpec;

import com.sun.net.httpserver.HttpServer;
import io.revproc.record.Checkpoint;
import io.revproc.record.EntryWriter;
import io.revproc.record.Outcome;
import io.revproc.record.Receipt;
import io.revproc.record.RecordTiles;
import io.revproc.record.RemovedSegments;
import io.revproc.record.Salts;
import io.revproc.record.SegmentHeader;
import io.revproc.record.SigningKey;
import io.revproc.record.TreeFiles;
import io.revproc.record.tlog.Cosignature;
import io.revproc.record.tlog.NoteKey;
import io.revproc.record.tlog.Proofs;
import io.revproc.record.tlog.Tile;
import io.revproc.record.tlog.TileNodes;
import io.revproc.record.tlog.TlogProof;
import io.revproc.record.tlog.TreeHead;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class AuditCommandTest {
    private static final SigningKey KEY = SigningKey.generate();
    private static final String MESSAGE = "{\"type\":0,\"srcid\":1,\"privPoliId\":\"PP_2\",\"payload\":\"x\"}";
    private static final long NONCE = 77;
    private static final String LOG = "example.com/log";
    /** The digest key. */
    private static final String ZERO_KEY = "00".repeat(32);

    @TempDir
    Path directory;

    private Path record;
    private Checkpoint last;
    private String receipt = "";
    private List<byte[]> frontier = List.of();

    @BeforeEach
    void write() throws Exception {
        record = Files.createDirectory(directory.resolve("record"));
        Files.writeString(directory.resolve("public-key.pem"), KEY.publicKey().pem());
        Files.writeString(directory.resolve("log.vkey"), KEY.publicKey().noteKey(LOG).text() + "\n");
        Files.writeString(directory.resolve("digest-key.hex"), ZERO_KEY + "\n");
        Files.writeString(directory.resolve("sent.json"), MESSAGE + "\n");
        byte[] header = new SegmentHeader(1, 0, 0, KEY.publicKey().id(), SegmentHeader.NOTHING, List.of()).bytes();
        Salts salts = new Salts(new SecretKeySpec(new byte[32], "HmacSHA256"));
        EntryWriter writer = new EntryWriter(16, LOG);
        long old = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
        writer.event(old, "started", "proxy", "", "");
        Files.writeString(directory.resolve("early.txt"), writer.checkpoint(KEY, 1, old).note().toString());
        delivery(writer, old, "PP_1", Outcome.TIMEOUT, new byte[32]);
        delivery(writer, System.currentTimeMillis(), "PP_2", Outcome.ANSWERED,
                salts.hidden(NONCE, MESSAGE.getBytes(StandardCharsets.UTF_8)).bytes());
        byte[] leaf = writer.lastLeaf();
        last = writer.checkpoint(KEY, 1, System.currentTimeMillis());
        Files.writeString(directory.resolve("late.txt"), last.note().toString());
        receipt = new TlogProof(Receipt.extra(salts.salt(NONCE), leaf), 2, writer.tree().inclusion(2), last.note())
                .toString();
        frontier = writer.tree().frontier();
        Files.write(segment(), bytes(header, writer));
    }

    private static byte[] bytes(byte[] header, EntryWriter writer) {
        byte[] file = Arrays.copyOf(header, header.length + writer.length());
        System.arraycopy(writer.array(), 0, file, header.length, writer.length());
        return file;
    }

    private static void delivery(EntryWriter writer, long millis, String policy, Outcome outcome, byte[] digest) {
        java.nio.ByteBuffer words = java.nio.ByteBuffer.wrap(digest);
        EntryWriter.DeliveryData data = new EntryWriter.DeliveryData();
        data.millis = millis;
        data.micros = 250;
        data.outcome = outcome.code();
        data.size = MESSAGE.length();
        data.digest0 = words.getLong();
        data.digest1 = words.getLong();
        data.digest2 = words.getLong();
        data.digest3 = words.getLong();
        data.nonce = NONCE;
        data.client = new byte[]{127, 0, 0, 1};
        data.clientPort = 40_000;
        data.server = EntryWriter.server(InetAddress.getLoopbackAddress().getAddress(), 9001, policy, "1");
        writer.delivery(data);
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
        assertThat(run.out()).contains("Intact: entries 0 to 2 in 1 segment, 2 deliveries");
        Run json = run("audit", "verify", "record", "--public-key", "public-key.pem", "--json");
        assertThat(json.json()).containsEntry("intact", true).containsEntry("size", 3);
    }

    @Test
    void changedRecordEndsWithOneAndSaysWhere() throws IOException {
        byte[] bytes = Files.readAllBytes(segment());
        bytes[bytes.length - 500] ^= 4;
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
        Files.write(segment(), Arrays.copyOf(Files.readAllBytes(segment()), SegmentHeader.length(0)));
        Run run = run("audit", "verify", "record", "--public-key", "public-key.pem");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out())
                .contains("INCOMPLETE 0000000001.audit at byte " + SegmentHeader.length(0)
                        + ": The record holds no entries")
                .contains("Not intact: no entries in 1 segment");
    }

    @Test
    void cutRecordIsFoundWithAKeptCheckpoint() throws IOException {
        Files.writeString(directory.resolve("kept.json"), last.json());
        assertThat(run("audit", "verify", "record", "--public-key", "public-key.pem", "--checkpoint", "kept.json")
                .exitCode()).isZero();
        byte[] bytes = Files.readAllBytes(segment());
        Files.write(segment(), Arrays.copyOf(bytes, SegmentHeader.length(0) + 300));
        Run run = run("audit", "verify", "record", "--public-key", "public-key.pem", "--checkpoint", "kept.json");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).contains("TRUNCATED ")
                .contains("are missing at the end: the kept checkpoint covers them");
    }

    @Test
    void keptCheckpointOfEntriesThatWereRemovedEndsWithOne() throws IOException {
        EntryWriter writer = new EntryWriter(16, LOG);
        writer.start(3, frontier);
        byte[] header = new SegmentHeader(2, 3, 0, KEY.publicKey().id(), SegmentHeader.NOTHING, frontier).bytes();
        RemovedSegments removed = new RemovedSegments(1, 1, 3);
        writer.event(0, "segments-removed", "proxy", removed.subject(), removed.detail());
        writer.checkpoint(KEY, 2, 0);
        Files.write(record.resolve(SegmentHeader.fileName(2)), bytes(header, writer));
        Files.delete(segment());
        assertThat(run("audit", "verify", "record", "--public-key", "log.vkey").exitCode()).isZero();
        Run run = run("audit", "verify", "record", "--public-key", "log.vkey", "--checkpoint", "early.txt");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).contains("UNCOMPARED The kept checkpoint of 1 entries can't be compared",
                "Not proven: entries 3 to 3 in 1 segment", "0 of 1 kept checkpoints compared");
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
        assertThat(json.json()).containsEntry("outcome", "TIMEOUT").containsEntry("sequence", 1);
    }

    /** As {@code | head} does: whoever has read enough is not kept waiting for the rest of a large record. */
    @ParameterizedTest
    @ValueSource(strings = {"audit show record", "audit export record --format cef"})
    void showEndsWhenNobodyReadsItAnyMore(String line) throws Exception {
        EntryWriter writer = new EntryWriter(16, LOG);
        for (int i = 0; i < 3_500; i++) {
            delivery(writer, 1_000, "PP_1", Outcome.ANSWERED, new byte[32]);
        }
        Files.write(segment(), bytes(new SegmentHeader(1, 0, 0, KEY.publicKey().id(), SegmentHeader.NOTHING,
                List.of()).bytes(), writer));
        AtomicInteger lines = new AtomicInteger();
        PrintStream out = new PrintStream(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        }) {
            @Override
            public void println(@Nullable String text) {
                lines.incrementAndGet();
                super.println(text);
            }
        };
        Terminal closed = new Terminal(InputStream.nullInputStream(), out, System.err, false, false, true, Map.of(),
                directory);

        assertThat(Revproc.run(closed, line.split(" "))).isEqualTo(ExitCode.OK);
        assertThat(lines).hasValueLessThan(1_100);
    }

    @Test
    void aTimeAsItIsShownIsOneToAskFor() {
        Instant entry = Instant.parse("2026-11-29T20:00:00.123456789Z");
        assertThat(AuditShow.shown(entry)).isEqualTo("2026-11-29T20:00:00.123Z");
        assertThat(AuditShow.time("--since", AuditShow.shown(entry))).isBefore(entry);
        assertThat(AuditShow.time("--until", AuditShow.shown(entry))).isAfter(entry)
                .isEqualTo("2026-11-29T20:00:00.123999999Z");
        assertThat(AuditShow.time("--until", "2026-11-29T20:00:00Z")).isEqualTo("2026-11-29T20:00:00Z");
    }

    @Test
    void showFindsTheDeliveriesOfAMessage() {
        assertThat(run("audit", "show", "record", "--message", "sent.json", "--digest-key", "digest-key.hex").lines())
                .singleElement().asString().contains("PP_2/1");
    }

    @Test
    void receiptIsCheckedAgainstKeyMessageAndRecord() throws Exception {
        Files.writeString(directory.resolve("answer.json"), Json.write(Map.of("type", 2, "receipt", receipt)));
        Files.writeString(directory.resolve("sent.tlog-proof"), receipt);
        for (String target : List.of(receipt, "answer.json", "sent.tlog-proof")) {
            for (String key : List.of("public-key.pem", "log.vkey", KEY.publicKey().noteKey(LOG).text())) {
                Run run = run("audit", "check-receipt", target, "--public-key", key, "--message", "sent.json", "--dir",
                        "record");
                assertThat(run.exitCode()).as(run.err()).isZero();
                assertThat(run.out()).contains("Valid: server PP_2/1", "entry 2 of 3 in example.com/log")
                        .contains("the record holds the entry");
            }
        }
        assertThat(new Run.Setup().in(directory).input(receipt)
                .run("audit", "check-receipt", "-", "--public-key", "public-key.pem", "--json").json())
                .containsEntry("valid", true);

        Files.writeString(directory.resolve("sent.json"), MESSAGE.replace('x', 'y'));
        Run other = run("audit", "check-receipt", receipt, "--public-key", "public-key.pem", "--message", "sent.json");
        assertThat(other.exitCode()).isEqualTo(1);
        assertThat(other.err()).contains("the receipt is for another message");

        for (String wrong : List.of(SigningKey.generate().publicKey().noteKey(LOG).text(),
                KEY.publicKey().noteKey("example.com/other").text())) {
            Run forged = run("audit", "check-receipt", receipt, "--public-key", wrong);
            assertThat(forged.exitCode()).isEqualTo(1);
            assertThat(forged.err()).contains("is not signed by the key");
        }
        byte[] bytes = Files.readAllBytes(segment());
        bytes[SegmentHeader.length(0) + 60] ^= 1;
        Files.write(segment(), bytes);
        Run rewritten = run("audit", "check-receipt", receipt, "--public-key", "public-key.pem", "--dir", "record");
        assertThat(rewritten.exitCode()).isEqualTo(1);
        assertThat(rewritten.err()).contains("the record was rewritten");
    }

    /** A record whose first segment holds whole tiles: these outlive its entries. Returns the receipt of its entry 5. */
    private String large() throws IOException {
        EntryWriter writer = new EntryWriter(1 << 17, LOG);
        long now = System.currentTimeMillis();
        List<byte[]> leaves = new java.util.ArrayList<>();
        for (int i = 0; i < 256; i++) {
            delivery(writer, now, "PP_1", Outcome.ANSWERED, new byte[32]);
            leaves.add(writer.lastLeaf());
        }
        Files.writeString(directory.resolve("early.txt"), writer.checkpoint(KEY, 1, now).note().toString());
        Files.write(segment(), bytes(new SegmentHeader(1, 0, now, KEY.publicKey().id(), SegmentHeader.NOTHING,
                List.of()).bytes(), writer));
        try (TreeFiles tree = new TreeFiles(record)) {
            writer.committed(tree::nodes);
            tree.write();
        }
        byte[] header = new SegmentHeader(2, 256, now, KEY.publicKey().id(), SegmentHeader.NOTHING,
                writer.tree().frontier()).bytes();
        delivery(writer, now, "PP_1", Outcome.ANSWERED, new byte[32]);
        last = writer.checkpoint(KEY, 2, now);
        Files.writeString(directory.resolve("late.txt"), last.note().toString());
        Files.write(record.resolve(SegmentHeader.fileName(2)), bytes(header, writer));
        try {
            return new TlogProof(Receipt.extra(new byte[Salts.LENGTH], leaves.get(5)), 5,
                    Proofs.inclusion(new TileNodes(new RecordTiles(record), 257), 5, 257), last.note()).toString();
        } catch (IllegalArgumentException e) {
            throw new IOException(e);
        }
    }

    @Test
    void entryIsReadWhereARecordShouldHoldIt() throws Exception {
        Files.writeString(directory.resolve("sent.tlog-proof"), large());
        String[][] commands = {
                {"audit", "check-receipt", "sent.tlog-proof", "--public-key", "log.vkey", "--dir", "record"},
                {"audit", "prove", "record", "--index", "5", "--public-key", "log.vkey"},
                {"audit", "consistency", "early.txt", "late.txt", "--log", "record", "--public-key", "log.vkey"}};
        for (String[] command : commands) {
            assertThat(run(command).exitCode()).as(command[1]).isZero();
        }
        byte[] whole = Files.readAllBytes(segment());
        byte[] changed = whole.clone();
        int length = (whole.length - SegmentHeader.length(0)) / 257;
        int at = new String(whole, StandardCharsets.ISO_8859_1).indexOf("PP_1", SegmentHeader.length(0) + 5 * length);
        changed[at + 3] = '9';
        Files.write(segment(), changed);
        for (String[] command : commands) {
            Run run = run(command);
            assertThat(run.exitCode()).as(command[1]).isEqualTo(1);
            assertThat(run.out()).as(command[1]).isEmpty();
            assertThat(run.err()).as(command[1]).containsIgnoringCase("entry 5 is not as it was written");
        }

        Files.delete(segment());
        Run gone = run(commands[0]);
        assertThat(gone.exitCode()).isEqualTo(1);
        assertThat(gone.err()).contains("the record does not hold entry 5");
        assertThat(run(commands[2]).exitCode()).isEqualTo(1);
        assertThat(run(commands[2]).err())
                .contains("the tiles are consistent, but the record is not: Segment 1 is missing");
        Files.writeString(directory.resolve("many.jsonl"), (Json.write(Map.of("receipt",
                Files.readString(directory.resolve("sent.tlog-proof")))) + "\n").repeat(2));
        assertThat(run("audit", "check-receipt", "many.jsonl", "--public-key", "log.vkey", "--dir", "record").out())
                .isEqualTo("Not all valid: 0 of 2 receipts\n");
    }

    @Test
    void proofOfAMessageThatNoServerAnsweredIsNoReceipt() throws Exception {
        TlogProof proof = TlogProof
                .parse(run("audit", "prove", "record", "--index", "1", "--public-key", "log.vkey").out());
        byte[] leaf = new RecordTiles(record).leaf(1);
        String made = new TlogProof(Receipt.extra(new byte[Salts.LENGTH], leaf), 1, proof.hashes(), proof.checkpoint())
                .toString();
        Run run = run("audit", "check-receipt", made, "--public-key", "log.vkey");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("the receipt is not valid: its entry says TIMEOUT");
    }

    @Test
    void manyReceiptsAreCheckedInOneCallEachForItsMessage() throws Exception {
        String good = Json.write(Map.of("receipt", receipt, "message", MESSAGE)) + "\n";
        String bad = Json.write(Map.of("receipt", receipt, "message", MESSAGE.replace('x', 'y'))) + "\n";
        Files.writeString(directory.resolve("good.jsonl"), good.repeat(5_000) + "\n" + good.strip());
        Run run = run("audit", "check-receipt", "good.jsonl", "--public-key", "log.vkey", "--dir", "record");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).isEqualTo("Valid: 5001 of 5001 receipts\n");

        Files.writeString(directory.resolve("mixed.jsonl"), good + bad + "{\"type\": 2}\n{\n" + good + bad.repeat(150));
        Run mixed = run("audit", "check-receipt", "mixed.jsonl", "--public-key", "log.vkey");
        assertThat(mixed.exitCode()).isEqualTo(1);
        assertThat(mixed.out()).isEqualTo("Not all valid: 2 of 155 receipts\n");
        assertThat(mixed.err()).contains("line 2: the receipt is for another message", "line 3: ", "no receipt in it",
                "line 4: ", "it is not JSON", "and 53 more").doesNotContain("line 5:");
        assertThat(run("audit", "check-receipt", "mixed.jsonl", "--public-key", "log.vkey", "--json").json())
                .containsEntry("receipts", 155).containsEntry("valid", 2);

        Path folder = Files.createDirectory(directory.resolve("folder"));
        Files.writeString(folder.resolve("a.tlog-proof"), receipt);
        Files.writeString(folder.resolve("b.json"), good);
        assertThat(run("audit", "check-receipt", "folder", "--public-key", "log.vkey", "--message", "sent.json").out())
                .isEqualTo("Valid: 2 of 2 receipts\n");
        Files.writeString(folder.resolve("c.txt"), "nonsense");
        assertThat(run("audit", "check-receipt", "folder", "--public-key", "log.vkey").err())
                .contains("c.txt: the receipt is not valid");
        assertThat(run("audit", "check-receipt", Files.createDirectory(directory.resolve("none")).toString(),
                "--public-key", "log.vkey").exitCode()).isEqualTo(1);
    }

    @Test
    void receiptThatSendPrintsIsTheOneThatTheProxyGave() throws Exception {
        String quoted = Json.write(Map.of("receipt", receipt));
        try (FakeProxy proxy = new FakeProxy(message -> FakeProxy.ack(message, "ok").replaceFirst("\\}$",
                java.util.regex.Matcher.quoteReplacement(", " + quoted.substring(1))))) {
            Run run = run("send", "--port", proxy.port(), "--policy", "PP_2", "--payload", "x",
                    "--receipt", "--json");
            assertThat(run.exitCode()).as(run.err()).isZero();
            Files.writeString(directory.resolve("answer.json"), run.out());
            Run checked = run("audit", "check-receipt", "answer.json", "--public-key", "log.vkey");
            assertThat(checked.exitCode()).as(checked.err()).isZero();
        }
        try (FakeProxy proxy = new FakeProxy(message -> FakeProxy.ack(message, "ok").replaceFirst("\\}$",
                ", \"receiptError\": \"No delivery record is kept here\"}"))) {
            Run run = run("send", "--port", proxy.port(), "--policy", "PP_2", "--payload", "x",
                    "--receipt");
            assertThat(run.err()).contains("no receipt: No delivery record is kept here");
        }
    }

    @Test
    void witnessesMustHaveCosignedWhereTheyAreWanted() throws Exception {
        SigningKey witness = SigningKey.generate();
        NoteKey key = NoteKey.of("witness.example", NoteKey.Type.COSIGNATURE,
                witness.publicKey().noteKey("w").publicKey());
        Run without = run("audit", "check-receipt", receipt, "--public-key", "log.vkey", "--witness", key.text());
        assertThat(without.exitCode()).isEqualTo(1);
        assertThat(without.err()).contains("0 of 1 witnesses cosigned; 1 are wanted");

        TlogProof proof = TlogProof.parse(receipt);
        String cosigned = new TlogProof(proof.extra(), proof.index(), proof.hashes(), proof.checkpoint()
                .with(List.of(Cosignature.sign(proof.checkpoint().text(), key, witness::sign, 1_700_000_000))))
                .toString();
        Run with = run("audit", "check-receipt", cosigned, "--public-key", "log.vkey", "--witness", key.text());
        assertThat(with.exitCode()).as(with.err()).isZero();
        assertThat(run("audit", "check-receipt", receipt, "--public-key", "log.vkey", "--witness", key.text(),
                "--quorum", "0").exitCode()).isZero();
    }

    @Test
    void recordsOwnCheckpointMustBeCosignedWhereNoneIsKept() throws Exception {
        SigningKey witness = SigningKey.generate();
        NoteKey key = NoteKey.of("witness.example", NoteKey.Type.COSIGNATURE,
                witness.publicKey().noteKey("w").publicKey());
        Run without = run("audit", "verify", "record", "--public-key", "log.vkey", "--witness", key.text(), "--quorum",
                "1");
        assertThat(without.exitCode()).isEqualTo(1);
        assertThat(without.out()).startsWith("Not proven: entries 0 to 2");
        assertThat(without.err()).contains("checkpoint of 3 entries: 0 of 1 witnesses cosigned; 1 are wanted");
        assertThat(run("audit", "verify", "record", "--public-key", "log.vkey", "--witness", key.text(), "--json")
                .json()).containsEntry("cosigned", false);
        Files.writeString(directory.resolve("cosigned.txt"), last.note().with(
                List.of(Cosignature.sign(last.note().text(), key, witness::sign, 1_700_000_000))).toString());
        Run with = run("audit", "verify", "record", "--public-key", "log.vkey", "--witness", key.text(),
                "--checkpoint", "cosigned.txt");
        assertThat(with.exitCode()).as(with.err()).isZero();
        assertThat(run("audit", "consistency", "early.txt", "late.txt", "--log", "record", "--public-key", "log.vkey",
                "--witness", key.text()).err()).contains("--witness goes with verify");
    }

    @Test
    void keyUnderAnotherNameIsAnotherLogs() {
        String other = KEY.publicKey().noteKey("example.com/other").text();
        Run run = run("audit", "verify", "record", "--public-key", other);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).contains(
                "SIGNATURE 0000000001.audit", "is of the log example.com/log, and the key is another log's");
        assertThat(run("audit", "verify", "record", "--public-key", "log.vkey", "--checkpoint", "early.txt").exitCode())
                .isZero();
        for (String[] command : new String[][]{
                {"audit", "verify", "record", "--public-key", other, "--checkpoint", "early.txt"},
                {"audit", "consistency", "early.txt", "late.txt", "--log", "record", "--public-key", other}}) {
            assertThat(run(command).exitCode()).as(command[1]).isEqualTo(2);
            assertThat(run(command).err()).contains("was not signed by the key that was given");
        }
    }

    @Test
    void keyThatWasReplacedSignsNoNewestCheckpoint() throws Exception {
        String fresh = SigningKey.generate().publicKey().noteKey(LOG).text();
        Run run = run("audit", "prove", "record", "--index", "1", "--public-key", "log.vkey," + fresh);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("is not signed by the key");
        SigningKey second = SigningKey.generate();
        Files.writeString(directory.resolve("early.txt"),
                Checkpoint.sign(second, 1, 0, Checkpoint.of(io.revproc.record.tlog.Note.parse(
                        Files.readString(directory.resolve("early.txt")))).head()).note().toString());
        assertThat(run("audit", "consistency", "early.txt", "late.txt", "--log", "record", "--public-key",
                "log.vkey," + second.publicKey().noteKey(LOG).text()).err())
                .contains("signed by a key that was replaced before the older one was made");
    }

    @Test
    void laterCheckpointIsConsistentWithAnEarlierOneOfTheSameLog() throws Exception {
        Run run = run("audit", "consistency", "early.txt", "late.txt", "--log", "record", "--public-key", "log.vkey");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("Consistent: the log of 3 entries begins with the one of 1");
        byte[] fork = new byte[32];
        Files.writeString(directory.resolve("fork.txt"),
                Checkpoint.sign(KEY, 1, 0, new TreeHead(LOG, 1, fork)).note().toString());
        Run forked = run("audit", "consistency", "fork.txt", "late.txt", "--log", "record", "--public-key", "log.vkey");
        assertThat(forked.exitCode()).isEqualTo(1);
        assertThat(forked.err()).contains("does not begin with the one of 1: it was rewritten in between");
    }

    @Test
    void entryIsProvenByAProofThatOthersCanRead() throws Exception {
        Run run = run("audit", "prove", "record", "--index", "1", "--public-key", "log.vkey");
        assertThat(run.exitCode()).as(run.err()).isZero();
        TlogProof proof = TlogProof.parse(run.out());
        assertThat(proof.index()).isEqualTo(1);
        assertThat(proof.checkpoint()).isEqualTo(last.note());
        assertThat(run("audit", "prove", "record", "--index", "3", "--public-key", "log.vkey").exitCode()).isEqualTo(2);
    }

    @Test
    void logThatIsServedElsewhereIsVerifiedByItsTiles() throws Exception {
        RecordTiles tiles = new RecordTiles(record);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/log/", exchange -> {
            String path = exchange.getRequestURI().getPath().substring("/log/".length());
            Tile tile = Tile.parse(path);
            byte[] body = path.equals("checkpoint") ? last.note().bytes() : tile == null ? null : tiles.read(tile);
            exchange.sendResponseHeaders(body == null ? 404 : 200, body == null ? -1 : body.length);
            if (body != null) {
                exchange.getResponseBody().write(body);
            }
            exchange.close();
        });
        server.start();
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/log";
            Run run = run("audit", "verify", url, "--public-key", "log.vkey", "--checkpoint", "early.txt");
            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(run.out()).contains("Intact: example.com/log, 3 entries", "1 kept checkpoints compared");
            assertThat(run("audit", "prove", url, "--index", "2", "--public-key", "log.vkey").out())
                    .isEqualTo(run("audit", "prove", "record", "--index", "2", "--public-key", "log.vkey").out());
            Files.writeString(directory.resolve("fork.txt"),
                    Checkpoint.sign(KEY, 1, 0, new TreeHead(LOG, 2, new byte[32])).note().toString());
            Run forked = run("audit", "verify", url, "--public-key", "log.vkey", "--checkpoint", "fork.txt");
            assertThat(forked.exitCode()).isEqualTo(1);
            assertThat(forked.err()).contains("CHANGED: the first 2 entries are not those");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void recordInTheEarlierFormatIsStillVerifiedShownAndItsReceiptsChecked() throws Exception {
        Path chain = Path.of(getClass().getResource("/chain-record").toURI());
        String key = chain.resolve("public-key.pem").toString();
        Run run = run("audit", "verify", chain.toString(), "--public-key", key);
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).contains("In the earlier format: entries 1 to ", "200 deliveries");
        assertThat(run("audit", "show", chain.toString(), "--policy", "PP_1").lines()).hasSize(200);
        Files.write(directory.resolve("message"), "message".getBytes(StandardCharsets.UTF_8));
        Run checked = run("audit", "check-receipt", chain.resolve("receipt.jws").toString(), "--public-key", key,
                "--message", "message");
        assertThat(checked.exitCode()).as(checked.err()).isZero();
        assertThat(run("audit", "show", chain.toString(), "--message", "message", "--digest-key",
                chain.resolve("digest-key.hex").toString()).lines()).hasSize(200);
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
