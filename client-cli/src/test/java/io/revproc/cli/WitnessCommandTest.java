package io.revproc.cli;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.revproc.record.Checkpoint;
import io.revproc.record.SigningKey;
import io.revproc.record.tlog.AddCheckpoint;
import io.revproc.record.tlog.TreeHasher;
import io.revproc.record.tlog.TreeHead;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class WitnessCommandTest {
    private static final String LOG = "example.com/log";
    private static final SigningKey KEY = SigningKey.generate();

    @TempDir
    Path directory;

    private byte[] request(byte[] root) {
        return new AddCheckpoint(0, List.of(), Checkpoint.sign(KEY, 1, 0, new TreeHead(LOG, 1, root)).note()).bytes();
    }

    @Test
    void witnessKeepsItsKeyAndStateAndEvidenceOfWhatContradictsIt() throws Exception {
        Files.writeString(directory.resolve("log.vkey"), KEY.publicKey().noteKey(LOG).text() + "\n");
        byte[] root = new TreeHasher().leaf(new byte[]{1});
        String key;
        try (WitnessCommand.Running witness = start("--log", "log.vkey", "--name", "w.example/1")) {
            assertThat(witness.witness().add(request(root)).toString()).contains("Cosigned");
            key = Files.readString(directory.resolve("state/witness.vkey"));
            assertThat(key).startsWith("w.example/1+");
        }
        try (WitnessCommand.Running witness = start("--log",
                KEY.publicKey().noteKey(LOG).text() + "@http://127.0.0.1:1/")) {
            byte[] fork = new AddCheckpoint(1, List.of(),
                    Checkpoint.sign(KEY, 1, 0, new TreeHead(LOG, 1, new byte[32])).note()).bytes();
            assertThat(witness.witness().add(fork).toString()).contains("Conflict");
            assertThat(Files.readString(directory.resolve("state/witness.vkey"))).isEqualTo(key);
            assertThat(witness.logs().getFirst().url()).isEqualTo("http://127.0.0.1:1");
            assertThat(witness.look(witness.logs().getFirst(), null)).contains("can't be read");
        }
        try (var files = Files.list(directory.resolve("state"))) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith("evidence-"))).singleElement()
                    .satisfies(file -> assertThat(Files.readString(file)).contains("w.example/1", "\n\n"));
        }
    }

    private WitnessCommand.Running start(String... args) {
        String[] all = new String[args.length + 5];
        System.arraycopy(new String[]{"--listen", "0", "--state", "state", "--json"}, 0, all, 0, 5);
        System.arraycopy(args, 0, all, 5, args.length);
        WitnessCommand command = new WitnessCommand(new Terminal(java.io.InputStream.nullInputStream(),
                System.out, System.err, false, false, java.util.Map.of(), directory));
        new picocli.CommandLine(command).parseArgs(all);
        return command.start();
    }

    @Test
    void wrongUseIsOneSentence() {
        String log = KEY.publicKey().noteKey(LOG).text();
        for (String[] words : new String[][]{{"witness"}, {"witness", "--log", "nowhere"},
                {"witness", "--log", log, "--listen", "nonsense"},
                {"witness", "--log", log, "--listen", "70000"}, {"witness", "--log", log, "--name", "two words"}}) {
            Run run = new Run.Setup().in(directory).run(words);
            assertThat(run.exitCode()).as(String.join(" ", words)).isEqualTo(2);
            assertThat(run.err().strip().lines()).as(String.join(" ", words)).hasSize(1);
        }
    }

    @Test
    void placeThatIsTakenIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Run run = new Run.Setup().in(directory).run("witness", "--log", KEY.publicKey().noteKey(LOG).text(),
                    "--listen", "127.0.0.1:" + taken.getLocalPort());

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err()).contains("the witness can't listen on 127.0.0.1:" + taken.getLocalPort(), "--listen");
        }
    }
}
