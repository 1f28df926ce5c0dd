package io.revproc.etcd;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/**
 * Names of the keys in etcd: {@code PREFIX servers/POLICY/ID} is a server's entry, {@code PREFIX modes/POLICY/ID} what an
 * operator (or the server) wants of it, {@code PREFIX proxies/NAME} a proxy's sign of life, {@code PREFIX table} the name of this table,
 * which is another one once etcd has forgotten it. Policies and ids are percent-encoded.
 */
record Keys(String prefix) {
    private static final String SERVERS = "servers/";
    private static final String MODES = "modes/";
    private static final String PROXIES = "proxies/";

    String server(EntryKey key) {
        return prefix + SERVERS + path(key);
    }

    String mode(EntryKey key) {
        return prefix + MODES + path(key);
    }

    String proxy(String name) {
        return prefix + PROXIES + name;
    }

    String table() {
        return prefix + "table";
    }

    /** The entry that this is the key of; null if it is none. */
    @Nullable
    EntryKey asServer(String key) {
        return parse(key, SERVERS);
    }

    boolean isProxy(String key) {
        return key.startsWith(prefix + PROXIES);
    }

    /** The entry whose mode this is the key of; null if it is none. */
    @Nullable
    EntryKey asMode(String key) {
        return parse(key, MODES);
    }

    private @Nullable EntryKey parse(String key, String kind) {
        String start = prefix + kind;
        int slash = key.lastIndexOf('/');
        if (!key.startsWith(start) || slash < start.length()) {
            return null;
        }
        try {
            return new EntryKey(Ident.of(decode(key.substring(start.length(), slash))),
                    Ident.of(decode(key.substring(slash + 1))));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String path(EntryKey key) {
        return encode(key.policy().text()) + "/" + encode(key.id().text());
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
