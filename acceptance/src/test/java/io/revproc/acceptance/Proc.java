package io.revproc.acceptance;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/** A process that a test has started: its output line by line, and its end. Closing it ends it, whatever the test did. */
public final class Proc implements AutoCloseable {
    /** For a start on a machine that is busy with something else. */
    public static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int MAX_LINES = 10_000;

    private final String name;
    private final Process process;
    private final Thread reader;
    private final List<String> lines = new ArrayList<>();
    private final Consumer<String> eachLine;
    private boolean ended;

    private Proc(String name, Process process, Consumer<String> eachLine) {
        this.name = name;
        this.process = process;
        this.eachLine = eachLine;
        this.reader = Thread.ofVirtual().name(name).start(this::read);
    }

    /** Starts a command; both of its streams are captured as one. */
    public static Proc start(String name, List<String> command) {
        return start(name, command, line -> {});
    }

    /** @param eachLine told of every line of its output, however many there are */
    public static Proc start(String name, List<String> command, Consumer<String> eachLine) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(key -> key.startsWith("REVPROC_") || key.startsWith("JAVA_TOOL"));
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            return new Proc(name, process, eachLine);
        } catch (IOException e) {
            throw new IllegalStateException(name + " can't be started: " + command, e);
        }
    }

    private void read() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            String line;
            while ((line = in.readLine()) != null) {
                eachLine.accept(line);
                add(line);
            }
        } catch (IOException e) {
            // it was ended
        }
        synchronized (this) {
            ended = true;
            notifyAll();
        }
    }

    private synchronized void add(String line) {
        if (lines.size() < MAX_LINES) {
            lines.add(line);
        }
        notifyAll();
    }

    /** Waits for a line in which the pattern is found. */
    public synchronized MatchResult await(String pattern) throws InterruptedException {
        Pattern wanted = Pattern.compile(pattern);
        long end = System.nanoTime() + PATIENCE.toNanos();
        int seen = 0;
        while (true) {
            for (; seen < lines.size(); seen++) {
                Matcher matcher = wanted.matcher(lines.get(seen));
                if (matcher.find()) {
                    return matcher.toMatchResult();
                }
            }
            long left = end - System.nanoTime();
            if (ended || left <= 0) {
                throw new AssertionError(name + (ended ? " ended" : " went on") + " without a line like " + pattern
                        + "; it said:\n" + String.join("\n", lines));
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** What was printed so far, without the log's lines, which begin with a time. */
    public synchronized List<String> transcript() {
        return lines.stream().filter(line -> !line.matches("\\d{2,4}[-:].*") && !line.isBlank()).toList();
    }

    /** What was printed so far. */
    public synchronized String output() {
        return String.join("\n", lines);
    }

    /** Asks it to end, as {@code kill} does. */
    public void terminate() {
        // not Process.destroy, which also closes the streams that its last words come through
        process.toHandle().destroy();
    }

    /** Ends it at once, as {@code kill -9} does. */
    public void kill() {
        process.toHandle().destroyForcibly();
    }

    /** Stops it where it is, as {@code kill -STOP} does: the kernel goes on accepting and acknowledging for it. */
    public void freeze() throws InterruptedException {
        signal("STOP");
    }

    /** Lets a frozen one go on. */
    public void thaw() throws InterruptedException {
        signal("CONT");
    }

    private void signal(String signal) throws InterruptedException {
        if (start("kill", List.of("kill", "-" + signal, "" + process.pid())).exitCode() != 0) {
            throw new AssertionError("SIG" + signal + " could not be sent to " + name);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for its end, and for the last of its output. */
    public int exitCode() throws InterruptedException {
        return exitCode(PATIENCE);
    }

    /** @param patience for one that has much to do */
    int exitCode(Duration patience) throws InterruptedException {
        if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError(name + " does not end; it said:\n" + output());
        }
        reader.join(patience);
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes those that there are, in this order. */
    public static void closeAll(@Nullable Proc... processes) {
        for (Proc process : processes) {
            if (process != null) {
                process.close();
            }
        }
    }
}
