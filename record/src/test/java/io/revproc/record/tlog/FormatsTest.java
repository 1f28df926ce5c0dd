package io.revproc.record.tlog;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The small text formats as somebody sends them who means no good, or has copied them badly. */
class FormatsTest {
    private static final KeyPair PAIR = NoteTest.pair();
    private static final NoteKey KEY = NoteKey.of("example.com/log", NoteKey.Type.ED25519, PAIR.getPublic());
    private static final List<byte[]> LEAVES = NaiveTree.leaves(5);
    private static final Note CHECKPOINT = Note.sign(
            new TreeHead("example.com/log", 5, NaiveTree.root(LEAVES)).text(), KEY, NoteTest.signer(PAIR));

    /** A format: how a good one looks, and what reads it. */
    enum Format {
        NOTE(CHECKPOINT.toString(), text -> Note.parse(text).isSignedBy(KEY)),
        PROOF(new TlogProof(new byte[]{1}, 3, NaiveTree.path(3, LEAVES), CHECKPOINT).toString(), text -> {
            TlogProof proof = TlogProof.parse(text.getBytes(StandardCharsets.UTF_8));
            proof.headWith(NaiveTree.hash(0, LEAVES.get(3)));
            return Arrays.equals(proof.extra(), new byte[]{1}) && proof.checkpoint().isSignedBy(KEY);
        }),
        REQUEST(new String(new AddCheckpoint(3, NaiveTree.proof(3, LEAVES), CHECKPOINT).bytes(),
                StandardCharsets.UTF_8), text -> {
                    AddCheckpoint request = AddCheckpoint.parse(text.getBytes(StandardCharsets.UTF_8));
                    return request.checkpoint().isSignedBy(KEY) && Proofs.consistent(request.old(),
                            NaiveTree.root(LEAVES.subList(0, 3)), 5, NaiveTree.root(LEAVES), request.proof());
                }),
        KEY_TEXT(KEY.text(), text -> NoteKey.parse(text).equals(KEY));

        private final String good;
        private final Function<String, Boolean> reader;

        Format(String good, Function<String, Boolean> reader) {
            this.good = good;
            this.reader = reader;
        }

