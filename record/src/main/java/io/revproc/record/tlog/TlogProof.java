package io.revproc.record.tlog;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A proof of C2SP tlog-proof: that something stands in a log, for whoever knows the log's key.
 *
 * @param extra      what its reader needs besides; nobody vouches for it. May be empty
 * @param index      of the leaf
 * @param hashes     inclusion proof in the checkpoint's tree, the leaf's sibling first
 * @param checkpoint signed by the log
 */
public record TlogProof(byte[] extra, long index, List<byte[]> hashes, Note checkpoint) {
    /** Bytes that a proof has at most. */
    public static final int MAX_BYTES = Note.MAX_BYTES;

    private static final String FIRST = "c2sp.org/tlog-proof@v1";
    private static final String EXTRA = "extra ";
    private static final String INDEX = "index ";

    public TlogProof {
        if (index < 0 || hashes.size() > Proofs.MAX_HASHES) {
            throw new IllegalArgumentException("it is not a proof");
        }
        hashes = List.copyOf(hashes);
    }

    /** @throws IllegalArgumentException if it is not a proof; the message says so */
    public static TlogProof parse(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException("it is too long for a proof");
        }
        return parse(Texts.utf8(bytes));
    }

    /** @throws IllegalArgumentException if it is not a proof; the message says so */
    public static TlogProof parse(String proof) {
        int blank = proof.indexOf("\n\n");
        if (blank < 0) {
            throw new IllegalArgumentException("it is not a proof");
        }
        List<String> lines = new ArrayList<>(List.of(proof.substring(0, blank).split("\n", -1)));
        if (!lines.removeFirst().equals(FIRST) || lines.isEmpty()) {
            throw new IllegalArgumentException("it does not begin with '" + FIRST + "'");
        }
        byte[] extra = {};
        if (lines.getFirst().startsWith(EXTRA)) {
            extra = Texts.base64(lines.removeFirst().substring(EXTRA.length()));
            if (extra.length == 0) {
                throw new IllegalArgumentException("it has an empty line of extra data");
            }
        }
        if (lines.isEmpty() || !lines.getFirst().startsWith(INDEX) || lines.size() > 1 + Proofs.MAX_HASHES) {
            throw new IllegalArgumentException("it has no index where one should be");
        }
        long index = Texts.number(lines.removeFirst().substring(INDEX.length()));
        return new TlogProof(extra, index, lines.stream().map(Texts::hash).toList(),
                Note.parse(proof.substring(blank + 2)));
    }

    /**
     * Returns what the checkpoint says, if the leaf is in its tree; whether it is signed is to be asked of the note.
     *
     * @throws IllegalArgumentException if it is not; the message says so
     */
    public TreeHead headWith(byte[] leafHash) {
        TreeHead head = TreeHead.parse(checkpoint.text());
        if (!Proofs.includes(index, head.size(), leafHash, hashes, head.root())) {
            throw new IllegalArgumentException("it does not lead to the checkpoint's root");
        }
        return head;
    }

    /** Returns the proof's text. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(FIRST).append('\n');
        if (extra.length > 0) {
            text.append(EXTRA).append(Texts.base64(extra)).append('\n');
        }
        text.append(INDEX).append(index).append('\n');
        hashes.forEach(hash -> text.append(Texts.base64(hash)).append('\n'));
        return text.append('\n').append(checkpoint).toString();
    }

    /** Returns {@link #toString} in UTF-8. */
    public byte[] bytes() {
        return toString().getBytes(StandardCharsets.UTF_8);
    }
}
