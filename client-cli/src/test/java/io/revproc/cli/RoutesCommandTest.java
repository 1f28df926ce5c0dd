package io.revproc.cli;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RoutesCommandTest {
    @Test
    void theTableIsAligned() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/routes", 200, FakeAdmin.ROUTES)) {
            Run run = Run.of("routes", "--admin", admin.url());

            assertThat(run.out()).isEqualTo("""
                    POLICY  ID  ADDRESS         STATE     ALIVE  PROTO  MUX  WEIGHT  ZONE  IN FLIGHT  FORWARDED  FAILED
                    PP_1     1  127.0.0.1:9001  ACTIVE    yes        2  yes       1  -             0         12       0
                    PP_2     2  127.0.0.1:9002  DRAINING  no         1  no        1  eu-1          3       1200       4
                    2 policies, 2 servers, version 17
                    """);
            assertThat(run.exitCode()).isZero();
        }
    }

    @Test
    void coloursOnlyOnATerminalAndNotWithNoColor() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/routes", 200, FakeAdmin.ROUTES)) {
            assertThat(new Run.Setup().onATerminal().run("routes", "--admin", admin.url()).out())
                    .contains("\u001b[32mACTIVE");
            assertThat(new Run.Setup().onATerminal().env("NO_COLOR", "1").run("routes", "--admin", admin.url()).out())
                    .doesNotContain("\u001b");
            assertThat(new Run.Setup().run("routes", "--admin", admin.url()).out()).doesNotContain("\u001b");
        }
    }

    @Test
    void jsonIsTheTableOfTheProxyInOneLine() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/routes", 200, FakeAdmin.ROUTES)) {
            Run run = Run.of("routes", "--admin", admin.url() + "/", "--json");

            assertThat(run.lines()).hasSize(1);
            assertThat(run.json()).containsEntry("version", 17).containsKey("policies");
        }
    }

    @Test
    void watchPrintsTheTableAgainAtEachChange() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/routes", 200, FakeAdmin.ROUTES)
                .answers("/admin/routes/events", 200, "text/event-stream", "event: change\ndata: {}\n\n")) {
            Run run = Run.of("routes", "--admin", admin.url(), "--watch", "--changes", "2", "--json");

            assertThat(run.lines()).hasSize(2);
        }
    }

    @Test
    void aTableThatIsTooLongForTheScreenKeepsItsTitleAndItsSum() {
        List<String> table = List.of("TITLE", "1", "2", "3", "4", "5", "sum");

        assertThat(RoutesCommand.fit(table, 6, "", new Style(false))).containsExactly("TITLE", "1", "2", "… 3 more",
                "sum", "q quit");
        assertThat(RoutesCommand.fit(table, 9, "gone", new Style(false))).startsWith(table.toArray(String[]::new))
                .endsWith("", "gone").hasSize(9);
    }

    @Test
    void anEmptyTableSaysHowToFillIt() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/routes", 200, "{\"policies\": {}, \"version\": 0}")) {
            assertThat(Run.of("routes", "--admin", admin.url()).out())
                    .startsWith("No server is registered. Start one: ");
        }
    }

    @Test
    void aProblemOfTheProxyIsItsSentence() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/routes", 500,
                "{\"title\": \"Oops\", \"detail\": \"The table is locked\"}")) {
            Run run = Run.of("routes", "--admin", admin.url());

            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.err()).isEqualTo("revproc: the table is locked\n");
        }
    }

    @Test
    void somethingElseBehindTheAddressIsNamedAsThat() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/routes", 200, "<html>")) {
            assertThat(Run.of("routes", "--admin", admin.url()).err()).contains("is not the proxy's admin API");
        }
    }

    @Test
    void nobodyListeningEndsWithThree() {
        Run run = Run.of("routes", "--admin", "http://127.0.0.1:1");

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err()).contains("cannot reach http://127.0.0.1:1: is the proxy running?");
    }

    @Test
    void healthIsZeroOnlyIfUp() {
        try (FakeAdmin up = new FakeAdmin().answers("/actuator/health", 200,
                "{\"status\":\"UP\",\"components\":{\"listener\":{\"status\":\"UP\"}}}");
                FakeAdmin down = new FakeAdmin().answers("/actuator/health", 503, "{\"status\":\"DOWN\"}")) {
            assertThat(Run.of("health", "--admin", up.url())).isEqualTo(new Run(0, "UP\n  listener UP\n", ""));
            assertThat(Run.of("health", "--admin", down.url())).isEqualTo(new Run(1, "DOWN\n",
                    "revproc: the proxy gives reasons only to those it knows: set REVPROC_TOKEN, or ask on its own machine\n"));
        }
    }

    @Test
    void healthSaysOfEachPartWhatIsWrongWithIt() {
        String body = """
                {"status": "OUT_OF_SERVICE", "components": {
                  "store": {"status": "OUT_OF_SERVICE", "details": {"reason": "no answer\\u001b[2J", "pending": 3, "endpoint": null}},
                  "policyFile": {"status": "UP", "details": {"file": "p.yaml", "problem": "line 3: no such key"}},
                  "evidenceKeys": {"status": "UP", "details": {"clinic": "unreachable"}},
                  "db": {"status": "DOWN", "components": {"one": {"status": "DOWN", "details": {"error": "gone"}}}},
                  "switchTable": {"status": "UP", "details": {"servers": 2}}}}""";
        try (FakeAdmin admin = new FakeAdmin().answers("/actuator/health", 503, body)) {
            assertThat(Run.of("health", "--admin", admin.url())).isEqualTo(new Run(1, """
                    OUT_OF_SERVICE
                      store OUT_OF_SERVICE
                        reason: no answer?[2J
                        pending: 3
                        endpoint: null
                      policyFile UP
                        problem: line 3: no such key
                      evidenceKeys UP
                        clinic: unreachable
                      db DOWN
                        one DOWN
                          error: gone
                      switchTable UP
                    """, ""));
        }
    }

    @Test
    void theTokenIsSentToTheAdminApi() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/routes", 200, FakeAdmin.ROUTES)) {
            new Run.Setup().env("REVPROC_TOKEN", "abc").env("REVPROC_ADMIN", admin.url()).run("routes");
            new Run.Setup().env("REVPROC_USER", "a:b").env("REVPROC_ADMIN", admin.url()).run("routes");

            assertThat(admin.requests).containsExactly("GET /admin/routes Bearer abc", "GET /admin/routes Basic YTpi");
        }
    }
}
