package io.revproc.proxy.tls;

import javax.net.ssl.SSLException;

import io.revproc.wire.LogValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS context for new connections: that of the bundle's current files. Open connections stay when it changes. A change that
 * can't be used is said and changes nothing. Thread-safe.
 *
 * @param <C> what is made of a bundle
 */
final class LiveContext<C> {
    private static final Logger log = LoggerFactory.getLogger(LiveContext.class);

    /** Makes a context of a bundle. */
    interface Maker<C> {
        C of(TlsMaterial bundle) throws SSLException;
    }

    private final String name;
    private volatile C current;

    /**
     * @param key  the setting that names the bundle, for the sentence that says what is wrong
     * @throws TlsException if there is no such bundle, or it can't be used
     */
    LiveContext(String key, String name, TlsMaterials bundles, Maker<C> maker) {
        this.name = name;
        TlsMaterial bundle = bundles.find(name);
        if (bundle == null) {
            throw TlsException.undefined(key, name);
        }
        try {
            current = maker.of(bundle);
            bundles.onChange(name, changed -> update(changed, maker));
        } catch (SSLException | RuntimeException e) {
            throw TlsException.unusable(key + ": the bundle '" + name + "'", e);
        }
    }

    C now() {
        return current;
    }

    private void update(TlsMaterial changed, Maker<C> maker) {
        try {
            current = maker.of(changed);
            log.info("event=certificates_reloaded bundle={}", LogValue.of(name));
        } catch (SSLException | RuntimeException e) {
            log.error("event=certificates_not_reloaded bundle={} reason={}", LogValue.of(name),
                    LogValue.of(TlsException.reason(e)));
        }
    }
}
