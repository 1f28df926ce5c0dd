package io.revproc.record;

import java.text.ParseException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import io.revproc.record.Entry.Digest;
import org.jspecify.annotations.Nullable;

/**
 * A receipt of the earlier form: a compact JWS (EdDSA) which says that a server was handed its message and that the
 * record says so.
 *
 * @param sequence of the record's entry
 * @param segment  where the entry stands
 * @param hash     the chain's hash behind the entry
 * @param time     of the answer
 * @param policy   the message's
 * @param serverId that got it
 * @param address  of the server, {@code ADDRESS:PORT}
 * @param size     bytes of the message
 * @param sha256   of the message's bytes, from its first brace to its last
 */
public record ChainReceipt(long sequence, long segment, Digest hash, Instant time, String policy, String serverId,
        String address, long size, Digest sha256) {
    /** No receipt is longer, in characters. */
    public static final int MAX_LENGTH = 8192;

    private static final String TYPE = "revproc-receipt+jws";

    /** The receipt as a compact JWS. Takes a tenth of a millisecond or more. */
    public String sign(SigningKey key) {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.EdDSA).keyID(key.publicKey().id().hex().substring(0, 16))
                .type(new JOSEObjectType(TYPE)).build();
        JWSObject jws = new JWSObject(header, new Payload(Json.write(fields())));
        try {
            jws.sign(new EdDsa.Signer(key));
        } catch (JOSEException e) {
            throw new IllegalStateException("an Ed25519 key signs", e);
        }
        return jws.serialize();
    }

    /** For JSON. */
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("sequence", sequence);
        fields.put("segment", segment);
        fields.put("hash", hash.hex());
        fields.put("time", time.toString());
        fields.put("policy", policy);
        fields.put("server", serverId);
        fields.put("address", address);
        fields.put("size", size);
        fields.put("sha256", sha256.hex());
        return fields;
    }

    /**
     * Reads a receipt and checks its signature.
     *
     * @throws IllegalArgumentException if it is none, or not the key's; the message says so
     */
    public static ChainReceipt verify(String compact, VerifyingKey key) {
        if (compact.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("it is too long for a receipt");
        }
        try {
            JWSObject jws = EdDsa.parse(compact);
            if (!JWSAlgorithm.EdDSA.equals(jws.getHeader().getAlgorithm())
                    || jws.getHeader().getType() == null || !TYPE.equals(jws.getHeader().getType().getType())) {
                throw new IllegalArgumentException("it is not a receipt");
            }
            if (!jws.verify(new EdDsa.Verifier(key))) {
                throw new IllegalArgumentException(
                        "its signature is not the key's: the receipt was changed, or is of another proxy");
            }
            return of(jws.getPayload().toJSONObject());
        } catch (ParseException | JOSEException e) {
            throw new IllegalArgumentException("it is not a compact JWS", e);
        }
    }

    private static ChainReceipt of(@Nullable Map<String, Object> payload) {
        Map<String, Object> fields = payload == null ? Map.of() : payload;
        try {
            return new ChainReceipt(Json.number(fields, "sequence"), Json.number(fields, "segment"),
                    Digest.of(Json.text(fields, "hash")),
                    Instant.parse(Json.text(fields, "time")), Json.text(fields, "policy"), Json.text(fields, "server"),
                    Json.text(fields, "address"), Json.number(fields, "size"), Digest.of(Json.text(fields, "sha256")));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("its time can't be read", e);
        }
    }

    /** Returns whether these are the bytes of the message that the receipt is for. */
    public boolean isFor(byte[] message) {
        return message.length == size && sha256.equals(new Digest(Chain.sha256(message, 0, message.length)));
    }
}
