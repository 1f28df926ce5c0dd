package io.revproc.cli;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class EntryCommandTest {
    @ParameterizedTest
    @CsvSource({"drain, PUT, /state, DRAINING", "maintenance, PUT, /state, MAINTENANCE", "resume, PUT, /state, ACTIVE"})
    void aStateIsPutWithTheTokenOfTheUser(String command, String method, String path, String state) {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/routes/", 200, "{\"id\": 2, \"pending\": false}")) {
            Run run = new Run.Setup().env("REVPROC_TOKEN", "t").run(command, "PP_1/2", "--admin", admin.url());

            assertThat(run.exitCode()).isZero();
            assertThat(run.out()).startsWith("PP_1/2 ");
            assertThat(admin.requests)
                    .containsExactly(
                            method + " /admin/routes/PP_1/2" + path + " Bearer t {\"state\":\"" + state + "\"}");
        }
    }

    @Test
    void drainWaitsUntilTheServerHasAnsweredWhatItHas() {
        String entry = "{\"policies\": {\"PP_1\": [{\"id\": 2, \"inFlight\": %s}]}}";
        try (FakeAdmin admin = draining()
                .answersInTurn("/admin/routes/PP_1", entry.formatted(2), entry.formatted(1), entry.formatted(0))) {
            Run run = Run.of("drain", "PP_1/2", "--wait", "--admin", admin.url());

            assertThat(run).isEqualTo(new Run(0, "PP_1/2 is drained: it has no messages of this proxy\n", ""));
            assertThat(admin.requests).hasSize(4);
        }
    }

    /** An admin API that takes the change. */
    private static FakeAdmin draining() {
        return new FakeAdmin().answers("/admin/routes/PP_1/2/state", 200, "{\"id\": 2, \"pending\": false}");
    }

    private static Run drain(FakeAdmin admin, String timeout) {
        return Run.of("drain", "PP_1/2", "--wait", "--timeout", timeout, "--admin", admin.url());
    }

    @Test
    void aDrainThatTakesTooLongSaysWhatIsLeft() {
        String entry = "{\"policies\": {\"PP_1\": [{\"id\": 2, \"inFlight\": 2}]}}";
        try (FakeAdmin admin = draining()
                .answers("/admin/routes/PP_1", 200, entry)) {
            Run run = drain(admin, "20ms");

            assertThat(run.exitCode()).isEqualTo(ExitCode.TIMED_OUT);
            assertThat(run.err())
                    .contains("PP_1/2 has 2 messages in flight after ",
                            "; PP_1/2 stays draining as long as the proxy runs",
                            "'bin/revproc resume' puts it back")
                    .hasLineCount(1);
            assertThat(Run.of("drain", "PP_1/2", "--timeout", "1s", "--admin", admin.url()).exitCode())
                    .isEqualTo(ExitCode.USAGE);
            assertThat(admin.requests).as("what is wrong changes nothing").filteredOn(line -> line.startsWith("PUT"))
                    .hasSize(1);
        }
    }

    @Test
    void aDrainWaitsForWhoReachesTheProxyAgain() {
        try (FakeAdmin admin = draining()
                .answers("/admin/routes/PP_1", 502, "text/html", "<p>Bad Gateway</p>")) {
            Run run = drain(admin, "20ms");

            assertThat(run.exitCode()).isEqualTo(ExitCode.TIMED_OUT);
            assertThat(run.err()).contains("HTTP status 502");
        }
    }

    /** As while the proxy starts again. */
    @Test
    void aDrainGoesOnWhenTheProxyIsReachedAgain() {
        try (FakeAdmin admin = draining()
                .breaksOnce("/admin/routes/PP_1", "{\"policies\": {\"PP_1\": [{\"id\": 2, \"inFlight\": 0}]}}")) {
            Run run = drain(admin, "10s");

            assertThat(run).isEqualTo(new Run(0, "PP_1/2 is drained: it has no messages of this proxy\n", ""));
        }
    }

    /** A proxy that has restarted knows nothing of the drain, and counts its messages from nothing. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            [{"id": 2, "inFlight": 0, "state": "ACTIVE"}] | PP_1/2 takes messages again
            []                                            | PP_1/2 is not there after the proxy could not be reached
            """)
    void aServerThatIsNotDrainingAfterARestartIsNotDrained(String entries, String sentence) {
        try (FakeAdmin admin = draining()
                .breaksOnce("/admin/routes/PP_1", "{\"policies\": {\"PP_1\": " + entries + "}}")) {
            Run run = drain(admin, "10s");

            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.out()).isEmpty();
            assertThat(run.err()).startsWith("revproc: " + sentence).contains("drain it again").hasLineCount(1);
        }
    }

    @Test
    void aServerThatWasResumedMeanwhileIsNotDrained() {
        String entry = "{\"policies\": {\"PP_1\": [{\"id\": 2, \"inFlight\": 1, \"state\": \"%s\"}]}}";
        try (FakeAdmin admin = new FakeAdmin()
                .answers("/admin/routes/PP_1/2/state", 200, "{\"id\": 2, \"pending\": true}")
                .answersInTurn("/admin/routes/PP_1", entry.formatted("ACTIVE"), entry.formatted("DRAINING"),
                        entry.formatted("ACTIVE"))) {
            Run run = drain(admin, "10s");

            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.err()).startsWith("revproc: PP_1/2 takes messages again");
            assertThat(admin.requests).as("not draining yet, draining, active again").hasSize(4);
        }
    }

    /** As of what stands before a proxy that is away. */
    @Test
    void anotherProgramsNotFoundIsNoSignThatTheServerHasLeft() {
        try (FakeAdmin admin = draining()
                .answers("/admin/routes/PP_1", 404, "text/html", "<p>Not Found</p>")) {
            Run run = drain(admin, "10s");

            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.out()).isEmpty();
        }
    }

    @Test
    void aDrainThatDoesNotReachTheProxyInTimeSaysSo() {
        try (FakeAdmin admin = draining()
                .breaks("/admin/routes/PP_1")) {
            Run run = drain(admin, "20ms");

            assertThat(run.exitCode()).isEqualTo(ExitCode.TIMED_OUT);
            assertThat(run.err()).startsWith("revproc: the proxy does not answer at " + admin.url() + " after 0s; ")
                    .contains("; PP_1/2 stays draining as long as the proxy runs").hasLineCount(1);
        }
    }

    @Test
    void removeDeletesTheEntryAndNamesAreEncoded() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/routes/", 204, "")) {
            Run run = Run.of("remove", "--policy", "a b/c", "--id", "2", "--admin", admin.url(), "--json");

            assertThat(run.json()).containsEntry("entry", "a b/c/2").containsEntry("ok", true);
            assertThat(admin.requests).containsExactly("DELETE /admin/routes/a%20b%2Fc/2");
        }
    }

    /** sa/b/1 may be policy sa/b, or policy sa with the id b/1. */
    @Test
    void aNameThatCanBeReadInTwoWaysIsNotGuessed() {
        Run run = Run.of("maintenance", "sa/b/1");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("write --policy 'sa/b' --id '1'");
        assertThat(Run.of("drain", "PP_1/2", "--id", "2").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(Run.of("drain", "--policy", "PP_1").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(Run.of("drain").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aChangeThatTheStoreDoesNotHaveYetIsSaidToBePending() {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/routes/", 202, "{\"id\": 2, \"pending\": true}")) {
            assertThat(Run.of("drain", "PP_1/2", "--admin", admin.url()).out()).contains("is draining", "; pending: ");
            assertThat(Run.of("drain", "PP_1/2", "--admin", admin.url(), "--json").json()).containsEntry("pending",
                    true);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PP_1", "PP_1/", "/2"})
    void whatIsNoEntryIsWrongUsage(String entry) {
        assertThat(Run.of("drain", entry).exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @ParameterizedTest
    @CsvSource({"401, REVPROC_TOKEN", "403, does not allow this", "404, there is no entry PP_1/2", "409, busy"})
    void aRefusalSaysWhatToDo(int status, String hint) {
        try (FakeAdmin admin = new FakeAdmin().answers("/admin/routes/", status, "{\"detail\": \"busy\"}")) {
            Run run = Run.of("drain", "PP_1/2", "--admin", admin.url());

            assertThat(run.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.err()).startsWith("revproc: ").contains(hint).hasLineCount(1);
        }
    }
}
