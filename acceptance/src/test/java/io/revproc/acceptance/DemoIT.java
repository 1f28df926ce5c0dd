package io.revproc.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The first command of the README. */
class DemoIT {
    @Test
    void demoShowsBothAnswersAndLeavesNothingBehind() throws Exception {
        String mark = "DEMO_OF_TEST=" + UUID.randomUUID();
        try (Proc demo = Proc.start("demo",
                List.of("env", mark, Programs.home().resolve("bin/demo").toString(), "--once"))) {
            assertThat(demo.exitCode()).as(demo.output()).isZero();
            assertThat(demo.output().lines().filter(line -> line.endsWith("| Hash matched."))).hasSize(2);
            assertThat(demo.output()).contains("| Reverse proxy is listening on 127.0.0.1:",
                    "| Server runing with id 1", "| Server runing with id 2", "PP_1", "Both hashes matched.");
        }
        assertThat(programs(mark)).isEmpty();
    }

    /** Processes that run one of our jars and come from what was started with this mark; other tests have theirs at the same time. */
    private static Set<Long> programs(String mark) {
        String home = Programs.home().toAbsolutePath().normalize().toString();
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine()
                        .map(line -> line.contains(home) && line.contains("-jar")).orElse(false))
                .map(ProcessHandle::pid).filter(pid -> environment(pid).contains(mark)).collect(Collectors.toSet());
    }

    private static String environment(long pid) {
        try {
            return Files.readString(Path.of("/proc", String.valueOf(pid), "environ"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            // ended meanwhile
            return "";
        }
    }
}
