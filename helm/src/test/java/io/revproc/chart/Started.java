package io.revproc.chart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;

/** A program that an image's entry point started; its output goes to a file. */
final class Started implements AutoCloseable {
    private final Process process;
    private final Path log;

    private Started(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static Started of(ProcessBuilder builder, Map<String, String> environment, Path log) throws IOException {
        builder.environment().putAll(environment);
        return new Started(builder.redirectOutput(log.toFile()).start(), log);
    }

    /** Waits for a line and gives what its group caught, a port. */
    int port(String line) {
        Pattern pattern = Pattern.compile(line);
        Awaitility.await().atMost(Duration.ofMinutes(3))
                .until(() -> !process.isAlive() || pattern.matcher(output()).find());
        Matcher matcher = pattern.matcher(output());
        if (!matcher.find()) {
            throw new AssertionError("ended with " + process.exitValue() + ": " + output());
        }
        return Integer.parseInt(matcher.group(1));
    }

    String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Has the program's JVM collect its garbage. */
    void collectGarbage() throws IOException, InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process asking = new ProcessBuilder(jcmd, Long.toString(process.pid()), "GC.run").redirectErrorStream(true)
                .start();
        String answer = new String(asking.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (asking.waitFor() != 0) {
            throw new AssertionError("jcmd: " + answer);
        }
    }

    /** SIGTERM, as a container engine stops it. */
    int stop() throws InterruptedException {
        process.destroy();
        return ended();
    }

    /** Waits for its end, and returns its exit code. */
    int ended() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("still there a minute after it was told to end: " + output());
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

}
