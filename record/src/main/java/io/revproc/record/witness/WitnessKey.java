package io.revproc.record.witness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import io.revproc.record.KeyFile;
import io.revproc.record.SigningKey;
import io.revproc.record.VerifyingKey;
import io.revproc.record.tlog.Note;
import io.revproc.record.tlog.NoteKey;
import org.jspecify.annotations.Nullable;

/**
 * A witness's key and name, made where they are missing.
 *
 * @param key    verifies its cosignatures
 * @param signer makes signatures
 */
public record WitnessKey(NoteKey key, Note.Signer signer) {
    /** What others verify its cosignatures with: the verifier key of {@code witness.vkey}. */
    public static final String PUBLIC = "witness.vkey";

    private static final String PRIVATE = "witness-key.pem";

    /**
     * Reads a directory's key.
     *
     * @param name      of the witness; null: as before
     * @param otherwise its name where it has none yet
     * @throws IOException              if it can't be read or made
     * @throws IllegalArgumentException if the file is no key, or the witness has another name already; the message says so
     */
    public static WitnessKey in(Path directory, @Nullable String name, String otherwise) throws IOException {
        Path secret = directory.resolve(PRIVATE);
        Path open = directory.resolve(PUBLIC);
        if (!Files.exists(secret)) {
            SigningKey fresh = SigningKey.generate();
            KeyFile.write(secret, fresh.pem() + fresh.publicKey().pem(), "rw-------");
            Files.deleteIfExists(open);
        }
        String pem = Files.readString(secret, StandardCharsets.US_ASCII);
        SigningKey signing = SigningKey.ofPem(pem, VerifyingKey.ofPem(pem));
        if (!Files.exists(open)) {
            KeyFile.write(open, key(name == null ? otherwise : name, signing).text() + "\n", "rw-r--r--");
        }
        NoteKey kept = NoteKey.parse(Files.readString(open, StandardCharsets.UTF_8).strip());
        if (!kept.equals(key(kept.name(), signing))) {
            throw new IllegalArgumentException(open + " is not the key of " + secret);
        }
        if (name != null && !name.equals(kept.name())) {
            throw new IllegalArgumentException("this witness is named " + kept.name() + " already; another name needs "
                    + "another directory");
        }
        return new WitnessKey(kept, signing::sign);
    }

    private static NoteKey key(String name, SigningKey signing) {
        return NoteKey.of(name, NoteKey.Type.COSIGNATURE, signing.publicKey().noteKey(name).publicKey());
    }
}
