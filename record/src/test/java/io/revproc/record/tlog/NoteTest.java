package io.revproc.record.tlog;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class NoteTest {
    /** Of the documentation of Go's package golang.org/x/mod/sumdb/note, where the format comes from. */
    private static final String PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    private static final String PETERS_NOTE = """
            If you think cryptography is the answer to your problem,
            then you don't know what your problem is.

            — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
            """;
    /** The examples of C2SP signed-note, tlog-checkpoint and tlog-cosignature. */
    private static final String EMPTY_LINE_WITHIN = """
            Ognuno sta solo sul cuor della terra
            trafitto da un raggio di sole:

            ed è subito sera.

            — quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
            """;
    private static final String COSIGNED = """
            example.com/behind-the-sofa
            20852163
            CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

            — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
            — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
            """;

    private final KeyPair pair = pair();
    private final NoteKey key = NoteKey.of("example.com/log", NoteKey.Type.ED25519, pair.getPublic());

    static KeyPair pair() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static Note.Signer signer(KeyPair pair) {
        return message -> {
            try {
                Signature signature = Signature.getInstance("Ed25519");
                signature.initSign(pair.getPrivate());
                signature.update(message);
                return signature.sign();
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        };
    }

    @Test
    void noteOfAnotherImplementationIsVerified() {
        Note note = Note.parse(PETERS_NOTE);

        assertThat(note.isSignedBy(NoteKey.parse(PETER))).isTrue();
        assertThat(note.signer(List.of(key, NoteKey.parse(PETER)))).contains(NoteKey.parse(PETER));
        assertThat(NoteKey.parse(PETER).text()).isEqualTo(PETER);
        assertThat(note.toString()).isEqualTo(PETERS_NOTE);
    }

    @Test
    void examplesOfTheSpecificationsAreRead() {
        assertThat(Note.parse(EMPTY_LINE_WITHIN).text()).endsWith("sole:\n\ned è subito sera.\n");
        Note cosigned = Note.parse(COSIGNED);
        assertThat(cosigned.signatures()).extracting(Note.Signed::name).containsExactly("example.com/behind-the-sofa",
                "witness.example.com/w1");
        assertThat(cosigned.signatures().getLast().bytes()).as("a time and a signature").hasSize(8 + 64);
        TreeHead head = TreeHead.parse(cosigned.text());
        assertThat(head.origin()).isEqualTo("example.com/behind-the-sofa");
        assertThat(head.size()).isEqualTo(20_852_163);
        assertThat(head.text()).isEqualTo(cosigned.text());
        assertThat(cosigned.toString()).isEqualTo(COSIGNED);
    }

    @Test
    void eachBitOfASignedCheckpointCounts() {
        byte[] note = Note.sign(new TreeHead("example.com/log", 7, new byte[32]).text(), key, signer(pair)).bytes();
        assertThat(Note.parse(note).isSignedBy(key)).isTrue();

        for (int bit = 0; bit < 8 * note.length; bit++) {
            byte[] flipped = note.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(isSigned(flipped, key)).as("bit %s", bit).isFalse();
        }
    }

    static boolean isSigned(byte[] note, NoteKey key) {
        try {
            return Note.parse(note).isSignedBy(key);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\n\n", "text\n", "text\n\n", "text\n\nno signature\n", "text\n\n— \n",
            "text\n\n— name\n", "text\n\n— name AAAA\n", "text\n\n— name AAAAAA==\n", "text\n\n— na me AAAAAAAAAAA=\n",
            "text\n\n— na+me AAAAAAAAAAA=\n", "text\n\n—  AAAAAAAAAAA=\n", "text\n\n— name AAAAAAAAAAB=\n",
            "text\n\n— name AAAAAAAAAAA\n", "text\n\n— name AAAAAAAAAAA= \n", "te\txt\n\n— name AAAAAAAAAAA=\n",
            "text\r\n\n— name AAAAAAAAAAA=\n", "text\n\n— name AAAAAAAAAAA=", "text\n\n- name AAAAAAAAAAA=\n"})
    void whatIsNoNoteIsRefused(String text) {
        assertThatThrownBy(() -> Note.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void noteHasBounds() {
        String line = "— name AAAAAAAAAAA=\n";
        assertThat(Note.parse("text\n\n" + line.repeat(Note.MAX_SIGNATURES)).signatures())
                .hasSize(Note.MAX_SIGNATURES);
        assertThatThrownBy(() -> Note.parse("text\n\n" + line.repeat(Note.MAX_SIGNATURES + 1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Note.parse("t".repeat(Note.MAX_BYTES) + "\n\n" + line))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Note.parse(new byte[]{'t', (byte) 0xc3, '\n', '\n'}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void signaturesOfUnknownKeysAreIgnoredAndFalseOnesOfKnownKeysAreNot() {
        Note.Signed stranger = new Note.Signed("stranger", 1, new byte[64]);
        Note.Signed namesake = new Note.Signed("example.com/log", 1, new byte[64]);
        Note note = Note.sign("text\n", key, signer(pair)).with(List.of(stranger, namesake));

        assertThat(note.isSignedBy(key)).isTrue();
        assertThat(Note.parse(note.bytes())).isEqualTo(note);
        assertThat(new Note("text\n", List.of(stranger)).isSignedBy(key)).isFalse();
        Note forged = new Note("text\n", List.of(new Note.Signed("example.com/log", key.id(), new byte[64])));
        assertThatThrownBy(() -> forged.isSignedBy(key)).hasMessageContaining("is not that of the key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "name", "name+c74f20a3", "Peter+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "PeterNeumann+c74f20a3+ARpc",
            "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"})
    void whatIsNoKeyIsRefused(String text) {
        assertThatThrownBy(() -> NoteKey.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "log\n", "log\n7\n", "log\n07\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
            "log\n-7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "log\n7\nAAAA\n",
            "\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
            "log\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",
            "log\n9223372036854775808\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
            "log\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
            "log\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="})
    void whatIsNoCheckpointIsRefused(String text) {
        assertThatThrownBy(() -> TreeHead.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cosignatureSaysWhen() {
        NoteKey witness = NoteKey.of("witness.example", NoteKey.Type.COSIGNATURE, pair.getPublic());
        Note note = Note.sign(new TreeHead("example.com/log", 7, new byte[32]).text(), key, signer(pair));
        Note cosigned = note.with(List.of(Cosignature.sign(note.text(), witness, signer(pair), 1_679_315_147)));

        assertThat(cosigned.isSignedBy(key)).isTrue();
        assertThat(Cosignature.of(cosigned, List.of(witness))).isEqualTo(Map.of(witness, 1_679_315_147L));
        assertThat(Cosignature.of(note, List.of(witness))).isEmpty();
        byte[] bytes = cosigned.signatures().getLast().bytes();
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Note wrong = note.with(List.of(new Note.Signed(witness.name(), witness.id(), flipped)));
            assertThatThrownBy(() -> Cosignature.of(wrong, List.of(witness)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void signatureOfOneTypeIsNoneOfTheOther() {
        NoteKey witness = NoteKey.of("example.com/log", NoteKey.Type.COSIGNATURE, pair.getPublic());

        assertThat(witness.id()).isNotEqualTo(key.id());
        assertThat(NoteKey.parse(witness.text())).isEqualTo(witness);
        assertThat(Note.sign("text\n", key, signer(pair)).isSignedBy(witness)).isFalse();
    }

    @Test
    void proofHoldsALeafToACheckpoint() {
        List<byte[]> leaves = NaiveTree.leaves(11);
        Note checkpoint = Note.sign(new TreeHead("example.com/log", 11, NaiveTree.root(leaves)).text(), key,
                signer(pair));
        byte[] extra = "salt".getBytes(StandardCharsets.US_ASCII);
        TlogProof proof = new TlogProof(extra, 9, NaiveTree.path(9, leaves), checkpoint);
        byte[] leafHash = NaiveTree.hash(0, leaves.get(9));

        assertThat(proof.toString()).startsWith("c2sp.org/tlog-proof@v1\nextra c2FsdA==\nindex 9\n")
                .contains("=\n\nexample.com/log\n11\n");
        assertThat(TlogProof.parse(proof.bytes()).toString()).isEqualTo(proof.toString());
        assertThat(proof.headWith(leafHash).size()).isEqualTo(11);
        byte[] bytes = proof.bytes();
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(holds(flipped, leafHash, extra)).as("bit %s", bit).isFalse();
        }
    }

    private boolean holds(byte[] proof, byte[] leafHash, byte[] extra) {
        try {
            TlogProof read = TlogProof.parse(proof);
            read.headWith(leafHash);
            return read.checkpoint().isSignedBy(key) && java.util.Arrays.equals(read.extra(), extra);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "c2sp.org/tlog-proof@v1\n\n", "c2sp.org/tlog-proof@v2\nindex 1\n\nNOTE",
            "c2sp.org/tlog-proof@v1\n\nNOTE", "c2sp.org/tlog-proof@v1\nindex 01\n\nNOTE",
            "c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nNOTE", "c2sp.org/tlog-proof@v1\nextra \nindex 1\n\nNOTE",
            "c2sp.org/tlog-proof@v1\nindex 1\nextra AAAA\n\nNOTE", "c2sp.org/tlog-proof@v1\nindex 1\nNOTE"})
    void whatIsNoProofIsRefused(String text) {
        assertThatThrownBy(() -> TlogProof.parse(text.replace("NOTE", PETERS_NOTE)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
