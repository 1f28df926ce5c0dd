package io.revproc.record;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;

import com.sun.net.httpserver.HttpServer;
import io.revproc.record.tlog.Tile;
import io.revproc.record.tlog.TlogProof;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The formats as somebody else reads them: {@code examples/python-verify}, which shares no line with this. */
class PythonVerifierTest {
    private static final Path VERIFIER = Path.of("../examples/python-verify/verify.py").toAbsolutePath().normalize();
    /** Reads what follows with the example's functions, and prints the names of those that it takes. */
    private static final String EACH = """
            import os, sys
            sys.path.insert(0, os.path.dirname(sys.argv[1]))
            import verify
            key = verify.key_of(sys.argv[2])
            for name in sorted(os.listdir(sys.argv[3])):
                try:
                    data = open(os.path.join(sys.argv[3], name), "rb").read().decode()
                    print(name if sys.argv[4] == "checkpoint" and verify.checkpoint_of(data, key)
                          or sys.argv[4] == "receipt" and verify.receipt(data, key, b"message 280") else "")
                except Exception:
                    pass
            """;

    @TempDir
    Path directory;

    private Sample sample;

    @BeforeEach
    void write() throws Exception {
        assumeTrue(run("python3", "--version").code() == 0, "no python3 here");
        sample = new Sample(Files.createDirectory(directory.resolve("record")));
        sample.segment(300).segment(260);
        Files.writeString(directory.resolve("log.vkey"), Sample.PUBLIC.noteKey(Sample.ORIGIN).text() + "\n");
    }

    private record Run(int code, String out) {}

    private Run run(String... command) throws Exception {
        Path out = Files.createTempFile(directory, "out", "");
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
        } catch (IOException e) {
            return new Run(127, "");
        }
        return new Run(process.waitFor(), Files.readString(out));
    }

    private byte[] receipt(int delivery) throws Exception {
        return Objects.requireNonNull(new ReceiptSearch(sample.directory, sample.salts).newest(
                Sample.message(delivery), Instant.EPOCH,
                sample.checkpoints.getLast(), new RecordTiles(sample.directory))).bytes();
    }

    @Test
    void receiptAndCheckpointAreTaken() throws Exception {
        Path receipt = Files.write(directory.resolve("a.tlog-proof"), receipt(280));
        Run run = run("python3", VERIFIER.toString(), "receipt", receipt.toString(), "--key",
                directory.resolve("log.vkey").toString());
        assertThat(run.out()).startsWith("valid: entry 281 of 562 in example.com/log");
        assertThat(run.code()).isZero();
        Path message = Files.write(directory.resolve("sent"), Sample.message(280));
        assertThat(run("python3", VERIFIER.toString(), "receipt", receipt.toString(), "--key",
                directory.resolve("log.vkey").toString(), "--message", message.toString()).code()).isZero();
        Path other = Files.writeString(directory.resolve("message"), "another message");
        assertThat(run("python3", VERIFIER.toString(), "receipt", receipt.toString(), "--key",
                directory.resolve("log.vkey").toString(), "--message", other.toString()).out())
                .isEqualTo("not valid: the receipt is for another message\n");
    }

    @Test
    void entryOfAMessageThatNoServerAnsweredIsNoReceipt() throws Exception {
        EntryWriter.DeliveryData data = new EntryWriter.DeliveryData();
        data.outcome = Outcome.TIMEOUT.code();
        data.client = new byte[]{127, 0, 0, 1};
        data.server = EntryWriter.server(data.client, 9001, "PP_1", "1");
        EntryWriter writer = new EntryWriter(1024, Sample.ORIGIN);
        writer.delivery(data);
        Path receipt = Files.write(directory.resolve("a.tlog-proof"), new TlogProof(
                Receipt.extra(new byte[Salts.LENGTH], writer.lastLeaf()), 0, List.of(),
                writer.checkpoint(Sample.KEY, 1, 0).note()).bytes());
        assertThat(run("python3", VERIFIER.toString(), "receipt", receipt.toString(), "--key",
                directory.resolve("log.vkey").toString()).out())
                .isEqualTo("not valid: the entry is not a delivery of this index that a server answered\n");
    }

    @Test
    void oneFlippedBitIsRefusedAsItIsHere() throws Exception {
        List<VerifyingKey> keys = List.of(Sample.PUBLIC);
        byte[] receipt = receipt(280);
        byte[] checkpoint = sample.checkpoints.getLast().note().bytes();
        assertThat(taken("receipt", flipped(receipt, 60))).containsExactly("00-whole");
        assertThat(taken("checkpoint", flipped(checkpoint, 40))).containsExactly("00-whole");
        assertThat(Receipt.verify(receipt, keys).proof().index()).isEqualTo(281);
    }

    private Path flipped(byte[] whole, int count) throws IOException {
        Path into = Files.createTempDirectory(directory, "flipped");
        Files.write(into.resolve("00-whole"), whole);
        Random random = new Random(whole.length);
        for (int i = 0; i < count; i++) {
            byte[] bytes = whole.clone();
            int bit = random.nextInt(8 * bytes.length);
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(into.resolve("bit-" + bit), bytes);
        }
        return into;
    }

    private List<String> taken(String what, Path files) throws Exception {
        return run("python3", "-c", EACH, VERIFIER.toString(), directory.resolve("log.vkey").toString(),
                files.toString(), what).out().lines().toList();
    }

    @Test
    void servedLogIsReadEntryByEntryAndHeldToAnOlderCheckpoint() throws Exception {
        RecordTiles tiles = new RecordTiles(sample.directory);
        List<String> wrong = new ArrayList<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath().substring(1);
            byte[] body = path.equals("checkpoint")
                    ? sample.checkpoints.getLast().note().bytes()
                    : tiles.read(Objects.requireNonNull(Tile.parse(path)));
            if (wrong.contains(path)) {
                body[body.length / 2] ^= 1;
            }
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            Path old = Files.write(directory.resolve("old"), sample.checkpoints.get(1).note().bytes());
            Path fork = Files.write(directory.resolve("fork"), Checkpoint.sign(Sample.KEY, 1, 0,
                    new io.revproc.record.tlog.TreeHead(Sample.ORIGIN, 301, new byte[32])).note().bytes());
            assertThat(log(server, old)).isEqualTo("valid: 562 entries of example.com/log\n");
            assertThat(log(server, fork)).contains("does not begin with the older checkpoint");
            for (String path : List.of("tile/entries/001", "tile/0/000", "tile/1/000.p/2", "checkpoint")) {
                wrong.add(path);
                assertThat(log(server, old)).as(path).startsWith("not valid: ");
                wrong.clear();
            }
        } finally {
            server.stop(0);
        }
    }

    private String log(HttpServer server, Path old) throws Exception {
        return run("python3", VERIFIER.toString(), "log", "http://127.0.0.1:" + server.getAddress().getPort(), "--key",
                new String(Files.readAllBytes(directory.resolve("log.vkey")), StandardCharsets.UTF_8).strip(), "--old",
                old.toString()).out();
    }
}
