package io.revproc.proxy.listener;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * How many files and sockets this process may have open, and how many of those the listener's connections may be. The others are for
 * what must go on when clients have taken all of theirs: connections to servers, HTTP, the record's files.
 *
 * @param limit the most that the kernel allows; {@link Long#MAX_VALUE} if it sets none, or does not say
 * @param open  those that are open already
 */
record Descriptors(long limit, long open) {
    private static final String LIMIT = "Max open files";
    /** The fewest and the most that are kept for others, a third in between; never more than half. */
    private static final long MIN_KEPT = 64;
    private static final long MAX_KEPT = 4096;

    /** Returns those of this process, as Linux says it; elsewhere no limit is known. */
    static Descriptors now() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return new Descriptors(limit(Files.readString(Path.of("/proc/self/limits"))), open.count());
        } catch (IOException e) {
            return new Descriptors(Long.MAX_VALUE, 0);
        }
    }

    /** @param limits what {@code /proc/self/limits} says: name, soft limit, hard limit, unit */
    static long limit(String limits) {
        String soft = limits.lines().filter(line -> line.startsWith(LIMIT))
                .map(line -> line.substring(LIMIT.length()).strip().split("\\s+", 2)[0]).findAny().orElse("unlimited");
        return soft.matches("\\d{1,18}") ? Long.parseLong(soft) : Long.MAX_VALUE;
    }

    /** Returns how many connections the listener may have at once, of so many wanted; at least one. */
    int connections(int wanted) {
        long rest = Math.max(0, limit - open);
        long kept = Math.min(rest / 2, Math.clamp(rest / 3, MIN_KEPT, MAX_KEPT));
        return Math.clamp(rest - kept, 1, wanted);
    }
}
