package io.revproc.proxy.policy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

import io.revproc.proxy.access.Cidr;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** A file that changes, looked at when the test says so; each line of it is a policy's name. */
class PolicyFileTest {
    private static final PolicyRules.Gate GATE = new PolicyRules.Gate(List.of(Cidr.of("127.0.0.0/8")), false);

    @TempDir
    private Path directory;

    private final RulesInForce rules = new RulesInForce(rules("before"), () -> Instant.EPOCH);

    @Test
    void aChangeIsInForceOnceTheFileStandsStill() throws IOException {
        Path path = write("PP_1");
        try (PolicyFile file = new PolicyFile(path, PolicyFileTest::read, rules)) {
            assertThat(names()).containsExactly("PP_1");

            write("PP_1\nPP_2");
            file.check();
            assertThat(names()).as("somebody may still be writing").containsExactly("PP_1");
            file.check();
            assertThat(names()).containsExactly("PP_1", "PP_2");
        }
    }

    @Test
    void whatIsNotValidChangesNothingAndIsSaid() throws IOException {
        Path path = write("PP_1");
        try (PolicyFile file = new PolicyFile(path, PolicyFileTest::read, rules)) {
            write("bad");
            look(file);
            assertThat(names()).containsExactly("PP_1");
            assertThat(file.status().problem()).isEqualTo("line 1 is bad");
            assertThat(file.refused()).isEqualTo(1);

            Files.delete(path);
            look(file);
            assertThat(file.status().problem()).isEqualTo("it is not there");
            assertThat(names()).containsExactly("PP_1");

            write("PP_1");
            look(file);
            assertThat(file.status().problem()).isNull();
            assertThat(file.refused()).isEqualTo(2);
        }
    }

    @Test
    void aLinkThatLeadsElsewhereIsAChange() throws IOException {
        Path first = Files.writeString(directory.resolve("one"), "PP_1");
        Path second = Files.writeString(directory.resolve("two"), "PP_2");
        Files.setLastModifiedTime(second, Files.getLastModifiedTime(first));
        Path link = Files.createSymbolicLink(directory.resolve("policies"), first);
        try (PolicyFile file = new PolicyFile(link, PolicyFileTest::read, rules)) {
            Path next = Files.createSymbolicLink(directory.resolve("next"), second);
            Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
            look(file);
            assertThat(names()).containsExactly("PP_2");
        }
    }

    @Test
    void aFileThatIsBadAtTheStartIsNone() throws IOException {
        Path path = write("bad");
        assertThatThrownBy(() -> new PolicyFile(path, PolicyFileTest::read, rules)).hasMessage("line 1 is bad");
        assertThatThrownBy(() -> new PolicyFile(directory.resolve("none"), PolicyFileTest::read, rules))
                .hasMessage("it is not there");
        assertThat(names()).containsExactly("before");
    }

    /** As a tool leaves it that keeps the times of what it copies. */
    @Test
    void aContentOfTheSameSizeAndTimeIsAChange() throws IOException {
        Path path = write("PP_1");
        FileTime time = Files.getLastModifiedTime(path);
        try (PolicyFile file = new PolicyFile(path, PolicyFileTest::read, rules)) {
            Files.writeString(path, "PP_2");
            Files.setLastModifiedTime(path, time);
            look(file);
            assertThat(names()).containsExactly("PP_2");
        }
    }

    /** To open it would wait for a writer, for ever. */
    @Test
    void aPipeIsNoFileAndIsNotWaitedFor() throws Exception {
        Path path = write("PP_1");
        try (PolicyFile file = new PolicyFile(path, PolicyFileTest::read, rules)) {
            Files.delete(path);
            assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
            look(file);
            assertThat(file.status().problem()).isEqualTo("it can't be read: it is no file");
            write("PP_2");
            look(file);
            assertThat(names()).containsExactly("PP_2");
        }
    }

    @Test
    void aContentThatIsTooMuchForTheMemoryDoesNotEndTheWatch() throws IOException {
        Path path = write("PP_1");
        try (PolicyFile file = new PolicyFile(path, PolicyFileTest::read, rules)) {
            write("huge");
            file.checkSafely();
            file.checkSafely();
            assertThat(file.status().problem()).isEqualTo("it could not be used: OutOfMemoryError");
            write("PP_2");
            file.checkSafely();
            file.checkSafely();
            assertThat(file.status().problem()).isNull();
            assertThat(names()).containsExactly("PP_2");
        }
    }

    @Test
    void aFileThatNobodyLooksAtAnyMoreHasAProblem() throws IOException {
        AtomicLong now = new AtomicLong();
        try (PolicyFile file = new PolicyFile(write("PP_1"), PolicyFileTest::read, rules, now::get)) {
            file.checkSafely();
            now.set(PolicyFile.MAX_SILENCE.toNanos());
            assertThat(file.status().problem()).isNull();
            now.incrementAndGet();
            assertThat(file.status().problem()).isEqualTo(
                    "it was last looked at 10 s ago, and changes since then are not in force; restart the proxy");
            file.checkSafely();
            assertThat(file.status().problem()).isNull();
        }
    }

