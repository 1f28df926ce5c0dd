package io.revproc.cli;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class PoliciesCommandTest {
    private static final String POLICIES = """
            {"policies": [{"policy": "PP_1", "servers": 0, "inRotation": 0, "noServerSince": "2026-11-24T12:00:00Z", "inFlight": 0,
             "waiting": 0, "answered": 12, "refused": {"NO_SERVER": 3, "OVERLOADED": 1}},
             {"policy": "PP_2", "servers": 2, "inRotation": 1, "noServerSince": null, "inFlight": 5, "waiting": 1, "answered": 7,
             "refused": {}}], "version": 17}""";

    @Test
    void aPolicyThatLostItsLastServerSaysSinceWhen() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/policies", 200, POLICIES)) {
            Run run = Run.of("policies", "--admin", admin.url());

            assertThat(run.out()).isEqualTo("""
                    POLICY  SERVERS  IN ROTATION  IN FLIGHT  WAITING  ANSWERED  REFUSED  NO SERVER SINCE
                    PP_1          0            0          0        0        12        4  2026-11-24T12:00:00Z
                    PP_2          2            1          5        1         7        0  -
                    """);
            assertThat(run.exitCode()).isZero();
            assertThat(Run.of("policies", "--admin", admin.url(), "--json").json()).containsEntry("version", 17);
            assertThat(new Run.Setup().onATerminal().run("policies", "--admin", admin.url()).out())
                    .contains("\u001b[31m2026-11-24T12:00:00Z");
        }
    }

    @Test
    void routesHasARowForAPolicyWithoutServers() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/routes", 200,
                "{\"policies\": {\"PP_1\": []}, \"noServerSince\": {\"PP_1\": \"2026-11-24T12:00:00Z\"}, \"version\": 3}")) {
            assertThat(Run.of("routes", "--admin", admin.url()).out()).contains("no server since 2026-11-24T12:00:00Z")
                    .endsWith("1 policy, 0 servers, version 3\n");
        }
    }

    @Test
    void noPoliciesSayHowToMakeOne() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/policies", 200, "{\"policies\": [], \"version\": 0}")) {
            assertThat(Run.of("policies", "--admin", admin.url()).out()).startsWith("No server has registered.");
        }
    }

    @Test
    void aPolicyIsDismissedByItsEncodedName() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/policies/", 204, "")) {
            Run run = new Run.Setup().env("REVPROC_TOKEN", "t").run("dismiss", "a b/%2e", "--admin", admin.url());

            assertThat(run.exitCode()).isZero();
            assertThat(run.out()).startsWith("a b/%2e is dismissed");
            assertThat(admin.requests).containsExactly("DELETE /admin/policies/a%20b%2F%252e Bearer t");
        }
    }

    @ParameterizedTest
    @CsvSource({"401, REVPROC_TOKEN", "403, does not allow this", "404, there is no policy PP_1",
            "409, This policy has servers"})
    void aRefusalSaysWhatToDo(int status, String hint) {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/policies/", status,
                "{\"detail\": \"This policy has servers\"}")) {
            Run run = Run.of("dismiss", "PP_1", "--admin", admin.url());

            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.err()).startsWith("revproc: ").contains(hint).hasLineCount(1);
        }
    }
}
