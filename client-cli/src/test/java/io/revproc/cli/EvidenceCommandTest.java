package io.revproc.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class EvidenceCommandTest {
    @TempDir
    private Path directory;

    @Test
    void makesAKeyThatOnlyItsOwnerReadsAndSignsTokensThatThePublishedKeyVerifies() throws Exception {
        String key = directory.resolve("authority.jwk").toString();
        JWKSet published = JWKSet.parse(Run.of("evidence", "key", "--key", key).out());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(key)))).isEqualTo("rw-------");
        assertThat(published.getKeys()).singleElement().matches(each -> !each.isPrivate());
        assertThat(JWKSet.parse(Run.of("evidence", "key", "--key", key).out())).as("it stays").isEqualTo(published);

        SignedJWT token = SignedJWT.parse(Run.of("evidence", "issue", "--key", key, "--issuer", "dpo", "--audience",
                "revproc", "--subject", "clinic-7", "--claim", "region=DE", "--claim", "policies=a", "--claim",
                "policies=b", "--valid", "12h").out().strip());
        assertThat(token.verify(new ECDSAVerifier(published.getKeys().getFirst().toECKey()))).isTrue();
        JWTClaimsSet claims = token.getJWTClaimsSet();
        assertThat(claims.getClaims()).containsAllEntriesOf(
                Map.of("iss", "dpo", "sub", "clinic-7", "region", "DE", "policies", List.of("a", "b")));
        assertThat(Duration.between(claims.getIssueTime().toInstant(), claims.getExpirationTime().toInstant()))
                .isEqualTo(Duration.ofHours(12));
    }

    @Test
    void whatCanNotBeSignedIsSaid() throws Exception {
        String key = directory.resolve("authority.jwk").toString();
        assertThat(Run.of("evidence", "issue", "--key", key, "--audience", "a").exitCode()).isEqualTo(2);
        Run.of("evidence", "key", "--key", key);
        assertThat(Run.of("evidence", "issue", "--key", key).err()).contains("--audience is missing");
        assertThat(Run.of("evidence", "issue", "--key", key, "--audience", "a", "--claim", "exp=9").err())
                .contains("has an option of its own");
        assertThat(Run.of("evidence", "issue", "--key", key, "--audience", "a", "--valid", "soon").err())
                .contains("is not a duration");
    }
}
