import java.io.ByteArrayInputStream;
import java.io.IOException;
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
import java.util.HashMap;
import java.util.Map;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The command line: --name value, and TLS from --cacert, --cert and --key. */
record Options(Map<String, String> values) {
    static Options parse(String... args) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) {
            values.put(args[i], args[i + 1]);
        }
        if (args.length % 2 != 0 || !values.containsKey("--policy")) {
            System.err.println("usage: --proxy HOST:PORT --policy POLICY [--id ID] [--cacert FILE [--cert FILE --key FILE]] …");
            System.exit(2);
        }
        return new Options(values);
    }

    String get(String name, String otherwise) {
        return values.getOrDefault("--" + name, otherwise);
    }

    String policy() {
        return get("policy", "");
    }

    String proxy() {
        return get("proxy", "127.0.0.1:8123");
    }

    /** Null means plain text. */
    SSLContext tls() throws IOException {
        if (get("cacert", "").isEmpty()) {
            return null;
        }
        try {
            KeyStore trusted = store();
            for (Certificate authority : certificates("cacert")) {
                trusted.setCertificateEntry("authority" + trusted.size(), authority);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            KeyStore ours = store();
            if (values.containsKey("--cert")) {
                Certificate[] chain = certificates("cert");
                ours.setKeyEntry("own", key(chain[0].getPublicKey().getAlgorithm()), new char[0], chain);
            }
            own.init(ours, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("the certificates can't be used: " + e.getMessage(), e);
        }
    }

    private Certificate[] certificates(String option) throws IOException, GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(Path.of(get(option, ""))))).toArray(new Certificate[0]);
    }

    /** PKCS #8 without a password. */
    private PrivateKey key(String algorithm) throws IOException, GeneralSecurityException {
        String pem = Files.readString(Path.of(get("key", ""))).replaceAll("-----[A-Z ]+-----", "");
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem)));
    }

    private static KeyStore store() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
