package io.revproc.cli;

import java.nio.file.Path;

import io.revproc.cli.tls.PemFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** TLS with the certificates that {@code certs dev} makes. */
class TlsOptionsTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void makeCertificates() {
        assertThat(run("certs", "dev", "tls").exitCode()).isZero();
    }

    private Run run(String... args) {
        return new Run.Setup().in(directory).run(args);
    }

    private FakeProxy proxy(String certificate, boolean needsCertificate) throws PemFiles.UnusableException {
        Path tls = directory.resolve("tls");
        return FakeProxy.secured(PemFiles.context(tls.resolve("ca.crt"), tls.resolve(certificate + ".crt"),
                tls.resolve(certificate + ".key")), needsCertificate);
    }

    @Test
    void messageGoesToAProxyThatTheAuthorityVouchesFor() throws Exception {
        try (FakeProxy proxy = proxy("proxy", true)) {
            Run run = run("send", "--port", proxy.port(), "--cacert", "tls/ca.crt", "--cert", "tls/client.crt", "--key",
                    "tls/client.key", "--policy", "PP_2", "--payload", "hello");

            assertThat(run.err()).isEmpty();
            assertThat(run.exitCode()).isZero();
            assertThat(proxy.received).hasSize(1);
        }
    }

    @Test
    void packetsFollowOneAnotherOverOneConnection() throws Exception {
        try (FakeProxy proxy = proxy("proxy", false)) {
            String packet = "{\"type\": 0, \"srcid\": 1, \"privPoliId\": \"PP_2\", \"payloadsize\": 1, \"payload\": \"x\"}";
            Run run = new Run.Setup().in(directory).input(packet.repeat(5)).run("send", "--port", proxy.port(),
                    "--cacert", "tls/ca.crt", "--packet", "-");

            assertThat(run.exitCode()).isZero();
            assertThat(proxy.received).hasSize(5);
            assertThat(proxy.connections.get()).isEqualTo(1);
        }
    }

    @Test
    void nothingIsSentToAProxyThatIsNotTheOne() throws Exception {
        run("certs", "dev", "others");
        // the client's certificate names no host
        try (FakeProxy proxy = proxy("proxy", false); FakeProxy nameless = proxy("client", false)) {
            Run otherAuthority = run("send", "--port", proxy.port(), "--cacert", "others/ca.crt", "--policy", "PP_2",
                    "--payload", "secret");
            Run otherName = run("send", "--port", nameless.port(), "--cacert", "tls/ca.crt", "--policy", "PP_2",
                    "--payload", "secret");
            Run wellKnown = run("send", "--port", proxy.port(), "--tls", "--policy", "PP_2", "--payload", "secret");

            for (Run run : new Run[]{otherAuthority, otherName, wellKnown}) {
                assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
                assertThat(run.err()).contains("no TLS with 127.0.0.1:").hasLineCount(1);
            }
            assertThat(otherAuthority.err()).contains("--cacert FILE");
            assertThat(wellKnown.err()).contains("--cacert FILE");
            assertThat(proxy.received).isEmpty();
            assertThat(nameless.received).isEmpty();
        }
    }

    @Test
    void proxyThatWantsACertificateIsHeard() throws Exception {
        try (FakeProxy proxy = proxy("proxy", true)) {
            Run run = run("send", "--port", proxy.port(), "--cacert", "tls/ca.crt", "--policy", "PP_2", "--payload",
                    "hello");

            assertThat(run.exitCode()).isNotZero();
            assertThat(run.err()).contains("--cert FILE").contains("--key FILE").hasLineCount(1);
            assertThat(proxy.received).isEmpty();
        }
    }

    @Test
    void plainTextToAProxyThatWantsTlsIsToldOfIt() throws Exception {
        try (FakeProxy proxy = proxy("proxy", false)) {
            Run run = run("send", "--port", proxy.port(), "--policy", "PP_2", "--payload", "hello");

            assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(run.err()).contains("try --tls").hasLineCount(1);
        }
    }

    @Test
    void tlsToAProxyInPlainTextIsToldOfIt() {
        try (FakeProxy proxy = new FakeProxy(message -> FakeProxy.CLOSE)) {
            Run run = run("send", "--timeout", "2s", "--port", proxy.port(), "--tls", "--policy", "PP_2", "--payload",
                    "hello");

            assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(run.err()).hasLineCount(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"(certificate_required) Received fatal alert: certificate_required, true, --cert FILE",
            "(handshake_failure) Received fatal alert: handshake_failure, false, --cert FILE",
            "(handshake_failure) Received fatal alert: handshake_failure, true, handshake_failure",
            "PKIX path building failed: whatever, false, --cacert FILE",
            "No name matching x found, false, No name matching x found"})
    void theAdviceFitsTheReason(String reason, boolean certified, String advice) {
        assertThat(TlsAdvice.sentence(reason, certified)).contains(advice);
    }

    @ParameterizedTest
    @CsvSource({"keep,1,1,32,0", "keep,8,16,32,0", "keep,2,64,20000,0", "keep,3,4,300000,0", "connect,4,1,32,0",
            "keep,4,8,32,5000", "connect,4,1,32,2000"})
    void loadByTlsIsAnsweredAndCountedOnce(String mode, int connections, int depth, int payload, int rate)
            throws Exception {
        int messages = payload > 1_000 ? 80 : 300;
        try (FakeProxy proxy = proxy("proxy", true)) {
            Run run = run("bench", "--port", proxy.port(), "--cacert", "tls/ca.crt", "--cert", "tls/client.crt",
                    "--key",
                    "tls/client.key", "--mode", mode, "--connections", "" + connections, "--depth", "" + depth,
                    "--payload-size", "" + payload, "--rate", "" + rate, "--messages", "" + messages, "--duration",
                    "60s", "--timeout", "60s", "--json");

            assertThat(run.err()).isEmpty();
            assertThat(run.json()).containsEntry("messages", messages).containsEntry("errors", java.util.Map.of());
            assertThat(proxy.received).hasSize(messages);
            assertThat(proxy.connections.get()).isEqualTo(mode.equals("keep") ? connections : messages);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--cert tls/client.crt", "--key tls/client.key", "--cacert missing.crt",
            "--cacert tls/ca.key", "--cert tls/client.crt --key tls/README", "--cert tls/client.crt --key tls/ca.crt"})
    void whatCannotBeUsedIsWrongUsageInOneSentence(String options) {
        Run run = run(("send --policy P --payload x " + options).split(" "));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).hasLineCount(1);
    }
}
