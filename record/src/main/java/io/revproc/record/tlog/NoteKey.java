package io.revproc.record.tlog;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

import org.jspecify.annotations.Nullable;

/**
 * A public key that verifies signatures of notes: an Ed25519 key with a name. Written as {@code NAME+ID+BASE64}, the form that Go's
 * checksum database made common. Thread-safe.
 */
public final class NoteKey {
    /** The statement of a signature. */
    public enum Type {
        /** The note's text. */
        ED25519(1),
        /** A witness has seen the log grow up to here; {@link Cosignature}. */
        COSIGNATURE(4);

        final byte code;

        Type(int code) {
            this.code = (byte) code;
        }
    }

    private static final byte[] X509 = HexFormat.of().parseHex("302a300506032b6570032100");
    private static final int KEY = 32;

    private final String name;
    private final Type type;
    private final byte[] raw;
    private final PublicKey key;
    private final int id;

    private NoteKey(String name, Type type, byte[] raw) {
        if (!isName(name)) {
            throw new IllegalArgumentException("a key's name has neither spaces nor plus signs");
        }
        if (raw.length != KEY) {
            throw new IllegalArgumentException("an Ed25519 key has 32 bytes");
        }
        byte[] encoded = Arrays.copyOf(X509, X509.length + KEY);
        System.arraycopy(raw, 0, encoded, X509.length, KEY);
        try {
            key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("it is not an Ed25519 key", e);
        }
        this.name = name;
        this.type = type;
        this.raw = raw.clone();
        this.id = id(name, type, raw);
    }

    /** @throws IllegalArgumentException if it is not an Ed25519 key, or no name for one */
    public static NoteKey of(String name, Type type, PublicKey key) {
        byte[] encoded = key.getEncoded();
        if (encoded.length != X509.length + KEY || !Arrays.equals(encoded, 0, X509.length, X509, 0, X509.length)) {
            throw new IllegalArgumentException("it is not an Ed25519 key");
        }
        return new NoteKey(name, type, Arrays.copyOfRange(encoded, X509.length, encoded.length));
    }

    /** @throws IllegalArgumentException if it is not a verifier key; the message says so */
    public static NoteKey parse(String text) {
        String[] parts = text.split("\\+", 3);
        if (parts.length != 3 || !parts[1].matches("[0-9a-f]{8}")) {
            throw new IllegalArgumentException("it is not a verifier key of the form NAME+ID+BASE64");
        }
        byte[] bytes = Texts.base64(parts[2]);
        for (Type type : Type.values()) {
            if (bytes.length == 1 + KEY && bytes[0] == type.code) {
                NoteKey key = new NoteKey(parts[0], type, Arrays.copyOfRange(bytes, 1, bytes.length));
                if (key.id != HexFormat.fromHexDigits(parts[1])) {
                    throw new IllegalArgumentException("the key's id is not that of its name and its bytes");
                }
                return key;
            }
        }
        throw new IllegalArgumentException("it is neither an Ed25519 key nor one of cosignatures");
    }

    static boolean isName(String name) {
        return !name.isEmpty() && name.codePoints().noneMatch(c -> c == '+' || c < ' ' || c == 0x7f || c == 0x85
                || Character.isSpaceChar(c) || Character.isWhitespace(c));
    }

    private static int id(String name, Type type, byte[] raw) {
        MessageDigest sha256 = TreeHasher.sha256();
        sha256.update(name.getBytes(StandardCharsets.UTF_8));
        sha256.update((byte) '\n');
        sha256.update(type.code);
        byte[] hash = sha256.digest(raw);
        return hash[0] << 24 | (hash[1] & 0xff) << 16 | (hash[2] & 0xff) << 8 | hash[3] & 0xff;
    }

    /** Returns the key's name: for a log its origin. */
    public String name() {
        return name;
    }

    /** Returns the first four bytes of the hash of name, type and key. */
    public int id() {
        return id;
    }

    /** Returns what its signatures say. */
    public Type type() {
        return type;
    }

    /** Returns the key in its X.509 form. */
    public PublicKey publicKey() {
        return key;
    }

    /** Returns the key's text. */
    public String text() {
        byte[] typed = new byte[1 + KEY];
        typed[0] = type.code;
        System.arraycopy(raw, 0, typed, 1, KEY);
        return name + "+" + HexFormat.of().toHexDigits(id) + "+" + Texts.base64(typed);
    }

    /** Returns whether this key made an Ed25519 signature of these bytes. */
    boolean verify(byte[] message, byte[] signature) {
        return Ed25519.verify(key, message, signature);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NoteKey that && text().equals(that.text());
    }

    @Override
    public int hashCode() {
        return text().hashCode();
    }

    @Override
    public String toString() {
        return text();
    }
}
