package io.revproc.proxy.evidence;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.text.ParseException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import com.nimbusds.jose.jwk.JWKSet;
import io.revproc.proxy.policy.EvidenceIssuer;
import io.revproc.proxy.policy.RegularFile;
import io.revproc.proxy.tls.TlsMaterial;
import io.revproc.proxy.tls.TlsMaterials;
import org.jspecify.annotations.Nullable;

/** Reads key sets, from files and by HTTPS. Blocks; for the thread of {@link KeySets}. */
final class KeySource implements Function<EvidenceIssuer, KeySource.Read> {
    private static final int MAX_MEGABYTES = 1;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final TlsMaterials bundles;

    /** What was read: keys, or why there are none, in a sentence for the log. */
    record Read(@Nullable JWKSet keys, @Nullable String problem) {}

    KeySource(TlsMaterials bundles) {
        this.bundles = bundles;
    }

    @Override
    public Read apply(EvidenceIssuer issuer) {
        try {
            byte[] bytes = issuer.isRemote()
                    ? fetch(issuer)
                    : RegularFile.read(Path.of(issuer.keySet()), MAX_MEGABYTES);
            JWKSet keys = JWKSet.parse(new String(bytes, StandardCharsets.UTF_8)).toPublicJWKSet();
            return keys.isEmpty() ? new Read(null, "it holds no public key") : new Read(keys, null);
        } catch (NoSuchFileException e) {
            return new Read(null, "it is not there");
        } catch (ParseException e) {
            return new Read(null, "it is no JSON Web Key Set");
        } catch (IOException | GeneralSecurityException | RuntimeException | StackOverflowError | OutOfMemoryError e) {
            return new Read(null, "it can't be read: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Read(null, "it was not waited for");
        }
    }

    private byte[] fetch(EvidenceIssuer issuer) throws IOException, InterruptedException, GeneralSecurityException {
        HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(PATIENCE)
                .followRedirects(HttpClient.Redirect.NEVER);
        if (issuer.bundle() != null) {
            builder.sslContext(trusting(issuer.bundle()));
        }
        try (HttpClient client = builder.build()) {
            HttpResponse<byte[]> response = client.send(
                    HttpRequest.newBuilder(URI.create(issuer.keySet())).timeout(PATIENCE)
                            .header("Accept", "application/jwk-set+json, application/json").build(),
                    HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), MAX_MEGABYTES << 20));
            if (response.statusCode() != 200) {
                throw new IOException("HTTP status " + response.statusCode());
            }
            return response.body();
        }
    }

    private SSLContext trusting(String bundle) throws GeneralSecurityException {
        TlsMaterial material = bundles.find(bundle);
        TrustManagerFactory trust = material == null ? null : material.trust();
        if (trust == null) {
            throw new GeneralSecurityException("there is no bundle '" + bundle + "' with authorities to trust");
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, Objects.requireNonNull(trust.getTrustManagers()), new SecureRandom());
        return context;
    }
}
