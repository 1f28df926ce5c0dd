package io.revproc.acceptance;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The first command of the README. */
class DemoIT {
    @Test
    void demoShowsBothAnswersAndLeavesNothingBehind() throws Exception {
        Set<Long> before = programs();
        try (Proc demo = Proc.start("demo", List.of(Programs.home().resolve("bin/demo").toString(), "--once"))) {
            assertThat(demo.exitCode()).as(demo.output()).isZero();
            assertThat(demo.output().lines().filter(line -> line.endsWith("| Hash matched."))).hasSize(2);
            assertThat(demo.output()).contains("| Reverse proxy is listening on 127.0.0.1:",
                    "| Server runing with id 1", "| Server runing with id 2", "PP_1", "Both hashes matched.");
        }
        assertThat(programs()).isSubsetOf(before);
    }

    /** Processes that run one of our jars. */
    private static Set<Long> programs() {
        String home = Programs.home().toAbsolutePath().normalize().toString();
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine()
                        .map(line -> line.contains(home) && line.contains("-jar")).orElse(false))
                .map(ProcessHandle::pid).collect(Collectors.toSet());
    }
}
