package io.revproc.cli.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A program that the checks have started; ended when this is closed. */
public final class Program implements Subject, ClientConformance.Run {
    private static final int MAX_OUTPUT = 8 << 20;

    private final Process process;
    private final Thread reader;
    private final StringBuilder output = new StringBuilder();

    private Program(Process process, Consumer<String> lines) {
        this.process = process;
        this.reader = Thread.ofVirtual().start(() -> read(lines));
    }

    /**
     * Starts a program.
     *
     * @param directory where it runs
     * @param lines     is told of each line that it prints, from another thread
     * @throws IOException if there is no such program
     */
    public static Program start(List<String> command, Path directory, Consumer<String> lines) throws IOException {
        Process process = new ProcessBuilder(command).directory(directory.toAbsolutePath().toFile())
                .redirectErrorStream(true).start();
        process.getOutputStream().close();
        return new Program(process, lines);
    }

    private void read(Consumer<String> lines) {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.accept(line);
                synchronized (output) {
                    if (output.length() + line.length() < MAX_OUTPUT) {
                        output.append(line).append('\n');
                    }
                }
            }
        } catch (IOException e) {
            // It has ended, and its last words with it.
        }
    }

    @Override
    public String output() {
        synchronized (output) {
            return output.toString();
        }
    }

    @Override
    public int exitCode() {
        return process.exitValue();
    }

    @Override
    public void terminate() {
        // not Process.destroy, which also closes the streams that its last words come through
        process.toHandle().destroy();
    }

    @Override
    public boolean ended(Duration patience) throws InterruptedException {
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            return false;
        }
        reader.join(Duration.ofSeconds(1));
        return true;
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
