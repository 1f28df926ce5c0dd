package io.revproc.acceptance;

import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The recipe of docs/security.md, from certificates to answers; and what starts without it. */
class TlsIT {
    @TempDir
    private Path directory;

    @Test
    void programsFindOneAnotherByTheCertificatesThatCertsDevMakes() throws Exception {
        String tls = directory.resolve("tls").toString();
        run(0, ".*wrote ca.crt.*", "certs", "dev", tls);
        try (Proc proxy = Programs.proxy("--spring.config.additional-location=file:" + tls + "/proxy.yaml")) {
            String port = "" + Programs.port(proxy);
            try (Proc server = Programs.server(1, "PP_1", Integer.parseInt(port),
                    "--spring.config.additional-location=file:" + tls + "/server.yaml");
                    Proc quick = Programs.client("server", "--policy", "PP_2", "--id", "2", "--port", port, "--cacert",
                            tls + "/ca.crt", "--cert", tls + "/server.crt", "--key", tls + "/server.key")) {
                Programs.registered(server);
                quick.await("registered PP_2 as server 2");
                String[] certified = {"--port", port, "--cacert", tls + "/ca.crt", "--cert", tls + "/client.crt",
                        "--key",
                        tls + "/client.key"};
                run(0, ".*PP_1  hash matched  server 1  .*",
                        with(certified, "send", "--policy", "PP_1", "--payload", "a", "--verify", "sha1", "-v"));
                run(0, ".*PP_2  hash matched  server 2  .*",
                        with(certified, "send", "--policy", "PP_2", "--payload", "a", "--verify", "sha1", "-v"));
                run(0, ".*\"messages\":200,.*\"errors\":\\{\\}.*", with(certified, "bench", "--policies", "PP_1,PP_2",
                        "--verify", "sha1", "--connections", "4", "--messages", "200", "--duration", "60s", "--json"));
                // no certificate; no TLS; a certificate that may send but not register
                refused("send", "--port", port, "--cacert", tls + "/ca.crt", "--policy", "PP_1", "--payload", "a");
                refused("send", "--port", port, "--policy", "PP_1", "--payload", "a");
                try (Proc stranger = Programs.client("server", "--policy", "PP_3", "--id", "3", "--port", port,
                        "--cacert", tls + "/ca.crt", "--cert", tls + "/client.crt", "--key", tls + "/client.key")) {
                    stranger.await("the proxy refused PP_3");
                }
            }
        }
    }

    @Test
    void plainTextBeyondLoopbackStopsTheStartWithOneSentence() throws Exception {
        try (Proc proxy = Programs.proxy("--revproc.listener.address=0.0.0.0")) {
            assertThat(proxy.exitCode()).isEqualTo(1);
            assertThat(proxy.output().lines().filter(line -> line.startsWith("revproc:"))).singleElement().asString()
                    .contains("revproc.listener.address 0.0.0.0 is not loopback", "revproc.listener.plaintext=true");
        }
    }

    private static String[] with(String[] certified, String command, String... more) {
        String[] all = new String[1 + certified.length + more.length];
        all[0] = command;
        System.arraycopy(certified, 0, all, 1, certified.length);
        System.arraycopy(more, 0, all, 1 + certified.length, more.length);
        return all;
    }

    /** Whether its end hears why depends on who writes first. */
    private static void refused(String... args) throws InterruptedException {
        try (Proc client = Programs.client(args)) {
            assertThat(client.exitCode()).as(client.output()).isIn(1, 3);
            assertThat(client.output()).startsWith("revproc: ").doesNotContain("hash matched");
        }
    }

    private static void run(int exitCode, String output, String... args) throws InterruptedException {
        try (Proc client = Programs.client(args)) {
            assertThat(client.exitCode()).as(client.output()).isEqualTo(exitCode);
            assertThat(client.output().strip()).matches("(?s)" + output);
        }
    }
}
