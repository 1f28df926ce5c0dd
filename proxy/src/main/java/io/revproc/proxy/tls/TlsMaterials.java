package io.revproc.proxy.tls;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/** Bundles of keys and certificates by their names. They may change while the proxy runs. */
public interface TlsMaterials {
    /** Returns the bundle of this name; null if there is none. */
    @Nullable
    TlsMaterial find(String name);

    /** Calls {@code changed} with the new content whenever the bundle of this name changes, on any thread. */
    void onChange(String name, Consumer<TlsMaterial> changed);
}
