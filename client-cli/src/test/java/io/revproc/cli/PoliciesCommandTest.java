package io.revproc.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
    void appliesAFileOrSaysWhatItWouldDo(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("policies.yaml"), "grants: []");
        String change = """
                "version": 7, "policies": 2, "grants": 1, "servers": [{"policy": "pay", "id": "1", "grant": "bank",
                "leased": true, "inFlight": 3, "recent": 40, "loses": true, "reason": "The grant 'bank' is not there"},
                {"policy": "lab", "id": "2", "grant": "lab", "leased": true, "inFlight": 0, "recent": 0,
                "loses": false, "reason": "The grant 'lab' ended"}],
                "messages": [{"policy": "pay", "recent": 41, "refused": true, "effect": "no server: NO_SERVER"}]}""";
        try (FakeAdmin admin = new FakeAdmin().answersInTurn("/admin/policy-versions",
                "{\"applied\": false, " + change, "{\"applied\": true, " + change)) {
            String effects = """
                    pay/1 may not serve any more: The grant 'bank' is not there (its lease ends, 3 in flight, 40 answered in the last 5 minutes)
                    lab/2 may serve again; until now: The grant 'lab' ended (0 in flight, 0 answered in the last 5 minutes)
                    messages of pay: no server: NO_SERVER (41 in the last 5 minutes; such are refused)
                    """;
            Run.Setup setup = new Run.Setup().in(directory);
            assertThat(setup.run("policies", "apply", "policies.yaml", "--dry-run", "--admin", admin.url()).out())
                    .isEqualTo(effects + "a dry run, nothing is changed; made from version 7: 2 policies and 1 grants,"
                            + " those of the proxy's settings included\n");
            assertThat(setup.run("policies", "apply", "policies.yaml", "--from", "6", "--author", "d p o", "--admin",
                    admin.url()).out()).isEqualTo(effects
                            + "applied as version 7: 2 policies and 1 grants, those of the proxy's settings included\n");
            assertThat(admin.requests.getFirst()).startsWith("POST /admin/policy-versions?dryRun=true ")
                    .endsWith("grants: []");
            assertThat(admin.requests.getLast())
                    .startsWith("POST /admin/policy-versions?dryRun=false&from=6&author=d+p+o ");
        }
    }

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
    void declaredPoliciesSayWhatForWhereAndWho() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/policies", 200,
                """
                        {"policies": [{"policy": "health-de", "servers": 0, "inRotation": 0, "noServerSince": null, "inFlight": 0,
                         "waiting": 0, "answered": 0, "refused": {}, "declared": true, "purpose": "care", "regions": ["DE", "AT"],
                         "owner": "clinic"}], "version": 17}""")) {
            assertThat(Run.of("policies", "--admin", admin.url()).out())
                    .contains("NO SERVER SINCE      PURPOSE  REGIONS  OWNER",
                            "waits for its first  care     DE,AT    clinic");
        }
    }

    @Test
    void aPolicyThatOnlyServersOfNarrowerOnesServeIsNotWithoutServers() {
        String policy = """
                "policy": "eu", "servers": 0, "inRotation": 0, "noServerSince": null, "inFlight": 0, "waiting": 0,
                "answered": 4, "refused": {}, "servedBy": ["eu-de"], "servedByInRotation": 2}""";
        String routes = """
                {"policies": {"eu": []}, "noServerSince": {}, "servedBy": {"eu": ["eu-de"]}, "version": 3}""";
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/policies", 200, "{\"policies\": [{" + policy + "]}")
                .answers("/admin/policies/eu", 200, "{" + policy).answers("/admin/routes", 200, routes)
                .answers("/admin/events", 200, "{\"events\": []}")) {
            assertThat(Run.of("policies", "--admin", admin.url()).out()).contains("SERVED BY").contains("eu-de");
            assertThat(Run.of("routes", "--admin", admin.url()).out()).contains("served by eu-de")
                    .doesNotContain("no server since");
            assertThat(Run.of("describe", "eu", "--admin", admin.url()).out()).contains("servers    0, 0 in rotation",
                    "served by  eu-de, 2 in rotation");
        }
    }

    @Test
    void aPolicyFileIsCheckedByTheProxy(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("policies.yaml"), "policies: {}");
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/policies/check", 200,
                "{\"valid\": false, \"problem\": \"grants[0]: no\", \"policies\": 0, \"grants\": 0}")) {
            Run run = Run.of("policies", "check", file.toString(), "--admin", admin.url());

            assertThat(run.out()).isEqualTo("not valid: grants[0]: no\n");
            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
        }
    }

    @Test
    void explainSaysWhatEachServerWouldDo() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/policies/", 200,
                """
                        {"policy": "PP_1", "servers": [{"id": 1, "host": "127.0.0.1", "port": 9001, "takes": false,
                         "reasons": ["it drains: it finishes the messages it has"]}], "refusal": "NO_LIVE_SERVER", "waits": false,
                         "next": "servers are registered, but none of them takes messages"}""")) {
            assertThat(Run.of("explain", "PP_1", "--client", "::1", "--size", "7", "--admin", admin.url()).out())
                    .isEqualTo("""
                            PP_1/1 at 127.0.0.1:9001  may not take it
                                it drains: it finishes the messages it has
                            The next message: NO_LIVE_SERVER, servers are registered, but none of them takes messages
                            """);
            assertThat(admin.requests.getFirst()).startsWith("GET /admin/policies/PP_1/explain?size=7&client=%3A%3A1");
        }
    }

    @Test
    void explainWritesAnAddressOfIpv6InBrackets() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/policies/", 200, """
                {"policy": "PP_1", "servers": [{"id": 1, "host": "::1", "port": 9001, "takes": true, "reasons": []}],
                 "refusal": null, "waits": false, "next": "it goes to 1"}""")) {
            assertThat(Run.of("explain", "PP_1", "--admin", admin.url()).out())
                    .startsWith("PP_1/1 at [::1]:9001  may take it\n");
        }
    }

    @Test
    void whoMightNotRegisterExitsWithOne() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/policies/", 200,
                "{\"allowed\": false, \"reason\": \"The grant 'clinic' ended\"}")) {
            Run run = Run.of("can-register", "--policy", "P", "--grant", "clinic", "--purpose", "care,x", "--admin",
                    admin.url());

            assertThat(run.out()).isEqualTo("no: the grant 'clinic' ended\n");
            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(admin.requests.getFirst()).contains("?id=1&grant=clinic&purposes=care&purposes=x");
        }
    }

    @Test
    void aPolicyThatNobodyKnowsIsNoted() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/policies/P/can-register", 200,
                "{\"allowed\": true, \"reason\": null, \"note\": \"no server has registered for P here\"}")) {
            assertThat(Run.of("can-register", "--policy", "P", "--admin", admin.url()))
                    .isEqualTo(new Run(0, "yes; no server has registered for P here\n", ""));
        }
    }

    @Test
    void routesHasARowForAPolicyThatWaitsForItsFirstServer() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/routes", 200,
                "{\"policies\": {}, \"noServerSince\": {}, \"awaited\": [\"eu\"], \"version\": 3}")) {
            assertThat(Run.of("routes", "--admin", admin.url()).out())
                    .contains("eu       -  waits for its first server", "1 policy, 0 servers");
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
    @CsvSource({"401, REVPROC_TOKEN", "403, does not allow this",
            "404, there is no policy PP_1 to dismiss: this policy",
            "409, this policy has servers"})
    void aRefusalSaysWhatToDo(int status, String hint) {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/policies/", status,
                "{\"detail\": \"This policy has servers\"}")) {
            Run run = Run.of("dismiss", "PP_1", "--admin", admin.url());

            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.err()).startsWith("revproc: ").contains(hint).hasLineCount(1);
        }
    }
}
