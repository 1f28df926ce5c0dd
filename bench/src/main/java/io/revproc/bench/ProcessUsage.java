package io.revproc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Reads the kernel's figures of a process from /proc. */
record ProcessUsage(long pid) {
    /** Nanoseconds on a processor since its start, all threads. A thread that has ended is missing. */
    long cpuNanos() throws IOException {
        return cpuNanos("");
    }

    /** The same, of the threads whose names end with this; the kernel keeps 15 characters of a name. */
    long cpuNanos(String name) throws IOException {
        long sum = 0;
        List<Path> threads;
        try (Stream<Path> tasks = Files.list(Path.of("/proc", "" + pid, "task"))) {
            threads = tasks.toList();
        }
        for (Path thread : threads) {
            try {
                if (!Files.readString(thread.resolve("comm")).strip().endsWith(name)) {
                    continue;
                }
                sum += Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ")[0]);
            } catch (NoSuchFileException e) {
                // ended meanwhile
            }
        }
        return sum;
    }

    /** Resident memory in bytes. */
    long residentBytes() throws IOException {
        return 1024 * status("VmRSS:");
    }

    long threads() throws IOException {
        return status("Threads:");
    }

    private long status(String key) throws IOException {
        return Files.readAllLines(Path.of("/proc", "" + pid, "status")).stream().filter(line -> line.startsWith(key))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElseThrow();
    }

    /** Open descriptors. */
    long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc", "" + pid, "fd"))) {
            return open.count();
        }
    }
}
