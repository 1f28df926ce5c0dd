package io.revproc.proxy.evidence;

import java.time.Instant;
import java.util.Date;
import java.util.Map;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;

/** An authority of a test: its keys, and what it signs. */
public final class Tokens {
    private final JWK key;

    private Tokens(JWK key) {
        this.key = key;
    }

    /** One that signs with ES256. */
    public static Tokens ec(String keyId) {
        try {
            return new Tokens(new ECKeyGenerator(Curve.P_256).keyID(keyId).generate());
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One that signs with RS256. */
    public static Tokens rsa(String keyId) {
        try {
            return new Tokens(new RSAKeyGenerator(2048).keyID(keyId).generate());
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the public keys, as an issuer publishes them. */
    public JWKSet keys() {
        return new JWKSet(key.toPublicJWK());
    }

    /** Returns a token with these claims. @param end its exp */
    public String sign(Instant end, Map<String, Object> claims) {
        JWTClaimsSet.Builder said = new JWTClaimsSet.Builder().expirationTime(Date.from(end));
        claims.forEach(said::claim);
        boolean ec = key instanceof ECKey;
        try {
            JWSSigner signer = ec ? new ECDSASigner((ECKey) key) : new RSASSASigner((RSAKey) key);
            SignedJWT token = new SignedJWT(new JWSHeader.Builder(ec ? JWSAlgorithm.ES256 : JWSAlgorithm.RS256)
                    .type(JOSEObjectType.JWT).keyID(key.getKeyID()).build(), said.build());
            token.sign(signer);
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
