package io.revproc.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/** An authority and its certificates, made for a test: as the proxy's bundles want them, and as the JDK's sockets do. */
final class TestCertificates {
    static final String SERVER_1 = "spiffe://test/servers/1";
    static final String SERVER_2 = "spiffe://test/servers/2";
    static final String CLIENT = "spiffe://test/clients/1";
    private static final char[] NO_PASSWORD = new char[0];

    private final X509Bundle authority;
    private final Instant now = Instant.now();

    TestCertificates() {
        try {
            authority = new CertificateBuilder().ecp256().subject("CN=test").setIsCertificateAuthority(true)
                    .notBefore(now.minus(Duration.ofDays(10))).notAfter(now.plus(Duration.ofDays(1)))
                    .buildSelfSigned();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** A record as they are after a handshake, whose content nobody of the connection made. */
    static byte[] forgedRecord(int length) {
        byte[] record = new byte[5 + length];
        record[0] = 23;
        record[1] = 3;
        record[2] = 3;
        record[4] = (byte) length;
        return record;
    }

    /** What peers have to trust. */
    X509Certificate authority() {
        return authority.getCertificate();
    }

    /** A certificate that is valid now. */
    X509Bundle issue(String... names) {
        return issue(now.minus(Duration.ofHours(1)), now.plus(Duration.ofDays(1)), names);
    }

    /** One whose time is over. */
    X509Bundle expired(String... names) {
        return issue(now.minus(Duration.ofDays(2)), now.minus(Duration.ofDays(1)), names);
    }

    /** One with the names of this machine, as the proxy's and the servers' are. */
    X509Bundle local(String... more) {
        String[] names = new String[more.length + 2];
        names[0] = "localhost";
        names[1] = "127.0.0.1";
        System.arraycopy(more, 0, names, 2, more.length);
        return issue(names);
    }

    /**
     * For both ends of a connection.
     *
     * @param names DNS names, IP addresses and URIs; told apart by their looks
     */
    private X509Bundle issue(Instant from, Instant until, String... names) {
        try {
            CertificateBuilder builder = new CertificateBuilder().ecp256().subject("CN=test").notBefore(from)
                    .notAfter(until).addExtendedKeyUsageServerAuth().addExtendedKeyUsageClientAuth();
            for (String name : names) {
                if (name.contains("://")) {
                    builder.addSanUriName(name);
                } else if (name.matches("[0-9.]+")) {
                    builder.addSanIpAddress(name);
                } else {
                    builder.addSanDnsName(name);
                }
            }
            return builder.buildIssuedBy(authority);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** A key store of the certificate, and a trust store of this authority. */
    SslBundle bundle(X509Bundle own) {
        return SslBundle.of(new PemSslStoreBundle(
                PemSslStoreDetails.forCertificate(own.getCertificatePEM()).withPrivateKey(own.getPrivateKeyPEM()),
                PemSslStoreDetails.forCertificate(authority.getCertificatePEM())));
    }

    /** The bundle under the name {@code test}. */
    DefaultSslBundleRegistry bundles(X509Bundle own) {
        return new DefaultSslBundleRegistry("test", bundle(own));
    }

    /** Writes what {@link #bundle} has into {@code own.crt}, {@code own.key} and {@code ca.crt}. */
    void write(Path directory, X509Bundle own) {
        try {
            // the certificate last: whoever watches reads a pair
            Files.writeString(directory.resolve("ca.crt"), authority.getCertificatePEM());
            Files.writeString(directory.resolve("own.key"), own.getPrivateKeyPEM());
            Files.writeString(directory.resolve("own.crt"), own.getCertificatePEM());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * For a peer that trusts this authority.
     *
     * @param own what it shows; null: nothing
     */
    SSLContext peer(@Nullable X509Bundle own) {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("ca", authority.getCertificate());
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            KeyStore kept = KeyStore.getInstance("PKCS12");
            kept.load(null, null);
            if (own != null) {
                kept.setKeyEntry("own", own.getKeyPair().getPrivate(), NO_PASSWORD,
                        own.getCertificatePath());
            }
            keys.init(kept, NO_PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }
}
