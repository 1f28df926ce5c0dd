package io.revproc.record;

import java.text.ParseException;
import java.util.Set;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.impl.BaseJWSProvider;
import com.nimbusds.jose.util.Base64URL;

/** JWS signatures by the JDK's Ed25519; the library's own need a further library. */
final class EdDsa {
    private EdDsa() {}

    /** @throws ParseException if it is not a compact JWS */
    static JWSObject parse(String compact) throws ParseException {
        try {
            return JWSObject.parse(compact.strip());
        } catch (RuntimeException e) {
            // the library's parser falls over a header that is null
            throw new ParseException("it is not a compact JWS: " + e.getMessage(), 0);
        }
    }

    /** Signs. */
    static final class Signer extends BaseJWSProvider implements JWSSigner {
        private final SigningKey key;

        Signer(SigningKey key) {
            super(Set.of(JWSAlgorithm.EdDSA));
            this.key = key;
        }

        @Override
        public Base64URL sign(JWSHeader header, byte[] input) {
            return Base64URL.encode(key.sign(input));
        }
    }

    /** Verifies; knows no critical headers, so that a JWS that has one is none of ours. */
    static final class Verifier extends BaseJWSProvider implements JWSVerifier {
        private final VerifyingKey key;

        Verifier(VerifyingKey key) {
            super(Set.of(JWSAlgorithm.EdDSA));
            this.key = key;
        }

        @Override
        public boolean verify(JWSHeader header, byte[] input, Base64URL signature) {
            return header.getCriticalParams() == null && key.verify(input, signature.decode());
        }
    }
}
