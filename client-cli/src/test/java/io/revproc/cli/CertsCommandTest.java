package io.revproc.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class CertsCommandTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"proxy", "server", "client"})
    void certificatesAreTheAuthoritysAndForBothEnds(String name) throws GeneralSecurityException, IOException {
        assertThat(Run.of("certs", "dev", directory.toString()).exitCode()).isZero();
        X509Certificate certificate = read(name + ".crt");

        check(certificate, read("ca.crt"));
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(certificate.getBasicConstraints()).as("is no authority").isEqualTo(-1);
        assertThat(certificate.getSerialNumber()).isPositive();
    }

    @Test
    void namesAreThoseOfThisMachineAndThoseThatWereAskedFor() throws GeneralSecurityException, IOException {
        Run.of("certs", "dev", directory.toString(), "--host", "proxy.example.org,192.0.2.1");

        assertThat(read("proxy.crt").getSubjectAlternativeNames()).extracting(name -> String.valueOf(name.get(1)))
                .containsExactly(
                        "localhost", "127.0.0.1", "0:0:0:0:0:0:0:1", "proxy.example.org", "192.0.2.1");
        assertThat(read("client.crt").getSubjectAlternativeNames()).extracting(name -> String.valueOf(name.get(1)))
                .containsExactly("spiffe://revproc.dev/client");
    }

    @Test
    void anotherAuthorityDoesNotVouchForThem() throws GeneralSecurityException, IOException {
        Run.of("certs", "dev", directory.resolve("one").toString());
        Run.of("certs", "dev", directory.resolve("two").toString());

        assertThatExceptionOfType(CertPathValidatorException.class)
                .isThrownBy(() -> check(read("one/server.crt"), read("two/ca.crt")));
    }

    @Test
    void keysAreForTheirOwnerAlone() throws IOException {
        Run.of("certs", "dev", directory.toString());

        for (String key : List.of("ca.key", "proxy.key", "server.key", "client.key")) {
            assertThat(Files.getPosixFilePermissions(directory.resolve(key)))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            assertThat(Files.readString(directory.resolve(key))).startsWith("-----BEGIN PRIVATE KEY-----\n");
        }
        assertThat(Files.readString(directory.resolve("proxy.yaml"))).contains("file:" + directory + "/proxy.crt")
                .doesNotContain("DIR/");
        assertThat(Files.readString(directory.resolve("README"))).contains("file:" + directory + "/server.yaml")
                .doesNotContain("DIR/");
    }

    @Test
    void whatIsThereIsNeverOverwritten() throws IOException {
        Run.of("certs", "dev", directory.toString());
        String before = Files.readString(directory.resolve("ca.crt"));
        Run again = Run.of("certs", "dev", directory.toString());

        assertThat(again.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(again.err()).contains("there is already a file").hasLineCount(1);
        assertThat(Files.readString(directory.resolve("ca.crt"))).isEqualTo(before);
    }

    @Test
    void whatIsNoHostIsWrongUsage() {
        assertThat(Run.of("certs", "dev", directory.toString(), "--host", "a b").exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(directory).isEmptyDirectory();
    }

    private X509Certificate read(String file) throws GeneralSecurityException, IOException {
        try (InputStream in = Files.newInputStream(directory.resolve(file))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static void check(X509Certificate certificate, X509Certificate authority) throws GeneralSecurityException {
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
        parameters.setRevocationEnabled(false);
        CertPathValidator.getInstance("PKIX").validate(
                CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate)), parameters);
    }
}
