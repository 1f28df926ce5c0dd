package io.revproc.acceptance.faults;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import io.revproc.acceptance.Proc;
import org.junit.jupiter.api.Assumptions;

/**
 * Two hosts on one machine, joined by a cable: network namespaces of this run alone, deleted at its end. Where they can't be made the
 * test is skipped, and says so.
 */
final class TwoHosts implements AutoCloseable {
    /** The first host's address, and two of the second one. */
    static final String NEAR = "10.77.0.1";
    static final String FAR = "10.77.0.2";
    static final String FAR_TOO = "10.77.0.3";

    /** By its path: not everybody's PATH has it. Empty: there is none. */
    private static final String IP = Stream.of("/usr/sbin/ip", "/usr/bin/ip", "/sbin/ip", "/bin/ip")
            .filter(path -> Files.isExecutable(Path.of(path))).findFirst().orElse("");

    private final String near = "revproc-near-" + ProcessHandle.current().pid();
    private final String far = "revproc-far-" + ProcessHandle.current().pid();
    private final Thread atExit = new Thread(this::delete);

    TwoHosts() throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(atExit);
        boolean made = ip("netns", "add", near)
                && ip("netns", "add", far)
                && ip("link", "add", "cable", "netns", near, "type", "veth", "peer", "name", "cable", "netns", far);
        if (!made) {
            close();
            System.out.println("SKIPPED, NOT TESTED: hosts whose network is gone. It needs root and iproute2.");
        }
        Assumptions.assumeTrue(made, "network namespaces can't be made here");
        boolean up = ip("-n", near, "addr", "add", NEAR + "/24", "dev", "cable")
                && ip("-n", far, "addr", "add", FAR + "/24", "dev", "cable")
                && ip("-n", far, "addr", "add", FAR_TOO + "/24", "dev", "cable")
                && ip("-n", near, "link", "set", "lo", "up") && ip("-n", near, "link", "set", "cable", "up")
                && ip("-n", far, "link", "set", "cable", "up");
        if (!up) {
            close();
            throw new AssertionError("the cable between the two hosts can't be set up");
        }
    }

    /** What goes before a command that shall run on the first host. */
    List<String> onNear() {
        return List.of(IP, "netns", "exec", near);
    }

    List<String> onFar() {
        return List.of(IP, "netns", "exec", far);
    }

    /** Nothing comes through any more, and nobody is told. */
    void cut() throws InterruptedException {
        if (!ip("-n", far, "link", "set", "cable", "down")) {
            throw new AssertionError("the cable can't be cut");
        }
    }

    /** Connections to the first host's port that its kernel believes in. */
    long established(int port) {
        List<String> command = new ArrayList<>(onNear());
        command.addAll(List.of("cat", "/proc/net/tcp", "/proc/net/tcp6"));
        try (Proc table = Proc.start("connections", command)) {
            table.exitCode();
            return table.output().lines().map(String::strip)
                    .filter(line -> line.matches(String.format(Locale.ROOT,
                            "\\d+: \\p{XDigit}+:%04X \\p{XDigit}+:\\p{XDigit}{4} 01 .*", port)))
                    .count();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static boolean ip(String... args) throws InterruptedException {
        if (IP.isEmpty()) {
            return false;
        }
        List<String> command = new ArrayList<>(List.of(IP));
        command.addAll(List.of(args));
        try (Proc ip = Proc.start("ip", command)) {
            return ip.exitCode() == 0;
        }
    }

    private void delete() {
        try {
            ip("netns", "del", far);
            ip("netns", "del", near);
        } catch (InterruptedException | IllegalStateException e) {
            // there are none, or nobody waits any more
        }
    }

    @Override
    public void close() {
        delete();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
