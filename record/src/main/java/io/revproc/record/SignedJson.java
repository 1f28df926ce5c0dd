package io.revproc.record;

import java.text.ParseException;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;

/** Signs JSON as a compact JWS with Ed25519, which any JOSE library verifies. */
public final class SignedJson {
    private SignedJson() {}

    /** Returns the JWS of a JSON text. */
    public static String sign(SigningKey key, String json) {
        try {
            JWSObject jws = new JWSObject(
                    new JWSHeader.Builder(JWSAlgorithm.EdDSA).contentType("json").keyID(key.publicKey().id().hex())
                            .build(),
                    new Payload(json));
            jws.sign(new EdDsa.Signer(key));
            return jws.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException("an Ed25519 key signs", e);
        }
    }

    /**
     * Returns the JSON text that the key signed.
     *
     * @throws IllegalArgumentException if it is no such JWS, or another key's; the message says so
     */
    public static String verify(String jws, VerifyingKey key) {
        try {
            JWSObject parsed = EdDsa.parse(jws);
            if (parsed.getHeader().getAlgorithm().equals(JWSAlgorithm.EdDSA)
                    && parsed.verify(new EdDsa.Verifier(key))) {
                return parsed.getPayload().toString();
            }
        } catch (ParseException | JOSEException e) {
            throw new IllegalArgumentException("it is no signed JSON", e);
        }
        throw new IllegalArgumentException("it was not signed by this key");
    }
}
