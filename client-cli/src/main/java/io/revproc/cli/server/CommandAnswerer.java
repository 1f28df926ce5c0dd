package io.revproc.cli.server;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.revproc.wire.Message;

/**
 * Answers with what a shell command prints. The payload is its standard input and nothing else of the message comes near the
 * shell, except policy and client id as environment variables. Thread-safe.
 */
public final class CommandAnswerer implements Answerer {
    private static final int MAX_OUTPUT = 512 * 1024;
    private static final int MAX_AT_ONCE = 32;

    private final String command;
    private final Duration patience;
    private final Semaphore permits = new Semaphore(MAX_AT_ONCE);

    /** @param patience after which the command is ended and its message fails */
    public CommandAnswerer(String command, Duration patience) {
        this.command = command;
        this.patience = patience;
    }

    @Override
    public String answer(Message.Data message) throws IOException {
        permits.acquireUninterruptibly();
        try {
            return run(message);
        } finally {
            permits.release();
        }
    }

    private String run(Message.Data message) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command).redirectError(Redirect.INHERIT);
        builder.environment().put("REVPROC_POLICY", message.policy().text());
        builder.environment().put("REVPROC_SRCID", message.srcId().text());
        Process process = builder.start();
        Thread watch = Thread.ofVirtual().start(() -> {
            try {
                if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                // The answer is there.
            }
        });
        try {
            Thread.ofVirtual().start(() -> feed(process, message.payload()));
            byte[] output = process.getInputStream().readNBytes(MAX_OUTPUT + 1);
            if (output.length > MAX_OUTPUT) {
                throw new IOException("the command printed more than " + MAX_OUTPUT + " bytes");
            }
            int exitCode = process.waitFor();
            if (exitCode != 0) {
                throw new IOException("the command ended with exit code " + exitCode);
            }
            return new String(output, StandardCharsets.UTF_8).stripTrailing();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            watch.interrupt();
            process.destroyForcibly();
        }
    }

    private static void feed(Process process, String payload) {
        try (OutputStream in = process.getOutputStream()) {
            in.write(payload.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // A command need not read its input.
        }
    }
}
