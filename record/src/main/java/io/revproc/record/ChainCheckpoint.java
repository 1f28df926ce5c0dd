package io.revproc.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
        try {
            byte[] signature = Base64.getUrlDecoder().decode(text(fields, "signature"));
            if (signature.length != SIGNATURE) {
                throw new IllegalArgumentException("a signature has 64 bytes");
            }
            return new ChainCheckpoint(number(fields, "segment"), number(fields, "sequence"),
                    Instant.parse(text(fields, "time")), Digest.of(text(fields, "hash")),
                    Digest.of(text(fields, "keyId")), signature);
        } catch (java.time.DateTimeException e) {
            throw new IllegalArgumentException("its time can't be read", e);
        }
    }

    private static String text(Map<?, ?> fields, String name) {
        if (fields.get(name) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("it has no " + name);
    }

    private static long number(Map<?, ?> fields, String name) {
        if (fields.get(name) instanceof Number number) {
            return number.longValue();
        }
        throw new IllegalArgumentException("it has no " + name);
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
