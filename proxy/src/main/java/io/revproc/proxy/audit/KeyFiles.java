package io.revproc.proxy.audit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

import io.revproc.record.KeyFile;
import io.revproc.record.SigningKey;
import io.revproc.record.VerifyingKey;
import io.revproc.record.tlog.NoteKey;
import org.jspecify.annotations.Nullable;

/**
 * The record's keys, made where they are missing: nobody but the proxy's user may read the secret ones.
 *
 * @param signing signs checkpoints and receipts
 * @param digest  hides messages
 * @param log     the public key with the log's name
 */
record KeyFiles(SigningKey signing, SecretKey digest, NoteKey log) {
    static final String PRIVATE = "signing-key.pem";
    static final String PUBLIC = "public-key.pem";
    static final String DIGEST = "digest-key.hex";
    /** The log's name and public key, as verifiers of C2SP notes take it. */
    static final String LOG = "log.vkey";

    private static final int DIGEST_BYTES = 32;
    private static final long MAX_BYTES = 64 * 1024;

    /**
     * @param origin                    names the log; null: as before
     * @param otherwise                 names the log where it has no name yet
     * @throws IOException              if they can't be read or made
     * @throws IllegalArgumentException if a file is there that is no key; the message says which
     */
    static KeyFiles in(Path directory, @Nullable String origin, String otherwise) throws IOException {
        Path privateFile = directory.resolve(PRIVATE);
        Path publicFile = directory.resolve(PUBLIC);
        if (!Files.exists(privateFile)) {
            SigningKey fresh = SigningKey.generate();
            // the public half first: a private key without one would stop the next start
            KeyFile.write(publicFile, fresh.publicKey().pem(), "rw-r--r--");
            KeyFile.write(privateFile, fresh.pem(), "rw-------");
        }
        Path digestFile = directory.resolve(DIGEST);
        if (!Files.exists(digestFile)) {
            byte[] secret = new byte[DIGEST_BYTES];
            new SecureRandom().nextBytes(secret);
            KeyFile.write(digestFile, HexFormat.of().formatHex(secret) + "\n", "rw-------");
        }
        SigningKey signing = signing(privateFile, publicFile);
        return new KeyFiles(signing, digest(digestFile), log(directory.resolve(LOG), signing, origin, otherwise));
    }

    /** A log keeps its name: what it signs under another one is another log. */
    private static NoteKey log(Path file, SigningKey signing, @Nullable String origin, String otherwise)
            throws IOException {
        NoteKey known = null;
        if (Files.exists(file)) {
            try {
                known = NoteKey.parse(read(file).strip());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
            }
            if (origin != null && !known.name().equals(origin)) {
                throw new IllegalArgumentException("this record is the log '" + known.name()
                        + "', and revproc.audit.origin says '" + origin + "'; leave the name or begin another record");
            }
        }
        NoteKey key = signing.publicKey()
                .noteKey(known != null ? known.name() : origin != null ? origin : otherwise);
        if (!key.equals(known)) {
            KeyFile.write(file, key.text() + "\n", "rw-r--r--");
        }
        return key;
    }

    private static SigningKey signing(Path privateFile, Path publicFile) throws IOException {
        VerifyingKey publicKey;
        try {
            publicKey = VerifyingKey.ofPem(read(publicFile));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(publicFile + ": " + e.getMessage(), e);
        }
        try {
            return SigningKey.ofPem(read(privateFile), publicKey);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(privateFile + ": " + e.getMessage(), e);
        }
    }

    private static SecretKey digest(Path file) throws IOException {
        try {
            byte[] secret = HexFormat.of().parseHex(read(file).strip());
            if (secret.length == DIGEST_BYTES) {
                return new SecretKeySpec(secret, "HmacSHA256");
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new IllegalArgumentException(file + ": it is not a key of 64 hexadecimal digits");
    }

    private static String read(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IllegalArgumentException(file + ": it is too large for a key");
        }
        return Files.readString(file, StandardCharsets.US_ASCII);
    }
}
