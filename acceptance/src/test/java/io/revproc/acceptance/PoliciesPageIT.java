package io.revproc.acceptance;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The complete example of docs/policies.md, run by the programs that it names. */
class PoliciesPageIT {
    private static final String FAR = "2027-01-01T00:00:00+01:00";

    @TempDir
    private Path directory;

    @Test
    void whatThePageSaysOfItsExampleHappens() throws Exception {
        Path key = directory.resolve("dpo.jwk");
        Path keys = run("keys.json", "evidence", "key", "--key", key.toString());
        Path token = run("clinic-7.jwt", "evidence", "issue", "--key", key.toString(), "--issuer", "dpo.example.org",
                "--audience", "revproc.example.org", "--subject", "clinic-7", "--claim", "region=DE", "--valid", "12h");
        String rules = example().replace("/etc/revproc/dpo-keys.json", keys.toString()).replace(FAR,
                Instant.now().plus(300, ChronoUnit.DAYS).toString());
        Path file = write(rules);
        try (Proc proxy = Programs.proxy("--revproc.store.file=", "--revproc.policy-file=" + file,
                "--revproc.policies-declared-only=true", "--revproc.audit.directory=" + directory.resolve("record"))) {
            int port = Programs.port(proxy);
            URI http = URI.create("http://127.0.0.1:" + proxy.await("event=started http=(\\d+)").group(1));
            assertThat(get(http, "/admin/policies/health-de/explain").path("refusal").asString())
                    .as("explained before").isEqualTo("NO_SERVER");
            try (Proc clinic = Programs.server(7, "health-de", port, "--policy-server.evidence-file=" + token,
                    "--policy-server.purposes=care", "--policy-server.wider-policies=true");
                    Proc bank = Programs.server(2, "payments", port, "--policy-server.token=bank-secret",
                            "--policy-server.region=IE", "--policy-server.purposes=payment")) {
                Programs.registered(clinic);
                Programs.registered(bank);
                runs(port, http, rules);
            }
            proxy.terminate();
            proxy.exitCode();
        }
        assertThat(Files.readString(run("shown", "audit", "show", directory.resolve("record").toString(), "--policy",
                "health-eu"))).contains("health-de/7 at ", "ANSWERED", "asked for health-eu");
    }

    private void runs(int port, URI http, String rules) throws Exception {
        assertThat(code(port, "health-de")).isEqualTo("none");
        assertThat(code(port, "health-eu")).as("by the hierarchy").isEqualTo("none");
        assertThat(code(port, "payments")).isEqualTo("none");
        assertThat(code(port, "marketing")).isEqualTo("NO_SERVER");
        assertThat(code(port, "health-ed")).isEqualTo("UNKNOWN_POLICY");
        assertThat(
                new SeedClient(port).send("{\"type\": 1, \"id\": 1, \"privPolyId\": \"marketing\", \"listenport\": 9}"))
                .contains("Successfully");
        JsonNode explained = get(http, "/admin/policies/health-eu/explain");
        assertThat(explained.path("next").asString()).isEqualTo("it goes to health-de/7");
        assertThat(explained.at("/servers/0/reasons").toString()).contains("granted by 'clinic'",
                "states the region 'DE'", "which may serve 'health-eu'");

        Instant end = Instant.now().plusSeconds(2).truncatedTo(ChronoUnit.MILLIS);
        write(rules.replaceFirst("not-after: .*", "not-after: " + end));
        Instant gone = awaitCode(port, "payments", "NO_SERVER");
        assertThat(Duration.between(end, gone)).as("from the grant's end to the last message that was routed by it")
                .isBetween(Duration.ZERO, Duration.ofSeconds(1));
        assertThat(get(http, "/admin/policies/payments/can-register?grant=bank&region=IE&purposes=payment")
                .path("reason").asString()).as("explained after").isEqualTo("The grant 'bank' ended at " + end);
        assertThat(code(port, "health-eu")).as("the others stay").isEqualTo("none");

        Instant revoked = Instant.now();
        write(rules.replaceFirst("(?s)  - name: clinic.*?  - name: bank", "  - name: bank"));
        assertThat(Duration.between(revoked, awaitCode(port, "health-de", "NO_SERVER")))
                .isLessThan(Duration.ofSeconds(2));
        assertThat(code(port, "health-eu")).isEqualTo("NO_SERVER");
        assertThat(get(http, "/admin/policies/health-de/can-register?grant=clinic&id=7").path("reason").asString())
                .isEqualTo("The grant 'clinic' is not there (any more)");
    }

    /** Asks again and again. @return when it was so for the first time */
    private static Instant awaitCode(int port, String policy, String code) {
        await().atMost(Duration.ofSeconds(20)).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(10))
                .until(() -> code(port, policy).equals(code));
        return Instant.now();
    }

    private static String code(int port, String policy) throws IOException {
        String answer = new SeedClient(port).send("{\"type\": 0, \"srcid\": 7, \"privPoliId\": \"" + policy
                + "\", \"payloadsize\": 1, \"payload\": \"x\"}");
        return JsonMapper.shared().readTree(answer).path("code").asString("none");
    }

    /** The page's YAML. */
    private static String example() throws IOException {
        String page = Files.readString(Programs.home().resolve("docs/policies.md"));
        String section = page.substring(page.indexOf("\n## A complete example"));
        int begin = section.indexOf("```yaml\n") + 8;
        return section.substring(begin, section.indexOf("```", begin));
    }

    private Path write(String rules) throws IOException {
        Path file = directory.resolve("policies.yaml");
        return Files.move(Files.writeString(directory.resolve("policies.new"), rules), file,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** Runs the command line. @return a file with what it printed */
    private Path run(String into, String... args) throws Exception {
        try (Proc client = Programs.client(args)) {
            assertThat(client.exitCode()).as(client.output()).isZero();
            return Files.writeString(directory.resolve(into), client.output());
        }
    }

    private static JsonNode get(URI http, String path) throws IOException, InterruptedException {
        return JsonMapper.shared().readTree(AdminApi.get(http.resolve(path)));
    }
}
