package io.revproc.record;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** The key that signs checkpoints and receipts: Ed25519. Thread-safe. */
public final class SigningKey {
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    private final PrivateKey key;
    private final VerifyingKey publicKey;

    private SigningKey(PrivateKey key, VerifyingKey publicKey) {
        this.key = key;
        this.publicKey = publicKey;
    }

    /** A new one. */
    public static SigningKey generate() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            return new SigningKey(pair.getPrivate(), new VerifyingKey(pair.getPublic()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has Ed25519", e);
        }
    }

    /**
     * @param pem       PKCS#8
     * @param publicKey its other half
     * @throws IllegalArgumentException if it is not an Ed25519 private key, or not the other half; the message says so
     */
    public static SigningKey ofPem(String pem, VerifyingKey publicKey) {
        try {
            SigningKey key = new SigningKey(KeyFactory.getInstance("Ed25519")
                    .generatePrivate(new PKCS8EncodedKeySpec(Pem.decode(pem, BEGIN, END))), publicKey);
            byte[] probe = {1};
            if (!publicKey.verify(probe, key.sign(probe))) {
                throw new IllegalArgumentException("the private key and the public key do not belong together");
            }
            return key;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("it is not an Ed25519 private key", e);
        }
    }

    /** A secret. */
    public String pem() {
        return BEGIN + "\n" + Base64.getMimeEncoder(64, new byte[]{'\n'}).encodeToString(key.getEncoded()) + "\n" + END
                + "\n";
    }

    public VerifyingKey publicKey() {
        return publicKey;
    }

    /** Returns a secret for another purpose that follows from this key: nobody without the key knows it. */
    public SecretKey derive(String purpose) {
        MessageDigest digest = Chain.digest();
        digest.update((purpose + '\0').getBytes(StandardCharsets.US_ASCII));
        return new SecretKeySpec(digest.digest(key.getEncoded()), "HmacSHA256");
    }

    /** Returns the Ed25519 signature of a message. */
    public byte[] sign(byte[] message) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(key);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("an Ed25519 key signs", e);
        }
    }
}
