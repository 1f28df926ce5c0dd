package io.revproc.certs;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/** Issues certificates with P-256 keys. For trying things out: its key lies in a file, and nothing is ever revoked. */
public final class SmallAuthority {
    private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
    private static final String COMMON_NAME = "2.5.4.3";
    private static final String SUBJECT_KEY = "2.5.29.14";
    private static final String KEY_USAGE = "2.5.29.15";
    private static final String ALTERNATIVE_NAMES = "2.5.29.17";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String AUTHORITY_KEY = "2.5.29.35";
    private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    private final String name;
    private final Issued own;

    /** A key pair and its certificate. */
    public record Issued(KeyPair keys, X509Certificate certificate) {
        /** The certificate as PEM. */
        public String certificatePem() throws GeneralSecurityException {
            return Pem.write("CERTIFICATE", certificate.getEncoded());
        }

        /** The private key as PEM, PKCS #8, without a password. */
        public String keyPem() {
            return Pem.write("PRIVATE KEY", keys.getPrivate().getEncoded());
        }
    }

    private SmallAuthority(String name, Issued own) {
        this.name = name;
        this.own = own;
    }

    /** A new one with a certificate of its own making. */
    public static SmallAuthority create(String name, Instant from, Instant until) throws GeneralSecurityException {
        KeyPair keys = newKeys();
        byte[] extensions = Der.sequence(
                extension(BASIC_CONSTRAINTS, true, Der.sequence(Der.yes(), Der.integer(BigInteger.ZERO))),
                // keyCertSign and cRLSign
                extension(KEY_USAGE, true, Der.bits(1, new byte[]{0x06})),
                extension(SUBJECT_KEY, false, Der.octets(keyId(keys.getPublic()))));
        return new SmallAuthority(name, certify(name, name, keys, keys, from, until, extensions));
    }

    /** Its own certificate, which the others are checked with. */
    public Issued own() {
        return own;
    }

    /**
     * A certificate for both ends of a connection.
     *
     * @param names DNS names, IP addresses and URIs; told apart by their looks
     */
    public Issued issue(String commonName, List<String> names, Instant from, Instant until)
            throws GeneralSecurityException {
        KeyPair keys = newKeys();
        List<byte[]> alternatives = new ArrayList<>();
        names.forEach(each -> alternatives.add(alternative(each)));
        byte[] extensions = Der.sequence(extension(BASIC_CONSTRAINTS, true, Der.sequence()),
                // digitalSignature
                extension(KEY_USAGE, true, Der.bits(7, new byte[]{(byte) 0x80})),
                extension(EXTENDED_KEY_USAGE, false, Der.sequence(Der.oid(SERVER_AUTH), Der.oid(CLIENT_AUTH))),
                extension(SUBJECT_KEY, false, Der.octets(keyId(keys.getPublic()))),
                extension(AUTHORITY_KEY, false,
                        Der.sequence(Der.value(0x80, keyId(own.certificate().getPublicKey())))),
                extension(ALTERNATIVE_NAMES, false, Der.sequence(alternatives.toArray(new byte[0][]))));
        return certify(name, commonName, own.keys(), keys, from, until, extensions);
    }

    private static Issued certify(String issuer, String subject, KeyPair signer, KeyPair keys, Instant from,
            Instant until, byte[] extensions) throws GeneralSecurityException {
        byte[] algorithm = Der.sequence(Der.oid(ECDSA_WITH_SHA256));
        byte[] toBeSigned = Der.sequence(Der.value(0xa0, Der.integer(BigInteger.TWO)),
                Der.integer(new BigInteger(127, new SecureRandom()).add(BigInteger.ONE)), algorithm, name(issuer),
                Der.sequence(Der.time(from), Der.time(until)), name(subject), keys.getPublic().getEncoded(),
                Der.value(0xa3, extensions));
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(signer.getPrivate());
        signature.update(toBeSigned);
        byte[] certificate = Der.sequence(toBeSigned, algorithm, Der.bits(0, signature.sign()));
        return new Issued(keys, (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(certificate)));
    }

    private static KeyPair newKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static byte[] extension(String oid, boolean critical, byte[] value) {
        return critical
                ? Der.sequence(Der.oid(oid), Der.yes(), Der.octets(value))
                : Der.sequence(Der.oid(oid), Der.octets(value));
    }

    private static byte[] name(String commonName) {
        return Der.sequence(Der.set(Der.sequence(Der.oid(COMMON_NAME), Der.text(commonName))));
    }

    /** The end of the key's SHA-1, as a name for it; no secret hangs on it. */
    private static byte[] keyId(PublicKey key) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-1").digest(key.getEncoded());
    }

    private static byte[] alternative(String name) {
        if (name.contains("://")) {
            return Der.value(0x86, name.getBytes(StandardCharsets.US_ASCII));
        }
        InetAddress address = address(name);
        return address == null
                ? Der.value(0x82, name.getBytes(StandardCharsets.US_ASCII))
                : Der.value(0x87, address.getAddress());
    }

    private static @Nullable InetAddress address(String name) {
        try {
            return InetAddress.ofLiteral(name);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
