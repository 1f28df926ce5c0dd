package io.revproc.record;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

import io.revproc.record.Entry.Digest;
import io.revproc.record.tlog.Ed25519;
import io.revproc.record.tlog.NoteKey;
import org.jspecify.annotations.Nullable;

/** The public half of the key that signs checkpoints and receipts. Thread-safe. */
public final class VerifyingKey {
    private static final String BEGIN = "-----BEGIN PUBLIC KEY-----";
    private static final String END = "-----END PUBLIC KEY-----";

    private final PublicKey key;
    private final Digest id;
    private final @Nullable String log;

    /** @param key an Ed25519 key */
    public VerifyingKey(PublicKey key) {
        this(key, null);
    }

    private VerifyingKey(PublicKey key, @Nullable String log) {
        this.key = key;
        this.log = log;
        byte[] encoded = key.getEncoded();
        this.id = new Digest(Chain.sha256(encoded, 0, encoded.length));
    }

    /** Returns the key of the log that a verifier key names, and of no other. */
    public static VerifyingKey of(NoteKey key) {
        return new VerifyingKey(key.publicKey(), key.name());
    }

    /** Returns whether the key may sign for a log of this name: any, unless it was given with a name. */
    public boolean isOf(String origin) {
        return log == null || log.equals(origin);
    }

    /** @throws IllegalArgumentException if it is not an Ed25519 public key in PEM; the message says so */
    public static VerifyingKey ofPem(String pem) {
        try {
            return new VerifyingKey(KeyFactory.getInstance("Ed25519")
                    .generatePublic(new X509EncodedKeySpec(Pem.decode(pem, BEGIN, END))));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("it is not an Ed25519 public key", e);
        }
    }

    public String pem() {
        return BEGIN + "\n" + Base64.getMimeEncoder(64, new byte[]{'\n'}).encodeToString(key.getEncoded()) + "\n" + END
                + "\n";
    }

    /** SHA-256 of the key in its X.509 encoding. */
    public Digest id() {
        return id;
    }

    /** Returns the key with a name, as it verifies notes. @throws IllegalArgumentException if the name can't be a key's */
    public NoteKey noteKey(String name) {
        return NoteKey.of(name, NoteKey.Type.ED25519, key);
    }

    /** Returns whether the key's private half signed this. */
    boolean verify(byte[] message, byte[] signature) {
        return Ed25519.verify(key, message, signature);
    }
}
