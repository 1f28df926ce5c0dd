package io.revproc;

import java.util.List;
import java.util.function.Consumer;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

import io.revproc.proxy.tls.TlsMaterial;
import io.revproc.proxy.tls.TlsMaterials;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/** Spring's SSL bundles, {@code spring.ssl.bundle.*}, as the proxy takes them. */
public record SpringTlsMaterials(SslBundles bundles) implements TlsMaterials {
    @Override
    public @Nullable TlsMaterial find(String name) {
        try {
            return new Material(bundles.getBundle(name));
        } catch (NoSuchSslBundleException e) {
            return null;
        }
    }

    @Override
    public void onChange(String name, Consumer<TlsMaterial> changed) {
        bundles.addBundleUpdateHandler(name, bundle -> changed.accept(new Material(bundle)));
    }

    private record Material(SslBundle bundle) implements TlsMaterial {
        @Override
        public @Nullable KeyManagerFactory key() {
            return bundle.getStores().getKeyStore() == null ? null : bundle.getManagers().getKeyManagerFactory();
        }

        @Override
        public @Nullable TrustManagerFactory trust() {
            return bundle.getStores().getTrustStore() == null ? null : bundle.getManagers().getTrustManagerFactory();
        }

        @Override
        public List<String> ciphers() {
            String @Nullable [] ciphers = bundle.getOptions().getCiphers();
            return ciphers == null ? List.of() : List.of(ciphers);
        }
    }
}
