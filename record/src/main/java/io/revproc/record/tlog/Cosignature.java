package io.revproc.record.tlog;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * A witness's signature of a checkpoint, C2SP tlog-cosignature with Ed25519: at that time this was the largest tree that it had seen
 * of the log, and it begins with all that it had seen before.
 */
public final class Cosignature {
    private static final int LENGTH = Long.BYTES + 64;

    private Cosignature() {}

    /**
     * Cosigns.
     *
     * @param seconds since 1970
     */
    public static Note.Signed sign(String text, NoteKey key, Note.Signer signer, long seconds) {
        byte[] signature = signer.sign(message(text, seconds));
        return new Note.Signed(key.name(), key.id(),
                ByteBuffer.allocate(Long.BYTES + signature.length).putLong(seconds).put(signature).array());
    }

    private static byte[] message(String text, long seconds) {
        return ("cosignature/v1\ntime " + seconds + "\n" + text).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Returns when each of some witnesses cosigned, in seconds since 1970; those that did not are not in it.
     *
     * @throws IllegalArgumentException if a cosignature that claims to be one of theirs is not
     */
    public static Map<NoteKey, Long> of(Note note, Collection<NoteKey> witnesses) {
        Map<NoteKey, Long> times = new HashMap<>();
        for (NoteKey witness : witnesses) {
            for (Note.Signed signature : note.signatures()) {
                if (signature.isBy(witness)) {
                    times.merge(witness, time(note, signature, witness), Math::max);
                }
            }
        }
        return times;
    }

    private static long time(Note note, Note.Signed signature, NoteKey witness) {
        byte[] bytes = signature.bytes();
        if (witness.type() == NoteKey.Type.COSIGNATURE && bytes.length == LENGTH) {
            long seconds = ByteBuffer.wrap(bytes).getLong();
            if (seconds >= 0 && witness.verify(message(note.text(), seconds),
                    Arrays.copyOfRange(bytes, Long.BYTES, bytes.length))) {
                return seconds;
            }
        }
        throw new IllegalArgumentException("its cosignature is not that of the witness " + witness.name());
    }
}
