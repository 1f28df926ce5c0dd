package io.revproc.e2e;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** Signs what a TPM would sign, and what none would: the bytes are the test's. */
final class SoftQuotes {
    private static final String PARTS = "tpm2.%s.%s.%s";

    private final KeyPair keys;

    private SoftQuotes(String algorithm, AlgorithmParameterSpec parameters) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(parameters);
            keys = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static SoftQuotes ec(String curve) {
        return new SoftQuotes("EC", new ECGenParameterSpec(curve));
    }

    static SoftQuotes rsa(int bits) {
        return new SoftQuotes("RSA", new RSAKeyGenParameterSpec(bits, RSAKeyGenParameterSpec.F4));
    }

    /** The public key, as a line of machines.txt has it. */
    String publicKey() {
        return Base64.getEncoder().encodeToString(keys.getPublic().getEncoded());
    }

    String evidence(String text, byte[] attest) {
        return evidence(text, attest, sign(attest));
    }

    static String evidence(String text, byte[] attest, byte[] signature) {
        return evidence(text.getBytes(StandardCharsets.UTF_8), attest, signature);
    }

    static String evidence(byte[] text, byte[] attest, byte[] signature) {
        Base64.Encoder base64 = Base64.getEncoder();
        return PARTS.formatted(base64.encodeToString(text), base64.encodeToString(attest),
                base64.encodeToString(signature));
    }

    /** TPMT_SIGNATURE. */
    byte[] sign(byte[] attest) {
        boolean elliptic = keys.getPublic().getAlgorithm().equals("EC");
        try {
            Signature signer = Signature.getInstance(elliptic ? "SHA256withECDSAinP1363Format" : "SHA256withRSA");
            signer.initSign(keys.getPrivate());
            signer.update(attest);
            byte[] plain = signer.sign();
            int half = plain.length / 2;
            return elliptic
                    ? hex("0018 000b", sized(Arrays.copyOf(plain, half)),
                            sized(Arrays.copyOfRange(plain, half, plain.length)))
                    : hex("0014 000b", sized(plain));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** TPMS_ATTEST of a quote over this text: PCRs 0 and 7, each of zeros. */
    static byte[] attest(byte[] text) {
        return attest("ff544347 8018", sha256(text), "01", "00000001 000b 03 810000", sha256(new byte[64]));
    }

    static byte[] attest(String text) {
        return attest(text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] attest(String head, byte[] qualifying, String safe, String selection, byte[] digest) {
        return hex(head, sized(hex("000b", new byte[32])), sized(qualifying),
                hex("0000000000000188 00000001 00000000" + safe + "2019102300163636" + selection), sized(digest));
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Bytes written in hexadecimal, and others behind them. */
    static byte[] hex(String hex, byte[]... more) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(HexFormat.of().parseHex(hex.replace(" ", "")));
        for (byte[] each : more) {
            all.writeBytes(each);
        }
        return all.toByteArray();
    }

    private static byte[] sized(byte[] bytes) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            DataOutputStream out = new DataOutputStream(all);
            out.writeShort(bytes.length);
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.toByteArray();
    }
}