        /** Whether it is taken for the good one. What is refused says so in a sentence, and in no other way. */
        boolean takes(String text) {
            try {
                return reader.apply(text);
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).as(text).matches("(it|its|a|an|the) [^\\n]*[^.\\n]")
                        .doesNotContainIgnoringCase("illegal", "byte[]", "input string", "unit", "null");
                return false;
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsCutOrHasOneCharacterMoreOrLessIsNotTheSame(Format format) {
        assertThat(format.takes(format.good)).isTrue();
        for (int i = 0; i < format.good.length(); i++) {
            String before = format.good.substring(0, i);
            assertThat(format.takes(before)).as("cut at %s", i).isFalse();
            if (i == 0 || format.good.charAt(i) != format.good.charAt(i - 1)) {
                assertThat(format.takes(before + format.good.substring(i + 1))).as("without %s", i).isFalse();
            }
            for (String more : List.of("\n", "\r", " ", "=")) {
                String longer = before + more + format.good.substring(i);
                assertThat(format.takes(longer)).as("with %s at %s", more, i).isFalse();
            }
        }
        assertThat(format.takes(format.good + "\n")).isFalse();
        assertThat(format.takes(format.good.replace("\n", "\r\n") + "\r")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0, true", "9223372036854775807, true", "9223372036854775808, false", "9999999999999999999, false",
            "18446744073709551616, false", "99999999999999999999999999, false", "'', false", "00, false", "01, false",
            "-0, false", "+1, false", "-1, false", "' 1', false", "1.0, false", "1e3, false", "0x1, false",
            "\u0661, false"})
    void sizesAndIndexesAreBelow2To63AndWrittenInOneWay(String number, boolean is) {
        String proof = "c2sp.org/tlog-proof@v1\nindex " + number + "\n\n" + CHECKPOINT;
        byte[] request = ("old " + number + "\n\n" + CHECKPOINT).getBytes(StandardCharsets.UTF_8);
        if (is) {
            assertThat(TlogProof.parse(proof).index()).isEqualTo(Long.parseLong(number));
            assertThat(AddCheckpoint.parse(request).old()).isEqualTo(Long.parseLong(number));
            assertThat(AddCheckpoint.size(number + "\n")).isEqualTo(Long.parseLong(number));
        } else {
            String sentence = "it has no number where one should be";
            assertThatThrownBy(() -> TlogProof.parse(proof)).hasMessage(sentence);
            assertThatThrownBy(() -> AddCheckpoint.parse(request)).hasMessage(sentence);
            assertThatThrownBy(() -> AddCheckpoint.size(number + "\n")).hasMessage(sentence);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, Proofs.MAX_HASHES - 1, Proofs.MAX_HASHES, Proofs.MAX_HASHES + 1, 500})
    void proofHasAtMost63Hashes(int hashes) {
        String lines = (Texts.base64(new byte[32]) + "\n").repeat(hashes);
        byte[] request = ("old 1\n" + lines + "\n" + CHECKPOINT).getBytes(StandardCharsets.UTF_8);
        String proof = "c2sp.org/tlog-proof@v1\nindex 1\n" + lines + "\n" + CHECKPOINT;
        if (hashes <= Proofs.MAX_HASHES) {
            assertThat(AddCheckpoint.parse(request).proof()).hasSize(hashes);
            assertThat(TlogProof.parse(proof).hashes()).hasSize(hashes);
        } else {
            assertThatThrownBy(() -> AddCheckpoint.parse(request)).hasMessage("a proof has at most 63 hashes");
            assertThatThrownBy(() -> TlogProof.parse(proof)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void bytesBeyondTheLimitAreNotLookedAt() {
        byte[] long65536 = new byte[Note.MAX_BYTES];
        byte[] long65537 = new byte[Note.MAX_BYTES + 1];
        for (Function<byte[], Object> parser : List.<Function<byte[], Object>>of(Note::parse, TlogProof::parse,
                AddCheckpoint::parse)) {
            assertThatThrownBy(() -> parser.apply(long65536)).hasMessageNotContaining("too long");
            assertThatThrownBy(() -> parser.apply(long65537)).hasMessageStartingWith("it is too long");
        }
    }

    @Test
    void halfACharacterIsNotTheQuestionMarkThatWasSigned() {
        NoteKey key = NoteKey.of("a?b", NoteKey.Type.ED25519, PAIR.getPublic());
        String signed = Note.sign(new TreeHead("a?b", 1, new byte[32]).text(), key, NoteTest.signer(PAIR)).toString();

        assertThat(Note.parse(signed).isSignedBy(key)).isTrue();
        for (String half : List.of("\ud800", "\udfff")) {
            assertThatThrownBy(() -> Note.parse(signed.replace("a?b\n1", "a" + half + "b\n1")))
                    .hasMessage("it has half a character");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ar-EG", "fa-IR", "mr-IN", "bn-BD", "de-DE", "tr-TR", "th-TH-u-nu-thai"})
    void pathOfATileIsTheSameWhateverLanguageTheMachineSpeaks(String language) {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag(language));
        try {
            assertThat(new Tile(2, 1_234_067, 5).path()).isEqualTo("tile/2/x001/x234/067.p/5");
            assertThat(Tile.parse("tile/2/x001/x234/067.p/5")).isEqualTo(new Tile(2, 1_234_067, 5));
        } finally {
            Locale.setDefault(before);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {(Long.MAX_VALUE >> 8) + 1, 1L << 56, 1L << 62, Long.MAX_VALUE})
    void noTreeHasATileBeyondWhat64BitsNumber(long index) {
        for (long size : new long[]{0, 1, 255, 256, Long.MAX_VALUE}) {
            assertThat(Tile.of(0, index, size)).as("of %s", size).isNull();
        }
        assertThatThrownBy(() -> new Tile(0, index, 1)).hasMessage("there is no such tile");
    }

    @ParameterizedTest
    @CsvSource({"0, the tile tile/0/000.p/1 has 0 bytes", "31, the tile tile/0/000.p/1 has 31 bytes",
            "32, 32 bytes", "33, the tile tile/0/000.p/1 has 33 bytes", "64, the tile tile/0/000.p/1 has 64 bytes"})
    void tileOfAnotherLengthIsNotRead(int bytes, String said) {
        TileNodes nodes = new TileNodes(tile -> new byte[bytes], 1);
        assertThat(root(nodes, 0)).isEqualTo(said);
        assertThat(root(nodes, 1)).isEqualTo("a tree of 1 leaves has no such node");
    }

    private static String root(TileNodes nodes, long index) {
        try {
            return nodes.node(0, index).length + " bytes";
        } catch (java.io.IOException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
