package io.revproc.cli.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

import io.revproc.wire.FileProblem;
import org.jspecify.annotations.Nullable;

/** Reads certificates and keys. */
public final class PemFiles {
    private static final long LARGEST = 1 << 20;
    private static final Pattern KEY = Pattern
            .compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final char[] NO_PASSWORD = new char[0];

    private PemFiles() {}

    /** A file can't be used; the message is a sentence for a person. */
    public static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnusableException(String sentence) {
            super(sentence);
        }
    }

    /**
     * @param authorities who may have signed the other end's certificate; null: those that the JDK trusts
     * @param certificate our own, with those of the authorities between if there are any; null: none
     * @param key         its key, PKCS #8 without a password
     */
    public static SSLContext context(@Nullable Path authorities, @Nullable Path certificate, @Nullable Path key)
            throws UnusableException {
        TrustManager @Nullable [] trust = authorities == null ? null : trust(authorities);
        KeyManager @Nullable [] own = certificate == null || key == null ? null : own(certificate, key);
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own, trust, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new UnusableException("this JDK has no TLS (" + e.getMessage() + ")");
        }
    }

    private static TrustManager[] trust(Path file) throws UnusableException {
        try {
            KeyStore store = empty();
            int n = 0;
            for (Certificate certificate : certificates(file)) {
                store.setCertificateEntry("ca-" + n++, certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new UnusableException("can't use the certificates in " + file + " (" + e.getMessage() + ")");
        }
    }

    private static KeyManager[] own(Path certificate, Path key) throws UnusableException {
        try {
            List<Certificate> chain = certificates(certificate);
            KeyStore store = empty();
            store.setKeyEntry("own", key(key, chain.getFirst().getPublicKey().getAlgorithm()), NO_PASSWORD,
                    chain.toArray(new Certificate[0]));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, NO_PASSWORD);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new UnusableException(
                    "can't use the certificate " + certificate + " with the key " + key + " (" + e.getMessage() + ")");
        }
    }

    private static List<Certificate> certificates(Path file) throws UnusableException, GeneralSecurityException {
        List<Certificate> found = List.copyOf(CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(read(file))));
        if (found.isEmpty()) {
            throw new UnusableException(
                    file + " holds no certificate; it has to begin with -----BEGIN CERTIFICATE-----");
        }
        return found;
    }

    private static PrivateKey key(Path file, String algorithm) throws UnusableException, GeneralSecurityException {
        Matcher pem = KEY.matcher(new String(read(file), StandardCharsets.ISO_8859_1));
        try {
            if (pem.find()) {
                return KeyFactory.getInstance(algorithm)
                        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1))));
            }
        } catch (IllegalArgumentException e) {
            // It is not Base64: a part is missing.
        }
        throw new UnusableException(
                file + " holds no key that can be read; 'openssl pkcs8 -topk8 -nocrypt -in " + file
                        + "' makes one that begins with -----BEGIN PRIVATE KEY-----");
    }

    private static byte[] read(Path file) throws UnusableException {
        try {
            if (Files.size(file) > LARGEST) {
                throw new UnusableException(file + " is too large for a certificate or a key");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UnusableException("can't read " + file + " (" + FileProblem.of(e) + ")");
        }
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
