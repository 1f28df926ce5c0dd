package io.revproc.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

import io.revproc.record.Entry.Digest;
import org.jspecify.annotations.Nullable;

/**
 * A signature over the record up to a place. Kept outside, it shows later whether the record still begins with what it held then.
 *
 * @param segment   where it stands
 * @param sequence  of the checkpoint's own entry; it covers all entries before
 * @param time      when it was signed
 * @param hash      the chain's hash before the checkpoint's entry
 * @param keyId     of the key that signed
 * @param signature Ed25519, 64 bytes
 */
public record ChainCheckpoint(long segment, long sequence, Instant time, Digest hash, Digest keyId, byte[] signature) {
    /** Bytes of a signature. */
    public static final int SIGNATURE = 64;

    private static final byte[] DOMAIN = "revproc-audit-checkpoint-1\0".getBytes(StandardCharsets.US_ASCII);

    /** Signs. */
    public static ChainCheckpoint sign(SigningKey key, long segment, long sequence, long millis, byte[] hash) {
        Digest covered = new Digest(hash.clone());
        byte[] signature = key.sign(toSign(segment, sequence, millis, covered, key.publicKey().id()));
        return new ChainCheckpoint(segment, sequence, Instant.ofEpochMilli(millis), covered, key.publicKey().id(),
                signature);
    }

    /** Returns whether this key signed it, as it is. */
    public boolean signedBy(VerifyingKey key) {
        return keyId.equals(key.id())
                && key.verify(toSign(segment, sequence, time.toEpochMilli(), hash, keyId), signature);
    }

    private static byte[] toSign(long segment, long sequence, long millis, Digest hash, Digest keyId) {
        return ByteBuffer.allocate(DOMAIN.length + Digest.LENGTH + 3 * Long.BYTES + Digest.LENGTH).put(DOMAIN)
                .put(keyId.bytes()).putLong(segment).putLong(sequence).putLong(millis).put(hash.bytes()).array();
    }

    /** As it is kept outside. */
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("segment", segment);
        fields.put("sequence", sequence);
        fields.put("time", time.toString());
        fields.put("hash", hash.hex());
        fields.put("keyId", keyId.hex());
        fields.put("signature", signatureText());
        return fields;
    }

    /** The signature in base64url. */
    public String signatureText() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
    }

    /** {@link #fields} in one line of JSON. */
    public String json() {
        return Json.write(fields());
    }

    /** @throws IllegalArgumentException if these are not a checkpoint's fields */
    static ChainCheckpoint of(Map<?, ?> fields) {
        ChainCheckpoint read = new ChainCheckpoint(Json.number(fields, "segment"), Json.number(fields, "sequence"),
                time(Json.text(fields, "time")), Digest.of(Json.text(fields, "hash")),
                Digest.of(Json.text(fields, "keyId")), signature(Json.text(fields, "signature")));
        if (!read.signatureText().equals(fields.get("signature"))) {
            throw new IllegalArgumentException("its signature is not base64url without padding");
        }
        return read;
    }

    /** Milliseconds are what is signed. */
    private static Instant time(String text) {
        try {
            Instant time = Instant.parse(text);
            if (time.equals(Instant.ofEpochMilli(time.toEpochMilli()))) {
                return time;
            }
        } catch (DateTimeException | ArithmeticException e) {
            // said below
        }
        throw new IllegalArgumentException("its time is not one in milliseconds");
    }

    private static byte[] signature(String text) {
        byte[] signature;
        try {
            signature = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("its signature is not base64url without padding", e);
        }
        if (signature.length != SIGNATURE) {
            throw new IllegalArgumentException("its signature has not " + SIGNATURE + " bytes");
        }
        return signature;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ChainCheckpoint that && segment == that.segment && sequence == that.sequence
                && time.equals(that.time) && hash.equals(that.hash) && keyId.equals(that.keyId)
                && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(signature);
    }

    @Override
    public String toString() {
        return json();
    }
}
