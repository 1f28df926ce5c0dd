package io.revproc.proxy.access;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/** The fingerprint of a certificate: the SHA-256 of the whole certificate. */
public final class Fingerprint {
    private Fingerprint() {}

    public static byte[] of(X509Certificate certificate) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException("every JDK has SHA-256, and a certificate that was received can be sent",
                    e);
        }
    }

    /** 64 hexadecimal digits. */
    public static String text(X509Certificate certificate) {
        return HexFormat.of().formatHex(of(certificate));
    }
}
