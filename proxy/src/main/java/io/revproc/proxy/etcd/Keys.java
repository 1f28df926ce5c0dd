package io.revproc.proxy.etcd;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/**
 * Names of the keys in etcd: {@code PREFIX servers/POLICY/ID} is a server's entry, {@code PREFIX modes/POLICY/ID} what an
 * operator (or the server) wants of it, {@code PREFIX proxies/NAME} a proxy's sign of life, {@code PREFIX status/NAME} what it says of itself, {@code PREFIX table} the name of this table,
 * which is another one once etcd has forgotten it. By writing {@code PREFIX settling/NAME} a proxy asks the others to say in {@code PREFIX
 * acks/NAME} up to which revision they route by the table. Policies and ids are percent-encoded.
 */
record Keys(String prefix) {
    private static final String SERVERS = "servers/";
    private static final String MODES = "modes/";
    private static final String PROXIES = "proxies/";
    private static final String STATUS = "status/";
    private static final String SETTLING = "settling/";
    private static final String ACKS = "acks/";

    String server(EntryKey key) {
        return prefix + SERVERS + path(key);
    }

    String mode(EntryKey key) {
        return prefix + MODES + path(key);
    }

    String proxy(String name) {
        return prefix + PROXIES + name;
    }

    String status(String proxy) {
        return prefix + STATUS + proxy;
    }

    String settling(String proxy) {
        return prefix + SETTLING + proxy;
    }

    String ack(String proxy) {
        return prefix + ACKS + proxy;
    }

    /** Returns the proxy whose sign of life this is; null if it is none's. */
    @Nullable
    String asProxy(String key) {
        return name(key, PROXIES);
    }

    /** Returns the proxy whose status this is; null if it is none's. */
    @Nullable
    String asStatus(String key) {
        return name(key, STATUS);
    }

    /** Returns the proxy that asks by this key; null if none does. */
    @Nullable
    String asSettling(String key) {
        return name(key, SETTLING);
    }

    /** Returns the proxy that acknowledges by this key; null if none does. */
    @Nullable
    String asAck(String key) {
        return name(key, ACKS);
    }

    private @Nullable String name(String key, String kind) {
        String start = prefix + kind;
        return key.startsWith(start) ? key.substring(start.length()) : null;
    }

    String table() {
        return prefix + "table";
    }

    /** Returns the entry that this is the key of; null if it is none. */
    @Nullable
    EntryKey asServer(String key) {
        return parse(key, SERVERS);
    }

    boolean isProxy(String key) {
        return key.startsWith(prefix + PROXIES);
    }

    /** Returns the entry whose mode this is the key of; null if it is none. */
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
