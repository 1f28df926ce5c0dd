package io.revproc.record.tlog;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The body of a request to a witness, C2SP tlog-witness: a checkpoint, and the proof that its log begins with the one that the witness
 * cosigned last.
 *
 * @param old        leaves of the tree that the witness cosigned last; 0: none
 * @param proof      consistency proof from there
 * @param checkpoint signed by the log
 */
public record AddCheckpoint(long old, List<byte[]> proof, Note checkpoint) {
    /** Path below a witness's submission prefix. */
    public static final String PATH = "/add-checkpoint";
    /** Content type of the answer that says which size the witness cosigned last. */
    public static final String SIZE_TYPE = "text/x.tlog.size";
    /** Bytes that a body has at most. */
    public static final int MAX_BYTES = Note.MAX_BYTES;

    private static final String OLD = "old ";

    public AddCheckpoint {
        proof = List.copyOf(proof);
    }

    /** @throws IllegalArgumentException if it is no such body; the message says so */
    public static AddCheckpoint parse(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException("it is too long");
        }
        String text = Texts.utf8(bytes);
        int blank = text.indexOf("\n\n");
        if (blank < 0 || !text.startsWith(OLD)) {
            throw new IllegalArgumentException("it does not begin with an old size, a proof and an empty line");
        }
        List<String> lines = new ArrayList<>(List.of(text.substring(0, blank).split("\n", Proofs.MAX_HASHES + 2)));
        long old = Texts.number(lines.removeFirst().substring(OLD.length()));
        if (lines.size() > Proofs.MAX_HASHES) {
            throw new IllegalArgumentException("a proof has at most " + Proofs.MAX_HASHES + " hashes");
        }
        return new AddCheckpoint(old, lines.stream().map(Texts::hash).toList(), Note.parse(text.substring(blank + 2)));
    }

    /**
     * Returns the size that an answer says.
     *
     * @throws IllegalArgumentException if it says none
     */
    public static long size(String answer) {
        if (!answer.endsWith("\n")) {
            throw new IllegalArgumentException("it is not a size");
        }
        return Texts.number(answer.substring(0, answer.length() - 1));
    }

    /**
     * Returns the cosignature of a witness that an answer holds.
     *
     * @throws IllegalArgumentException if it holds none, or a false one
     */
    public Note.Signed cosignature(String answer, NoteKey witness) {
        Note all = Note.parse(checkpoint.text() + "\n" + answer);
        if (Cosignature.of(all, List.of(witness)).isEmpty()) {
            throw new IllegalArgumentException("the answer holds no cosignature of " + witness.name());
        }
        return all.signatures().stream().filter(signature -> signature.isBy(witness)).findFirst().orElseThrow();
    }

    /** Returns the body. */
    public byte[] bytes() {
        StringBuilder text = new StringBuilder(OLD).append(old).append('\n');
        proof.forEach(hash -> text.append(Texts.base64(hash)).append('\n'));
        return text.append('\n').append(checkpoint).toString().getBytes(StandardCharsets.UTF_8);
    }
}