    static List<Arguments> wrongDocuments() {
        return List.of(
                arguments(Map.of("polices", Map.of()),
                        "the file: there is no 'polices' here, did you mean 'policies'?"),
                arguments(List.of(), "the file holds [evidence, grants, policies], each with a colon behind it"),
                arguments(Map.of("policies", Map.of("P", Map.of("region", "DE"))),
                        "policies: P: there is no 'region' here, did you mean 'regions'?"),
                arguments(Map.of("policies", Map.of("P", Map.of("regions", List.of("a b")))),
                        "policies: P: revproc.policies[P].regions: 'a b' is not a label; write 1 to 64 letters, digits and . _ / : -, as DE or eu-west"),
                arguments(Map.of("policies", Map.of("P", Map.of("purpose", List.of("x")))),
                        "policies: P: purpose is one text, no list, no map and nothing with a tag"),
                arguments(Map.of("grants", List.of(Map.of("policies", "P", "token-sha256", "hunter2"))),
                        "grants[0]: a token's hash is 64 hexadecimal digits, its SHA-256; 'bin/revproc grant new' makes a token and its hash"),
                arguments(Map.of("grants", List.of(Map.of("policies", "P", "cidrs", "::1", "not-after", "2026-07-01"))),
                        "grants[0]: not-after '2026-07-01' is not a time; write date, time and zone, such as 2026-07-01T00:00:00+02:00 or 2026-06-30T22:00:00Z"),
                arguments(Map.of("grants", List.of(Map.of("policies", "P", "cidrs", "::1", "max-servers", "many"))),
                        "grants[0]: max-servers 'many' is not a whole number from 0 to 1000000"),
                arguments(Map.of("grants", Map.of()), "grants is a list: each entry begins with a dash"),
                arguments(null, "the file is empty; write 'grants: []' if it is to grant nothing"),
                arguments(Map.of(List.of("x"), "y"),
                        "the file: a key is one text, no list, no map and nothing with a tag"),
                arguments(Map.of("policies", Map.of(true, Map.of())),
                        "policies: a key is one text, no list, no map and nothing with a tag"),
                arguments(Map.of("policies", Map.of("P", Map.of("purpose", true))),
                        "policies: P: purpose is one text, no list, no map and nothing with a tag"),
                arguments(Map.of("grants", List.of(Map.of("policies", List.of(1), "cidrs", "::1"))),
                        "grants[0]: policies is a list of texts"),
                arguments(
                        Map.of("grants",
                                List.of(Map.of("policies", "P", "evidence", "dpo", "claims",
                                        Map.of("groups", List.of("a", "b"))))),
                        "grants[0]: claims: groups is one text, no list, no map and nothing with a tag"),
                arguments(Map.of("grants", List.of(Map.of("policies", Set.of("P"), "cidrs", "::1"))),
                        "grants[0]: policies is a list of texts"));
    }

    @ParameterizedTest
    @MethodSource("wrongDocuments")
    void whatIsWrongInADocumentIsSaidWithItsPlace(@Nullable Object root, String sentence) {
        assertThatThrownBy(() -> PolicyDocument.of(root)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage(sentence);
    }

    @Test
    void aDocumentHasPoliciesAndGrants() {
        PolicyDocument document = PolicyDocument.of(Map.of("policies",
                Map.of("health-de", Map.of("purpose", "care", "regions", List.of("DE", "NO"))), "grants",
                List.of(Map.of("name", "clinic", "cidrs", List.of("127.0.0.0/8"), "policies", "health-*", "not-after",
                        "2026-07-01T00:00:00+02:00", "max-servers", "3", "purposes", "care"))));

        assertThat(document.policies()).singleElement()
                .isEqualTo(new DeclaredPolicy("health-de", null, "care", List.of("DE", "NO"), null, null));
        assertThat(document.grants()).singleElement().satisfies(grant -> {
            assertThat(grant.owner()).isEqualTo("clinic");
            assertThat(grant.terms()).isEqualTo(new Terms(null, Instant.parse("2026-06-30T22:00:00Z"), List.of("care"),
                    List.of(), 3, null));
        });
    }

    private Path write(String text) throws IOException {
        Path next = Files.writeString(directory.resolve("next"), text);
        return Files.move(next, directory.resolve("policies.yaml"), StandardCopyOption.REPLACE_EXISTING);
    }

    private static void look(PolicyFile file) {
        file.check();
        file.check();
    }

    private List<String> names() {
        return rules.rules().declared().stream().map(DeclaredPolicy::name).toList();
    }

    private static PolicyRules read(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.equals("bad")) {
            throw new IllegalArgumentException("line 1 is bad");
        }
        if (text.equals("huge")) {
            throw new OutOfMemoryError("said by the test");
        }
        return rules(text.split("\n"));
    }

    private static PolicyRules rules(String... names) {
        return new PolicyRules(
                List.of(names).stream().map(name -> new DeclaredPolicy(name, null, null, List.of(), null, null))
                        .toList(),
                true, GATE, List.of(), true);
    }
}
