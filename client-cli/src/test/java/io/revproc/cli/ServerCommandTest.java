package io.revproc.cli;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;

class ServerCommandTest {
    @TempDir
    Path directory;

    @Test
    void saysThatThereIsNoEvidenceWhereTheFileIsMissingOrEmpty() throws Exception {
        assertThat(said("token.jwt")).contains("the evidence file token.jwt can't be read or is empty");
        Files.writeString(directory.resolve("token.jwt"), "\n");
        assertThat(said("token.jwt")).contains("the evidence file token.jwt can't be read or is empty");
        Files.writeString(directory.resolve("token.jwt"), "a.b.c\n");
        assertThat(said("token.jwt")).doesNotContain("evidence");
    }

    /** What it says at its start; its proxy is not there. */
    private String said(String evidence) throws Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream err = new PrintStream(said, true, StandardCharsets.UTF_8);
        ServerCommand command = new ServerCommand(
                new Terminal(InputStream.nullInputStream(), System.out, err, false, false, Map.of(), directory));
        new CommandLine(command).parseArgs("--policy", "PP_1", "--id", "7", "--listen", "0", "--evidence",
                evidence, "--host", "127.0.0.1:1");
        command.start().close();
        return said.toString(StandardCharsets.UTF_8);
    }
}
