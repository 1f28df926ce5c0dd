package io.revproc.acceptance;

import java.io.BufferedWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each receipt of a run is taken, and each one that was changed refused, by the command line and by a verifier that shares no line with
 * it. {@code bin/receipts} makes the run longer.
 */
class ReceiptsIT {
    private static final int MESSAGES = Integer.getInteger("revproc.receipts", 20_000);
    private static final int CONNECTIONS = 4;
    private static final int IN_FLIGHT = 200;
    private static final int BUFFER = 1 << 16;

    @TempDir
    Path directory;

    private final StringBuilder figures = new StringBuilder();

    @Test
    void eachReceiptIsTakenAndEachChangedOneRefusedByTwoVerifiers() throws Exception {
        List<Path> answers = timed("receipts", this::run);
        Path good = directory.resolve("good.jsonl");
        Path bad = directory.resolve("bad.jsonl");
        Map<ReceiptMutation, Integer> kinds = write(answers, good, bad);

        assertThat(timed("check-receipt", () -> commandLine(good)))
                .contains("\"receipts\":" + MESSAGES + ",\"valid\":" + MESSAGES + ",\"problems\":[]");
        assertThat(timed("check-receipt, changed ones", () -> commandLine(bad)))
                .contains("\"receipts\":" + MESSAGES + ",\"valid\":0,");
        assertThat(timed("verify.py", () -> python(good))).contains("valid: " + MESSAGES + " receipts");
        assertThat(timed("verify.py, changed ones", () -> python(bad)))
                .contains("not valid: 0 of " + MESSAGES + " receipts are valid");
        assertThat(kinds.keySet()).as("each kind of change").containsExactlyInAnyOrder(ReceiptMutation.values());
        figures.append(kinds).append('\n');
        Files.writeString(Programs.home().resolve("acceptance/target/receipts.txt"), figures);
    }

    /** Sends all messages; returns a file for each connection with a line for each answer. */
    private List<Path> run() throws Exception {
        try (Proc proxy = Programs.proxy("--revproc.audit.directory=" + directory.resolve("record"))) {
            int port = Programs.port(proxy);
            try (Proc server = Programs.server(1, "PP_1", port);
                    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                Programs.registered(server);
                List<Future<Path>> files = new ArrayList<>();
                for (int i = 0; i < CONNECTIONS; i++) {
                    int first = i;
                    files.add(threads.submit(() -> exchange(port, first)));
                }
                List<Path> answers = new ArrayList<>();
                for (Future<Path> file : files) {
                    answers.add(file.get());
                }
                return answers;
            }
        }
    }

    private static String message(int n) {
        return "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_1\", \"receipt\": true, \"payload\": \"message " + n
                + "\"}";
    }

    /** Sends every so manieth message on a connection of its own, and writes the answers beside them. */
    private Path exchange(int port, int first) throws Exception {
        Path file = directory.resolve("answers-" + first);
        Semaphore room = new Semaphore(IN_FLIGHT);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                BufferedWriter out = Files.newBufferedWriter(file)) {
            socket.setSoTimeout(30_000);
            socket.setTcpNoDelay(true);
            Thread sender = Thread.ofVirtual().start(() -> send(socket, room, first));
            AnswerReader in = new AnswerReader(socket);
            for (int n = first; n < MESSAGES; n += CONNECTIONS) {
                String answer = in.next();
                room.release();
                assertThat(answer).contains("\"receipt\": \"");
                out.write("{\"message\": \"" + ReceiptMutation.escaped(message(n)) + "\", " + answer.substring(1));
                out.write('\n');
            }
            sender.join();
        }
        return file;
    }

    private static void send(Socket socket, Semaphore room, int first) {
        try {
            for (int n = first; n < MESSAGES;) {
                room.acquire();
                StringBuilder batch = new StringBuilder();
                for (int more = room.drainPermits() + 1; more > 0; more--, n += CONNECTIONS) {
                    batch.append(n < MESSAGES ? message(n) : "");
                }
                socket.getOutputStream().write(batch.toString().getBytes(UTF_8));
            }
        } catch (IOException e) {
            // the reader sees that nothing comes
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes answers apart, in which no brace stands but the outermost ones. */
    private static final class AnswerReader {
        private final Socket socket;
        private final byte[] buffer = new byte[BUFFER];
        private int at;
        private int end;

        AnswerReader(Socket socket) {
            this.socket = socket;
        }

        String next() throws IOException {
            java.io.ByteArrayOutputStream answer = new java.io.ByteArrayOutputStream(2048);
            while (true) {
                int from = at;
                while (at < end && buffer[at] != '}') {
                    at++;
                }
                answer.write(buffer, from, at - from);
                if (at < end) {
                    answer.write(buffer[at++]);
                    return answer.toString(UTF_8);
                }
                at = 0;
                end = socket.getInputStream().read(buffer);
                if (end < 0) {
                    throw new AssertionError("the connection was closed");
                }
            }
        }
    }

    private static Map<ReceiptMutation, Integer> write(List<Path> answers, Path good, Path bad) throws IOException {
        Map<ReceiptMutation, Integer> kinds = new EnumMap<>(ReceiptMutation.class);
        ReceiptMutation.Changes changes = new ReceiptMutation.Changes();
        try (BufferedWriter whole = Files.newBufferedWriter(good);
                BufferedWriter changed = Files.newBufferedWriter(bad)) {
            for (Path file : answers) {
                try (var lines = Files.lines(file)) {
                    for (String line : (Iterable<String>) lines::iterator) {
                        whole.write(line);
                        whole.newLine();
                        changed.write(changes.change(line, kind -> kinds.merge(kind, 1, Integer::sum)));
                        changed.newLine();
                    }
                }
                Files.delete(file);
            }
        }
        return kinds;
    }

    private String commandLine(Path receipts) throws Exception {
        return output(Programs.home().resolve("bin/revproc").toString(), "audit", "check-receipt", receipts.toString(),
                "--json", "--public-key", directory.resolve("record/keys/log.vkey").toString());
    }

    private String python(Path receipts) throws Exception {
        return output("python3", Programs.home().resolve("examples/python-verify/verify.py").toString(), "receipts",
                receipts.toString(), "--key", directory.resolve("record/keys/log.vkey").toString());
    }

    /** What a program printed; it may take as long as so many receipts need. */
    private String output(String... command) throws Exception {
        Path out = directory.resolve("out");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
        try {
            assertThat(process.waitFor(Proc.PATIENCE.toSeconds() + MESSAGES / 500, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(out);
    }

    private interface Step<T> {
        T run() throws Exception;
    }

    private <T> T timed(String name, Step<T> step) throws Exception {
        long start = System.nanoTime();
        T result = step.run();
        double seconds = Duration.ofNanos(System.nanoTime() - start).toMillis() / 1e3;
        figures.append(String.format(Locale.ROOT, "%s: %d in %.1f s, %.0f/s%n", name, MESSAGES, seconds,
                MESSAGES / seconds));
        return result;
    }
}
