package io.revproc.cli;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class DescribeCommandTest {
    private static final String ENTRY = """
            {"id": 2, "host": "127.0.0.1", "port": 9002, "alive": %s, "state": "%s", "liveness": "%s", "proto": 2, "mux": true, "weight": 1,
             "zone": "eu-1", "inFlight": 3, "forwarded": 1200, "failed": 4, "registeredAt": "2026-11-29T20:00:00.123456789Z",
             "leaseExpiresAt": "2026-11-29T20:10:00.5Z", "pending": false}""";

    private static FakeAdmin admin(String alive, String state, String liveness) {
        return new FakeAdmin().answers("/admin/routes/PP_2", 200,
                "{\"policies\": {\"PP_2\": [" + ENTRY.formatted(alive, state, liveness) + "]}, \"version\": 3}")
                .answers("/admin/policies/PP_2", 200, "{\"policy\": \"PP_2\", \"servers\": 1, \"inRotation\": 1, "
                        + "\"noServerSince\": null, \"inFlight\": 3, \"waiting\": 0, \"answered\": 1200, "
                        + "\"refused\": {\"OVERLOADED\": 7}}");
    }

    @Test
    void aPolicyIsShownWithItsServers() {
        try (FakeAdmin admin = admin("true", "ACTIVE", "UP")) {
            Run run = Run.of("describe", "PP_2", "--admin", admin.url());

            assertThat(run.out()).isEqualTo("""
                    PP_2
                      servers    1, 1 in rotation
                      in flight  3, 0 waiting
                      answered   1200
                      refused    OVERLOADED 7

                    ID  ADDRESS         STATE   LIVENESS  IN FLIGHT  ANSWERED  FAILED  REGISTERED
                     2  127.0.0.1:9002  ACTIVE  UP                3      1200       4  2026-11-29T20:00:00Z
                    """);
            assertThat(Run.of("describe", "--policy", "PP_2", "--admin", admin.url(), "--json").json())
                    .containsEntry("answered", 1200).containsKey("entries");
        }
    }

    @Test
    void aServerIsShownWithEachOfItsFacts() {
        try (FakeAdmin admin = admin("true", "ACTIVE", "UP")) {
            Run run = Run.of("describe", "PP_2/2", "--admin", admin.url());

            assertThat(run.out()).isEqualTo("""
                    PP_2/2
                      address         127.0.0.1:9002, zone eu-1
                      takes messages  yes
                      state           ACTIVE, UP
                      protocol        2, many messages share a connection
                      weight          1
                      in flight       3
                      answered        1200
                      failed          4
                      registered      2026-11-29T20:00:00Z
                      lease           until 2026-11-29T20:10:00Z unless a heartbeat comes
                    """);
            assertThat(Run.of("describe", "PP_2/2", "--admin", admin.url(), "--json").json())
                    .containsEntry("policy", "PP_2").containsEntry("id", 2);
        }
    }

    @ParameterizedTest
    @CsvSource({"true, DRAINING, UP, revproc resume", "false, MAINTENANCE, LOST, revproc resume",
            "false, ACTIVE, LOST, registers again", "false, ACTIVE, EJECTED, too many of its messages failed",
            "false, ACTIVE, FAILED, could not be reached"})
    void whyAServerTakesNoMessagesIsSaid(String alive, String state, String liveness, String why) {
        try (FakeAdmin admin = admin(alive, state, liveness)) {
            assertThat(Run.of("describe", "PP_2/2", "--admin", admin.url()).out()).contains("takes messages  no: ",
                    why);
        }
    }

    @Test
    void whatHappenedLastIsShownWhereTheProxyRemembersIt() {
        try (FakeAdmin admin = admin("true", "ACTIVE", "UP").answers("/admin/events", 200,
                "{\"events\": [{\"id\": 1, \"at\": \"2026-11-29T20:00:00Z\", \"level\": \"WARN\", \"event\": \"ejected\", "
                        + "\"server\": \"PP_2/2\", \"fields\": {}}]}")) {
            assertThat(Run.of("describe", "PP_2/2", "--admin", admin.url()).out())
                    .endsWith("\nlast events\n  2026-11-29T20:00:00Z  WARN   ejected  PP_2/2\n");
            assertThat(Run.of("describe", "PP_2", "--admin", admin.url()).out()).contains("\nlast events\n");
            assertThat(admin.requests).anyMatch(line -> line.equals("GET /admin/events?limit=5&server=PP_2%2F2"));
        }
    }

    @Test
    void whatIsNotThereIsNamed() {
        try (FakeAdmin admin = admin("true", "ACTIVE", "UP").answers("/", 404, "{}")) {
            assertThat(Run.of("describe", "PP_9", "--admin", admin.url()).err())
                    .isEqualTo(
                            "revproc: no server is or was registered for PP_9; revproc policies shows what there is\n");
            admin.answers("/admin/policies/PP_3", 404,
                    "{\"detail\": \"No server has registered for PP_3 here; did you mean PP_2?\"}");
            assertThat(Run.of("describe", "PP_3", "--admin", admin.url()).err())
                    .isEqualTo("revproc: no server has registered for PP_3 here; did you mean PP_2?\n");
            admin.answers("/admin/policies/PP_4", 404,
                    "{\"detail\": \"PP_4 is declared and waits for its first server\"}");
            assertThat(Run.of("describe", "PP_4", "--admin", admin.url()).err())
                    .isEqualTo("revproc: PP_4 is declared and waits for its first server\n");
            assertThat(Run.of("describe", "PP_2/9", "--admin", admin.url()).err())
                    .isEqualTo("revproc: there is no entry PP_2/9; revproc routes shows what there is\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"describe", "describe a/b/c", "describe PP_1 --policy PP_1", "describe --id 1"})
    void whatIsNotNamedClearlyIsWrongUsage(String line) {
        assertThat(Run.of(line.split(" ")).exitCode()).isEqualTo(ExitCode.USAGE);
    }
}
