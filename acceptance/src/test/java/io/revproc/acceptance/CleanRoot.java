package io.revproc.acceptance;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A Debian with systemd of its own, in which a test may install what it likes: this machine's files, copied on write, without a
 * JDK. It has its own processes and its own loopback, so every port is free. Closing it ends all of it.
 */
final class CleanRoot implements AutoCloseable {
    private final Proc system;
    private final String pid;

    private CleanRoot(Proc system, String pid) {
        this.system = system;
        this.pid = pid;
    }

    /**
     * Boots it.
     *
     * @param scratch an empty directory
     */
    static CleanRoot boot(Path scratch) throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name"))
                && Files.isExecutable(Path.of("/lib/systemd/systemd"))
                && Files.isExecutable(Path.of("/usr/bin/dpkg-deb")) && Files.isExecutable(Path.of("/usr/bin/curl")),
                "a Debian with systemd, dpkg-deb and curl, and root, are needed; bin/verify installs what is missing");
        Path script = Programs.home().resolve("acceptance/src/test/resources/clean-root.sh").toAbsolutePath();
        Proc system = Proc.start("clean root", List.of("bash", script.toString(), scratch.toString()));
        CleanRoot root;
        try {
            root = new CleanRoot(system, system.await("^pid=(\\d+)$").group(1));
        } catch (AssertionError e) {
            system.close();
            assumeTrue(false, "this machine allows no namespaces with a file system of their own: " + e.getMessage());
            throw e;
        }
        // Before that it has no manager that commands could reach.
        root.succeeds("for i in $(seq 600); do systemctl is-active -q basic.target && exit; sleep 0.1; done; exit 1");
        return root;
    }

    /** Starts a command of a shell there. */
    Proc start(String command) {
        return Proc.start(command, List.of("nsenter", "--target", pid, "--all", "env", "-i",
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "bash", "-c",
                "cd /root && " + command));
    }

    /** Runs a command to its end; returns what it printed. It has to succeed. */
    String succeeds(String command) throws Exception {
        try (Proc run = start(command)) {
            if (run.exitCode() != 0) {
                throw new AssertionError(command + " failed:\n" + run.output());
            }
            return run.output();
        }
    }

    /** The process that the files of this system are reached by from outside, below {@code /proc/PID/root}. */
    Path file(String path) {
        return Path.of("/proc", pid, "root", path);
    }

    @Override
    public void close() {
        system.close();
    }
}
