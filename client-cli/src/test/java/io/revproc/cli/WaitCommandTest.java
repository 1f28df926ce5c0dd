package io.revproc.cli;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class WaitCommandTest {
    @Test
    void serversOfAPolicyAreWaitedFor() {
        try (FakeAdmin admin = new FakeAdmin().answersInTurn("/admin/policies/PP_1", "{\"inRotation\": 0}",
                "{\"inRotation\": 1}", "{\"inRotation\": 2}")) {
            Run run = Run.of("wait", "--policy", "PP_1", "--servers", "2", "--timeout", "10s", "--admin", admin.url());

            assertThat(run).isEqualTo(new Run(0, "", ""));
            assertThat(admin.requests).hasSize(3);
        }
    }

    @Test
    void aPolicyThatNobodyHasHeardOfHasNoServers() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/policies/PP_1", 404, "{}")) {
            Run run = Run.of("wait", "--policy", "PP_1", "--timeout", "10ms", "--admin", admin.url());

            assertThat(run.exitCode()).isEqualTo(ExitCode.TIMED_OUT);
            assertThat(run.err()).isEqualTo("revproc: 0 of 1 servers of PP_1 take messages after 0s; a longer wait is "
                    + "--timeout 1s\n");
        }
    }

    @Test
    void aNameThatIsPerhapsMistypedIsSaid() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/policies/PP_X", 404,
                "{\"detail\": \"No server; did you mean PP_1?\"}")) {
            assertThat(Run.of("wait", "--policy", "PP_X", "--timeout", "10ms", "--admin", admin.url()).err())
                    .startsWith(
                            "revproc: 0 of 1 servers of PP_X take messages (no server; did you mean PP_1?) after 0s");
        }
    }

    @Test
    void theProxyIsWaitedForAndMayNotBeThereYet() {
        try (FakeAdmin admin = new FakeAdmin().answersInTurn("/actuator/health", "{\"status\": \"DOWN\"}",
                "{\"status\": \"UP\"}")) {
            assertThat(Run.of("wait", "--admin", admin.url(), "--json").json()).containsEntry("ok", true);
        }
        assertThat(Run.of("wait", "--admin", "http://127.0.0.1:1", "--timeout", "10ms").err())
                .startsWith("revproc: the proxy does not answer at http://127.0.0.1:1 after ");
    }

    /** A firewall that drops all, or a program that takes connections and says nothing. */
    @Test
    void whatDoesNotAnswerIsNotWaitedForMuchLongerThanAsked() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String url = "http://127.0.0.1:" + silent.getLocalPort();
            for (String what : List.of("wait", "wait --policy P")) {
                long start = System.nanoTime();
                Run run = Run.of((what + " --timeout 1s --admin " + url).split(" "));
                assertThat(run.exitCode()).isEqualTo(ExitCode.TIMED_OUT);
                assertThat(run.err()).startsWith("revproc: the proxy does not answer at " + url + " after 1s");
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(9));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 502, 503, 504})
    void aLoadBalancerThatDoesNotReachItIsWaitedForToo(int status) {
        try (FakeAdmin admin = new FakeAdmin().answers("/", status, "text/html", "<p>x</p>")) {
            for (String what : new String[]{"wait", "wait --policy P"}) {
                Run run = Run.of((what + " --timeout 10ms --admin " + admin.url()).split(" "));
                assertThat(run.exitCode()).isEqualTo(ExitCode.TIMED_OUT);
                assertThat(run.err()).contains(" after 0s; a longer wait is --timeout 1s");
            }
        }
    }

    @Test
    void whoeverWatchesSeesWhatIsMissing() {
        try (FakeAdmin admin = new FakeAdmin().answersInTurn("/admin/policies/PP_1", "{\"inRotation\": 0}",
                "{\"inRotation\": 1}")) {
            assertThat(new Run.Setup().watched().run("wait", "--policy", "PP_1", "--admin", admin.url()).err())
                    .startsWith("\rwaiting: 0 of 1 servers of PP_1 take messages").endsWith("\r");
        }
    }

    @Test
    void whoMayNotReadDoesNotWait() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/policies/PP_1", 401, "{}")) {
            Run run = Run.of("wait", "--policy", "PP_1", "--admin", admin.url());

            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.err()).contains("REVPROC_TOKEN");
        }
    }

    /** Whatever it is asked for; not for ever. */
    @ParameterizedTest
    @ValueSource(strings = {"wait", "wait --policy P", "top", "routes --watch", "events --follow",
            "events --server P/1",
            "explain P", "can-register --policy P", "policies", "health"})
    void whoIsForbiddenHearsTheProxysSentence(String command) {
        try (FakeAdmin admin = new FakeAdmin().answers("/", 403, "application/problem+json",
                "{\"status\": 403, \"detail\": \"Reading from here needs an account\"}")) {
            Run run = Run.of((command + " --admin " + admin.url()).split(" "));

            assertThat(run).isEqualTo(new Run(ExitCode.REFUSED, "",
                    "revproc: the proxy does not allow this to you: reading from here needs an account\n"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--servers 2", "--policy P --servers 0"})
    void whatMakesNoSenseIsWrongUsage(String options) {
        assertThat(Run.of(("wait " + options).split(" ")).exitCode()).isEqualTo(ExitCode.USAGE);
    }
}
