package io.revproc.proxy.etcd;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.revproc.proxy.etcd.EtcdLink.Item;
import io.revproc.proxy.peers.Peer;
import io.revproc.proxy.peers.Peers;
import io.revproc.proxy.peers.ProxyStatus;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what is known of the other proxies in step with etcd. A proxy is there as long as its sign of life, which hangs on its lease.
 * Outlives the sessions; belongs to the store's thread.
 */
final class PeerSync {
    private static final Logger log = LoggerFactory.getLogger(PeerSync.class);

    private final Keys keys;
    private final String proxy;
    private final Peers peers;
    private final InstantSource clock;
    private final StatusCodec codec = new StatusCodec();

    /** @param proxy this one */
    PeerSync(Keys keys, String proxy, Peers peers, InstantSource clock) {
        this.keys = keys;
        this.proxy = proxy;
        this.peers = peers;
        this.clock = clock;
    }

    /** Takes all keys in place of what was known. */
    void load(List<Item> items) {
        Set<String> alive = items.stream().map(item -> keys.asProxy(item.key()))
                .filter(name -> name != null && !name.equals(proxy)).collect(Collectors.toSet());
        Instant now = clock.instant();
        peers.missing(alive).forEach(name -> left(name, now));
        alive.forEach(name -> peers.alive(name, now));
        items.forEach(item -> status(item, now));
    }

    /** Takes changes of keys; those that are of something else are left alone. */
    void apply(List<Item> items) {
        Instant now = clock.instant();
        for (Item item : items) {
            String name = keys.asProxy(item.key());
            if (name != null && !name.equals(proxy)) {
                if (item.value() == null) {
                    left(name, now);
                } else {
                    peers.alive(name, now);
                }
            } else {
                ProxyStatus first = status(item, now);
                if (first != null) {
                    log.info("event=proxy_joined proxy={} version={}", LogValue.of(first.name()),
                            LogValue.of(first.version()));
                }
            }
        }
    }

    /** Returns what a proxy says of itself, if it has said nothing before. */
    private @Nullable ProxyStatus status(Item item, Instant now) {
        String name = keys.asStatus(item.key());
        byte[] value = item.value();
        if (name == null || name.equals(proxy) || value == null) {
            return null;
        }
        ProxyStatus status = codec.status(value);
        return status != null && peers.told(name, status, now) ? status : null;
    }

    private void left(String name, Instant now) {
        Peer left = peers.gone(name, now);
        if (left == null) {
            return;
        }
        if (left.stopped()) {
            log.info("event=proxy_left proxy={}", LogValue.of(left.name()));
        } else {
            log.warn("event=proxy_gone proxy={}", LogValue.of(left.name()));
        }
    }
}
