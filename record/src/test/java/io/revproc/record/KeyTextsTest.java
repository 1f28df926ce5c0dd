package io.revproc.record;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** Keys in files, as they come when a copy was cut, or the wrong file was given. */
class KeyTextsTest {
    private static final SigningKey KEY = Sample.KEY;
    private static final String PRIVATE = KEY.pem();
    private static final String PUBLIC = KEY.publicKey().pem();

    private static @Nullable String refusal(String pem, Consumer<String> reader) {
        Throwable refusal = catchThrowable(() -> reader.accept(pem));
        if (refusal != null) {
            assertThat(refusal).isInstanceOf(IllegalArgumentException.class);
            assertThat(refusal.getMessage()).matches("(it|what|the) [^\\n]*").doesNotContainIgnoringCase("byte",
                    "unit", "illegal", "input");
        }
        return refusal == null ? null : refusal.getMessage();
    }

    @Test
    void keyThatWasCutAnywhereIsNone() {
        for (int i = 0; i < PUBLIC.length() - 1; i++) {
            assertThat(refusal(PUBLIC.substring(0, i), VerifyingKey::ofPem)).as("public, cut at %s", i).isNotNull();
        }
        for (int i = 0; i < PRIVATE.length() - 1; i++) {
            assertThat(refusal(PRIVATE.substring(0, i), pem -> SigningKey.ofPem(pem, KEY.publicKey())))
                    .as("private, cut at %s", i).isNotNull();
        }
    }

    @Test
    void lineThatLostCharactersIsNoKeyEither() {
        String body = PUBLIC.lines().toList().get(1).replace("=", "");
        for (int i = 0; i < body.length(); i++) {
            for (String less : List.of(body.substring(0, i), body.substring(i + 1), body.substring(0, i) + "\n",
                    body.substring(0, i) + "====")) {
                String refusal = refusal(PUBLIC.replace(body, less), VerifyingKey::ofPem);
                assertThat(refusal).as(less).isIn("it is not an Ed25519 public key",
                        "what follows '-----BEGIN PUBLIC KEY-----' is not whole");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
            "''                                                | it has no '-----BEGIN PUBLIC KEY-----' with its end",
            "-----BEGIN PUBLIC KEY-----END PUBLIC KEY-----     | it has no '-----BEGIN PUBLIC KEY-----' with its end",
            "-----END PUBLIC KEY----------BEGIN PUBLIC KEY-----| it has no '-----BEGIN PUBLIC KEY-----' with its end",
            "-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----| it is not an Ed25519 public key",
            "-----BEGIN PUBLIC KEY-----AAA-----END PUBLIC KEY-----| it is not an Ed25519 public key",
            "-----BEGIN PUBLIC KEY-----A-----END PUBLIC KEY-----| what follows '-----BEGIN PUBLIC KEY-----' is not whole"})
    void whatIsNoKeySaysWhatIsMissing(String pem, String sentence) {
        assertThat(refusal(pem, VerifyingKey::ofPem)).isEqualTo(sentence);
    }

    @Test
    void linesMayEndAsOnAnyMachineAndOtherBlocksMayStandAround() {
        for (String pem : List.of(PUBLIC.replace("\n", "\r\n"), PUBLIC.replace("\n", "\r"), PRIVATE + PUBLIC,
                "-----END PUBLIC KEY-----\n" + PUBLIC, "\ufeff" + PUBLIC, PUBLIC.stripTrailing())) {
            assertThat(VerifyingKey.ofPem(pem).id()).isEqualTo(KEY.publicKey().id());
        }
        assertThat(refusal(SigningKey.generate().pem(), pem -> SigningKey.ofPem(pem, KEY.publicKey())))
                .isEqualTo("the private key and the public key do not belong together");
        assertThat(refusal(PUBLIC.replace("PUBLIC", "PRIVATE"), pem -> SigningKey.ofPem(pem, KEY.publicKey())))
                .isEqualTo("it is not an Ed25519 private key");
    }

    @ParameterizedTest
    @CsvSource({"rw-------, a secret", "rw-r--r--, z\u00fcrich \ud83d\ude00", "rw-r-----, ''"})
    void fileIsWrittenWholeWithItsRightsAndNothingIsLeftBeside(String rights, String content, @TempDir Path directory)
            throws Exception {
        Path file = Files.writeString(directory.resolve("key"), "what was there before");
        Files.writeString(directory.resolve("key.new"), "of a process that was killed");
        KeyFile.write(file, content, rights);

        assertThat(Files.readAllBytes(file)).isEqualTo(content.getBytes(StandardCharsets.UTF_8));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo(rights);
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "62", "63", "65", "66", "63g", "63\u0663"})
    void digestHas64Digits(String wrong) {
        String text = "a".repeat(Integer.parseInt(wrong.replaceAll("\\D.*", ""))) + wrong.replaceAll("^\\d+", "");
        assertThat(catchThrowable(() -> Entry.Digest.of(text))).hasMessage("a digest has 64 hexadecimal digits");
        assertThat(Entry.Digest.of("aB".repeat(32)).hex()).isEqualTo("ab".repeat(32));
    }
}
