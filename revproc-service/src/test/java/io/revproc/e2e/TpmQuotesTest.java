package io.revproc.e2e;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.revproc.proxy.policy.Evidence;
import io.revproc.proxy.policy.EvidenceVerifier;
import io.revproc.proxy.policy.EvidenceVerifier.Verdict;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** The example's verifier of TPM quotes, against all that somebody else, or a TPM that was asked for something else, may sign. */
class TpmQuotesTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
    private static final SoftQuotes EC = SoftQuotes.ec("secp256r1");
    private static final SoftQuotes RSA = SoftQuotes.rsa(2048);
    private static final SoftQuotes LONG_CURVE = SoftQuotes.ec("secp384r1");
    private static final SoftQuotes SHORT_RSA = SoftQuotes.rsa(1024);
    private static final SoftQuotes STRANGER = SoftQuotes.ec("secp256r1");
    private static final String ZEROS = "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b";
    private static final String MACHINES = "# enrolled\naudience revproc.example.org\n\nkey clinic-7 " + EC.publicKey()
            + " region=DE\nkey clinic-8 " + RSA.publicKey() + "\nboot release-17 0,7 " + ZEROS + "\n";
    private static final String TEXT = text("revproc.example.org", "clinic-7", NOW, NOW.plusSeconds(600));

    @TempDir
    private static Path directory;
    private static @Nullable EvidenceVerifier loaded;

    @BeforeAll
    static void build() throws Exception {
        loaded = TpmExample.load(directory, MACHINES);
    }

    @Test
    void aQuoteProvesTheMachineItsStateAndWhatItIsFor() {
        assertThat(verifier().name()).isEqualTo("tpm");
        assertThat(verifier().mayRead("tpm2.x")).isTrue();
        assertThat(verifier().mayRead("eyJhbGciOiJFUzI1NiJ9.e30.AA")).isFalse();
        assertThat(verifier().verify(EC.evidence(TEXT, SoftQuotes.attest(TEXT)), NOW)).isEqualTo(new Verdict.Proven(
                new Evidence("tpm", Map.of("sub", "clinic-7", "boot", "release-17", "policy", "health-de", "id", "7",
                        "region", "DE"), NOW.plusSeconds(600))));
        String other = text("revproc.example.org", "clinic-8", NOW, NOW.plusSeconds(3600));
        assertThat(verifier().verify(RSA.evidence(other, SoftQuotes.attest(other)), NOW)).isEqualTo(new Verdict.Proven(
                new Evidence("tpm", Map.of("sub", "clinic-8", "boot", "release-17", "policy", "health-de", "id", "7"),
                        NOW.plusSeconds(3600))));
    }

    // ---- what is signed by the key, and proves nothing

    static List<Arguments> signedByTheMachine() {
        byte[] hash = SoftQuotes.sha256(TEXT.getBytes(StandardCharsets.UTF_8));
        byte[] zeros = SoftQuotes.sha256(new byte[64]);
        String head = "ff544347 8018";
        String pcrs = "00000001 000b 03 810000";
        String unreadable = "quote-not-readable";
        String state = "boot-state-not-enrolled: The quote's PCRs are not those of a state that is enrolled; they are ";
        return List.of(
                arguments("another PCR has a value", state + "0,7 " + "11".repeat(32),
                        SoftQuotes.attest(head, hash, "01", pcrs, bytes(32, 0x11))),
                arguments("fewer PCRs", state + "0 " + ZEROS,
                        SoftQuotes.attest(head, hash, "01", "00000001 000b 03 010000", zeros)),
                arguments("other PCRs", state + "8,23 " + ZEROS,
                        SoftQuotes.attest(head, hash, "01", "00000001 000b 03 000180", zeros)),
                arguments("another text",
                        "quote-of-another-text: The text beside the quote is not the one that was quoted",
                        SoftQuotes.attest(head, zeros, "01", pcrs, zeros)),
                arguments("not made by a TPM", unreadable, SoftQuotes.attest("ff544348 8018", hash, "01", pcrs, zeros)),
                arguments("a certification", unreadable, SoftQuotes.attest("ff544347 8017", hash, "01", pcrs, zeros)),
                arguments("a time", unreadable, SoftQuotes.attest("ff544347 8019", hash, "01", pcrs, zeros)),
                arguments("neither safe nor unsafe", unreadable, SoftQuotes.attest(head, hash, "02", pcrs, zeros)),
                arguments("no PCR", unreadable,
                        SoftQuotes.attest(head, hash, "01", "00000001 000b 03 000000", zeros)),
                arguments("the bank of SHA-1", unreadable,
                        SoftQuotes.attest(head, hash, "01", "00000001 0004 03 810000", zeros)),
                arguments("no selection", unreadable, SoftQuotes.attest(head, hash, "01", "00000000", zeros)),
                arguments("no selection, in as many bytes", unreadable,
                        SoftQuotes.attest(head, hash, "01", "00000000 000b 03 810000", zeros)),
                arguments("two selections", unreadable,
                        SoftQuotes.attest(head, hash, "01", "00000002 000b 03 810000 000b 03 810000", zeros)),
                arguments("four billion selections", unreadable,
                        SoftQuotes.attest(head, hash, "01", "ffffffff 000b 03 810000", zeros)),
                arguments("a long selection", unreadable,
                        SoftQuotes.attest(head, hash, "01", "00000001 000b ff 810000", zeros)),
                arguments("no qualifying data", unreadable,
                        SoftQuotes.attest(head, new byte[0], "01", pcrs, zeros)),
                arguments("a byte moved from the digest to the qualifying data", unreadable,
                        SoftQuotes.attest(head, Arrays.copyOf(hash, 33), "01", pcrs, Arrays.copyOf(zeros, 31))),
                arguments("a byte behind it", unreadable, SoftQuotes.hex("", SoftQuotes.attest(TEXT), new byte[1])),
                arguments("nothing", unreadable, new byte[0]));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("signedByTheMachine")
    void whatIsNoQuoteOfThisTextIsRefused(String what, String refusal, byte[] attest) {
        assertThat(refusal(EC.evidence(TEXT, attest))).isEqualTo(refusal);
    }

    static List<Arguments> texts() {
        Instant soon = NOW.plusSeconds(600);
        return List.of(
                arguments(text("another.example.org", "clinic-7", NOW, soon),
                        "quote-for-others: The quote is for another audience"),
                arguments(text("revproc.example.org", "clinic-9", NOW, soon), "machine-not-enrolled"),
                arguments(text("revproc.example.org", "clinic-8", NOW, soon), "quote-not-readable"),
                arguments(text("revproc.example.org", "clinic-7", NOW.minusSeconds(600), NOW),
                        "quote-ended: The quote ended at " + NOW),
                arguments(text("revproc.example.org", "clinic-7", NOW.minusSeconds(600), NOW.plusSeconds(1)), "none"),
                arguments(text("revproc.example.org", "clinic-7", NOW.plusSeconds(31), soon),
                        "quote-from-the-future: The quote was issued later than now, by the proxy's clock"),
                arguments(text("revproc.example.org", "clinic-7", NOW.plusSeconds(30), soon), "none"),
                arguments(text("revproc.example.org", "clinic-7", NOW, NOW.plusSeconds(3601)),
                        "quote-lives-too-long: A quote ends at most 60 minutes after its time of issue"),
                arguments(text("revproc.example.org", "clinic-7", NOW.minusSeconds(3000), NOW.plusSeconds(601)),
                        "quote-lives-too-long: A quote ends at most 60 minutes after its time of issue"),
                arguments(TEXT + "\n", "quoted-text-not-readable"), arguments(" " + TEXT, "quoted-text-not-readable"),
                arguments(TEXT.replace("\n", "\r\n"), "quoted-text-not-readable"),
                arguments(TEXT.replace("quote-1", "quote-2"), "quoted-text-not-readable"),
                arguments(TEXT.replace("policy=health-de\n", ""), "quoted-text-not-readable"),
                arguments(TEXT.replace("policy=", "policy=a\npolicy="), "quoted-text-not-readable"),
                arguments(TEXT.replace("id=7", "id="), "quoted-text-not-readable"),
                arguments(TEXT.replace("id=7", "id=\0"), "quoted-text-not-readable"),
                arguments(TEXT.replace("id=7", "id=" + "7".repeat(129)), "quoted-text-not-readable"),
                arguments(TEXT.replace("id=7", "ID=7"), "quoted-text-not-readable"),
                arguments(TEXT.replace("ends=", "ends=0"), "quoted-text-not-readable"),
                arguments(TEXT.replace("ends=", "ends=-"), "quoted-text-not-readable"),
                arguments(TEXT.replaceAll("ends=.*", "ends=99999999999"),
                        "quote-lives-too-long: A quote ends at most 60 minutes after its time of issue"),
                arguments(TEXT.replaceAll("ends=.*", "ends=999999999999"), "quoted-text-not-readable"),
                arguments(TEXT.replaceAll("ends=.*", "ends=١٢"), "quoted-text-not-readable"));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void aTextIsOfThisFormAndOfThisHour(String text, String refusal) {
        assertThat(refusal(EC.evidence(text, SoftQuotes.attest(text)))).isEqualTo(refusal);
    }

    @Test
    void whatIsCutAnywhereIsRefusedEvenIfItWasSignedSo() {
        byte[] attest = SoftQuotes.attest(TEXT);
        for (int length = 0; length < attest.length; length++) {
            assertThat(refusal(EC.evidence(TEXT, Arrays.copyOf(attest, length)))).isEqualTo("quote-not-readable");
        }
        for (int length = 0; length < TEXT.length(); length++) {
            String cut = TEXT.substring(0, length);
            assertThat(refusal(EC.evidence(cut, SoftQuotes.attest(cut)))).isEqualTo("quoted-text-not-readable");
        }
        for (SoftQuotes key : List.of(EC, RSA)) {
            String text = key == EC ? TEXT : TEXT.replace("clinic-7", "clinic-8");
            byte[] signature = key.sign(attest);
            for (int length = 0; length < signature.length; length++) {
                assertThat(refusal(SoftQuotes.evidence(text, attest, Arrays.copyOf(signature, length))))
                        .isEqualTo("quote-not-readable");
            }
        }
    }

    // ---- what the key did not sign

    @Test
    void oneByteChangedAnywhereIsRefused() {
        byte[] text = TEXT.getBytes(StandardCharsets.UTF_8);
        byte[] attest = SoftQuotes.attest(TEXT);
        byte[] signature = EC.sign(attest);
        for (byte[] part : List.of(text, attest, signature)) {
            for (int i = 0; i < part.length; i++) {
                part[i] ^= (byte) (1 << i % 8);
                assertThat(refusal(SoftQuotes.evidence(text, attest, signature))).as("byte %s", i).isNotEqualTo("none");
                part[i] ^= (byte) (1 << i % 8);
            }
        }
        String evidence = SoftQuotes.evidence(text, attest, signature);
        assertThat(refusal(evidence)).isEqualTo("none");
        for (int i = 0; i < evidence.length(); i++) {
            for (char other : new char[]{(char) (evidence.charAt(i) ^ 1), '=', '.', ' ', 'ä'}) {
                if (evidence.charAt(i) != other) {
                    String changed = evidence.substring(0, i) + other + evidence.substring(i + 1);
                    assertThat(refusal(changed)).as("%s at %s", other, i).isNotEqualTo("none");
                }
            }
            assertThat(refusal(evidence.substring(0, i))).isNotEqualTo("none");
        }
    }

    static List<Arguments> signatures() {
        byte[] attest = SoftQuotes.attest(TEXT);
        byte[] good = EC.sign(attest);
        List<Arguments> all = new ArrayList<>();
        all.add(arguments("a stranger's", "signature-not-of-the-machine", STRANGER.sign(attest)));
        all.add(arguments("of another quote", "signature-not-of-the-machine", EC.sign(SoftQuotes.attest("x"))));
        all.add(arguments("of another kind of key", "quote-not-readable", RSA.sign(attest)));
        all.add(arguments("zeros", "signature-not-of-the-machine",
                SoftQuotes.hex("0018 000b 0020", new byte[32], SoftQuotes.hex("0020", new byte[32]))));
        all.add(arguments("short zeros", "signature-not-of-the-machine", SoftQuotes.hex("0018 000b 0001 00 0001 00")));
        all.add(arguments("a byte behind it", "quote-not-readable", SoftQuotes.hex("", good, new byte[1])));
        for (String head : List.of("0018 0004", "0018 000c", "0014 000b", "001a 000b", "0010 0010", "0018 000b 0000",
                "0018 000b 0021", "0018 000b ffff")) {
            byte[] changed = good.clone();
            byte[] start = SoftQuotes.hex(head);
            System.arraycopy(start, 0, changed, 0, start.length);
            all.add(arguments(head, "quote-not-readable", changed));
        }
        return all;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("signatures")
    void onlyTheMachinesOwnSignatureCounts(String what, String refusal, byte[] signature) {
        assertThat(refusal(SoftQuotes.evidence(TEXT, SoftQuotes.attest(TEXT), signature))).isEqualTo(refusal);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tpm2", "tpm2.", "tpm2...", "tpm2.a.b", "tpm2.YQ==.YQ==.YQ==.YQ==", "tpm2.YQ.YQ.YQ",
            "tpm3.YQ==.YQ==.YQ==", "tpm2./w==.YQ==.YQ=="})
    void whatIsNotOfThisFormIsRefused(String evidence) {
        assertThat(refusal(evidence)).isIn("evidence-not-readable", "quoted-text-not-readable");
    }

    // ---- the file

    @ParameterizedTest
    @ValueSource(strings = {"", "audience a\naudience b", "audience a b", "audience a\nkey", "audience a\nkey m",
            "audience a\nkey m nokey", "audience a\nkey m EC P384", "audience a\nkey m P384",
            "audience a\nkey m RSA1024",
            "audience a\nkey m EC\nkey m RSA", "audience a\nkey m EC\nkey n EC", "audience a\nkey m EC sub=other",
            "audience a\nkey m EC region", "audience a\nkey m EC region=DE region=FR", "audience a\nkey m/n EC",
            "audience a\nboot b 0,7 abc", "audience a\nboot b 0-7 " + ZEROS,
            "audience a\nboot b 7,0 " + ZEROS, "audience a\nboot b 0,0 " + ZEROS, "audience a\nboot b 00,7 " + ZEROS,
            "audience a\nboot b 0,24 " + ZEROS, "audience a\nboot b 0, " + ZEROS,
            "audience a\nboot b , " + ZEROS, "audience a\nboot b 0LONG " + ZEROS,
            "audience a\nboot b 0,7 " + ZEROS + " more",
            "audience a\nboot b 0,7 " + ZEROS + "\nboot c 0,7 " + ZEROS, "audience a\nmachine m EC"})
    void aFileThatSaysSomethingElseIsRefusedWithItsLine(String file, @TempDir Path other) {
        String machines = file.replace("LONG", ",1".repeat(40_000)).replace("P384", LONG_CURVE.publicKey())
                .replace("RSA1024", SHORT_RSA.publicKey()).replace("RSA", RSA.publicKey())
                .replace("EC", EC.publicKey());
        assertThatThrownBy(() -> TpmExample.load(other, machines + "\n"))
                .hasMessageMatching("revproc.evidence-jars: a verifier can't be made: java.io.IOException: "
                        + "(Line \\d (is none of|has no public key).*|There is no line with the audience)");
    }

    /** Half a claim may be another one. */
    @Test
    void aFileThatIsNotWrittenWholeChangesNothing(@TempDir Path other) throws Exception {
        String part = MACHINES.substring(0, MACHINES.indexOf("region=DE") + 8);
        assertThatThrownBy(() -> TpmExample.load(other, part)).hasMessageEndingWith(
                "java.io.IOException: The last line has no end: perhaps the file is not written whole");
    }

    @Test
    void theFileChangesWhileTheProxyRuns(@TempDir Path other) throws Exception {
        EvidenceVerifier watched = TpmExample.load(other, MACHINES);
        String evidence = EC.evidence(TEXT, SoftQuotes.attest(TEXT));
        assertThat(watched.verify(evidence, NOW)).isInstanceOf(Verdict.Proven.class);
        Path next = Files.writeString(other.resolve("next"), MACHINES.replace(EC.publicKey(), STRANGER.publicKey()));
        Files.move(next, other.resolve("machines.txt"), StandardCopyOption.REPLACE_EXISTING);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> watched.verify(evidence, NOW) instanceof Verdict.Unproven);
    }

    /** The reason, and the sentence if there is one; "none": it is proven. */
    private static String refusal(String evidence) {
        return switch (verifier().verify(evidence, NOW)) {
            case Verdict.Proven proven -> "none";
            case Verdict.Unproven(String reason, @Nullable String sentence) ->
                sentence == null ? reason : reason + ": " + sentence;
        };
    }

    private static EvidenceVerifier verifier() {
        return Objects.requireNonNull(loaded);
    }

    private static String text(String audience, String machine, Instant issued, Instant ends) {
        return "revproc-quote-1\naudience=%s\nmachine=%s\npolicy=health-de\nid=7\nissued=%s\nends=%s\n".formatted(
                audience,
                machine, issued.getEpochSecond(), ends.getEpochSecond());
    }

    private static byte[] bytes(int count, int value) {
        byte[] all = new byte[count];
        Arrays.fill(all, (byte) value);
        return all;
    }
}
