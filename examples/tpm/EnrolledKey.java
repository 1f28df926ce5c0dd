package tpm;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;

/** The public part of an attestation key, as it stands in the file of machines. */
final class EnrolledKey {
    private EnrolledKey() {}

    /** @throws IOException if the word is no key, or too weak a one; the sentence names the line */
    static PublicKey of(String word, int line) throws IOException {
        for (String algorithm : List.of("EC", "RSA")) {
            try {
                PublicKey key = KeyFactory.getInstance(algorithm)
                        .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(word)));
                if (key instanceof ECPublicKey ec && ec.getParams().getCurve().getField().getFieldSize() == 256
                        || key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() >= 2048) {
                    return key;
                }
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                // not of this kind, or no key
            }
        }
        throw new IOException("Line " + line + " has no public key that counts: P-256, or RSA of 2,048 bits or more");
    }
}
