package io.revproc.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/** A process of the benchmark, bound to one processor. Ended by {@link #close}. */
record Child(String name, Process process, int port) implements AutoCloseable {
    private static final Duration READY_WITHIN = Duration.ofMinutes(3);

    /**
     * Starts a process and waits until its port takes connections.
     *
     * @param cpu the processor to bind it to; null: any
     */
    static Child start(String name, @Nullable Integer cpu, Path log, int port, List<String> command)
            throws IOException, InterruptedException {
        List<String> pinned = new ArrayList<>(cpu == null ? List.of() : List.of("taskset", "-c", "" + cpu));
        pinned.addAll(command);
        Process process = new ProcessBuilder(pinned).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        Child child = new Child(name, process, port);
        long end = System.nanoTime() + READY_WITHIN.toNanos();
        while (!listens(port)) {
            if (!process.isAlive() || System.nanoTime() - end > 0) {
                child.close();
                throw new IOException(name + " did not start; see " + log);
            }
            Thread.sleep(5);
        }
        return child;
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 200);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    ProcessUsage usage() {
        return new ProcessUsage(process.pid());
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
