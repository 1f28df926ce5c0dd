package io.revproc.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** One run of the command line in this process, with what it wrote. */
record Run(int exitCode, String out, String err) {
    List<String> lines() {
        return out.lines().toList();
    }

    Map<String, @Nullable Object> json() {
        byte[] bytes = out.getBytes(StandardCharsets.UTF_8);
        return Json.object(Json.read(bytes, 0, bytes.length));
    }

    static Run of(String... args) {
        return new Setup().run(args);
    }

    /** What surrounds the run; nothing of the machine's by default. */
    static final class Setup {
        private final Map<String, String> env = new HashMap<>();
        private byte[] input = {};
        private boolean interactive;
        private boolean watched;
        private Path directory = Path.of("");

        Setup env(String name, String value) {
            env.put(name, value);
            return this;
        }

        Setup input(String text) {
            input = text.getBytes(StandardCharsets.UTF_8);
            return this;
        }

        Setup input(byte[]... parts) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (byte[] part : parts) {
                all.writeBytes(part);
            }
            input = all.toByteArray();
            return this;
        }

        Setup onATerminal() {
            interactive = true;
            watched = true;
            return this;
        }

        /** Standard error is a terminal; standard output is a file. */
        Setup watched() {
            watched = true;
            return this;
        }

        Setup in(Path where) {
            directory = where;
            return this;
        }

        Terminal terminal() {
            return new Terminal(new ByteArrayInputStream(input), System.out, System.err, interactive, watched, env,
                    directory);
        }

        Run run(String... args) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            int exitCode = Revproc.run(new Terminal(new ByteArrayInputStream(input),
                    new PrintStream(out, true, StandardCharsets.UTF_8),
                    new PrintStream(err, true, StandardCharsets.UTF_8), interactive, watched, env, directory), args);
            return new Run(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        }
    }
}
