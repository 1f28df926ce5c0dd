package io.revproc.record.tlog;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * A signed note of C2SP: a text and signatures of it. Nothing is verified by parsing.
 *
 * @param text       ends with a newline
 * @param signatures at least one, at most {@value #MAX_SIGNATURES}
 */
public record Note(String text, List<Signed> signatures) {
    /** Signatures that a note has at most. */
    public static final int MAX_SIGNATURES = 64;
    /** Bytes that a note has at most. */
    public static final int MAX_BYTES = 64 * 1024;

    private static final String DASH = "\u2014 ";

    /** Makes signatures. */
    @FunctionalInterface
    public interface Signer {
        /** Returns the Ed25519 signature of a message. */
        byte[] sign(byte[] message);
    }

    /**
     * A line that says who signed.
     *
     * @param name  of the key
     * @param keyId of the key
     * @param bytes of the signature
     */
    public record Signed(String name, int keyId, byte[] bytes) {
        /** Returns the line, its newline included. */
        public String line() {
            byte[] all = ByteBuffer.allocate(Integer.BYTES + bytes.length).putInt(keyId).put(bytes).array();
            return DASH + name + " " + Texts.base64(all) + "\n";
        }

        /** Returns whether it claims to be by this key. */
        boolean isBy(NoteKey key) {
            return keyId == key.id() && name.equals(key.name());
        }

        /** @throws IllegalArgumentException if it is not a signature's line, without its newline */
        static Signed parse(String line) {
            int space = line.lastIndexOf(' ');
            if (!line.startsWith(DASH) || space < DASH.length()) {
                throw new IllegalArgumentException("it has a line that is not a signature");
            }
            String name = line.substring(DASH.length(), space);
            byte[] all = Texts.base64(line.substring(space + 1));
            if (!NoteKey.isName(name) || all.length <= Integer.BYTES) {
                throw new IllegalArgumentException("it has a line that is not a signature");
            }
            return new Signed(name, ByteBuffer.wrap(all).getInt(),
                    Arrays.copyOfRange(all, Integer.BYTES, all.length));
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Signed that && name.equals(that.name) && keyId == that.keyId
                    && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return 31 * keyId + Arrays.hashCode(bytes);
        }
    }

    public Note {
        if (!text.endsWith("\n") || signatures.isEmpty() || signatures.size() > MAX_SIGNATURES) {
            throw new IllegalArgumentException("a note is a text and signatures");
        }
        if (text.chars().anyMatch(c -> c < ' ' && c != '\n')) {
            throw new IllegalArgumentException("it has a control character");
        }
        // Half a character, which JSON can hold, would be signed as a question mark.
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException("it has half a character");
        }
        signatures = List.copyOf(signatures);
    }

    /**
     * Signs a text.
     *
     * @param key whose private half signs
     */
    public static Note sign(String text, NoteKey key, Signer signer) {
        return new Note(text, List.of(new Signed(key.name(), key.id(),
                signer.sign(text.getBytes(StandardCharsets.UTF_8)))));
    }

    /** @throws IllegalArgumentException if it is not a signed note; the message says so */
    public static Note parse(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException("it is too long for a note");
        }
        return parse(Texts.utf8(bytes));
    }

    /** @throws IllegalArgumentException if it is not a signed note; the message says so */
    public static Note parse(String note) {
        int blank = note.lastIndexOf("\n\n");
        if (note.length() > MAX_BYTES || blank < 0 || !note.endsWith("\n") || blank + 2 == note.length()) {
            throw new IllegalArgumentException("it is not a signed note");
        }
        List<Signed> signatures = new ArrayList<>();
        for (String line : note.substring(blank + 2, note.length() - 1).split("\n", MAX_SIGNATURES + 1)) {
            signatures.add(Signed.parse(line));
        }
        return new Note(note.substring(0, blank + 1), signatures);
    }

    /**
     * Returns whether a key signed the text.
     *
     * @throws IllegalArgumentException if a signature that claims to be this key's is not
     */
    public boolean isSignedBy(NoteKey key) {
        boolean signed = false;
        for (Signed signature : signatures) {
            if (signature.isBy(key)) {
                if (key.type() != NoteKey.Type.ED25519
                        || !key.verify(text.getBytes(StandardCharsets.UTF_8), signature.bytes())) {
                    throw new IllegalArgumentException("its signature is not that of the key " + key.name());
                }
                signed = true;
            }
        }
        return signed;
    }

    /**
     * Returns the first of some keys that signed the text.
     *
     * @throws IllegalArgumentException if a signature that claims to be one of theirs is not
     */
    public Optional<NoteKey> signer(Collection<NoteKey> keys) {
        NoteKey found = null;
        for (NoteKey key : keys) {
            if (isSignedBy(key) && found == null) {
                found = key;
            }
        }
        return Optional.ofNullable(found);
    }

    /** Returns the note with more signatures; those that it has already are not repeated. */
    public Note with(Collection<Signed> more) {
        List<Signed> all = new ArrayList<>(signatures);
        more.stream().filter(signature -> !all.contains(signature)).forEach(all::add);
        return new Note(text, all);
    }

    /** Returns the note as it is published. */
    @Override
    public String toString() {
        StringBuilder all = new StringBuilder(text).append('\n');
        signatures.forEach(signature -> all.append(signature.line()));
        return all.toString();
    }

    /** Returns {@link #toString} in UTF-8. */
    public byte[] bytes() {
        return toString().getBytes(StandardCharsets.UTF_8);
    }
}
