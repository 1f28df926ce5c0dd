package io.revproc;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

import io.revproc.e2e.TpmExample;
import io.revproc.proxy.policy.EvidenceVerifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** Verifiers that somebody else wrote, and what may be wrong with their jars. */
class EvidenceJarsTest {
    private static final String SERVICE = "META-INF/services/" + EvidenceVerifier.class.getName();

    @TempDir
    private Path directory;

    /** One that is on the class path, and named by a jar. */
    public static final class Another implements EvidenceVerifier {
        @Override
        public String name() {
            return "tpm";
        }

        @Override
        public boolean mayRead(String evidence) {
            return false;
        }

        @Override
        public Verdict verify(String evidence, Instant now) {
            return new Verdict.Unproven("never", null);
        }
    }

    @Test
    void aVerifierOfAJarIsKnownByItsName() throws Exception {
        Files.writeString(directory.resolve("machines.txt"), "audience revproc.example.org\n");
        Path jar = TpmExample.jar(directory);
        assertThat(verifiers(jar).names()).containsExactly("tpm");
        assertThat(new EvidenceConfiguration().evidenceVerifiers(bound(Map.of())).names()).isEmpty();
    }

    @Test
    void twoOfOneNameAreRefused() throws Exception {
        Files.writeString(directory.resolve("machines.txt"), "audience revproc.example.org\n");
        Path jar = TpmExample.jar(directory);
        Path derived = jar("another.jar", SERVICE, Another.class.getName());
        assertThat(sentence(derived, jar)).isEqualTo("revproc.evidence-jars: two verifiers have the name 'tpm'");
    }

    @Test
    void whatCannotBeLoadedIsSaidInASentence() throws Exception {
        assertThat(sentence(directory.resolve("nix.jar")))
                .isEqualTo("revproc.evidence-jars: there is no file '" + directory.resolve("nix.jar")
                        + "' that can be read");
        assertThat(sentence(directory)).contains("there is no file");
        assertThat(sentence(jar("empty.jar", "other", "")))
                .matches("revproc.evidence-jars: no file of .* has a verifier: " + SERVICE + " names its class");
        assertThat(sentence(Files.writeString(directory.resolve("text.jar"), "no jar"))).contains("has a verifier");
        assertThat(sentence(jar("gone.jar", SERVICE, "not.There"))).contains("a verifier can't be made: ", "not.There");
        assertThat(sentence(jar("other.jar", SERVICE, EvidenceJarsTest.class.getName())))
                .contains("a verifier can't be made: ");
        assertThat(sentence(TpmExample.jar(directory))).startsWith(
                "revproc.evidence-jars: a verifier can't be made: java.nio.file.NoSuchFileException: ")
                .endsWith("machines.txt");
    }

    private static String sentence(Path... jars) {
        Throwable refusal = catchThrowable(() -> verifiers(jars));
        assertThat(refusal).isNotNull();
        return new StartFailures().sentence(new IllegalStateException(refusal));
    }

    private static EvidenceConfiguration.Verifiers verifiers(Path... jars) {
        return new EvidenceConfiguration().evidenceVerifiers(bound(Map.of("revproc.evidence-jars",
                String.join(",", List.of(jars).stream().map(Path::toString).toList()))));
    }

    private static PoliciesProperties bound(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings)).bindOrCreate("revproc",
                PoliciesProperties.class);
    }

    private Path jar(String name, String entry, String content) throws IOException {
        Path jar = directory.resolve(name);
        try (OutputStream file = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(file)) {
            out.putNextEntry(new ZipEntry(entry));
            out.write(content.getBytes(StandardCharsets.UTF_8));
            out.closeEntry();
        }
        return jar;
    }
}
