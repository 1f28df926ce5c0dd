package io.revproc.proxy.tls;

import java.util.List;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

import org.jspecify.annotations.Nullable;

/** A bundle of keys and certificates, as it is at one moment. Each method may throw what reading the bundle fails of. */
public interface TlsMaterial {
    /** Returns the own key and certificate; null if the bundle has none. */
    @Nullable
    KeyManagerFactory key();

    /** Returns the authorities to trust; null if the bundle has none. */
    @Nullable
    TrustManagerFactory trust();

    /** Returns the cipher suites that are allowed; empty: the usual ones. */
    List<String> ciphers();
}
