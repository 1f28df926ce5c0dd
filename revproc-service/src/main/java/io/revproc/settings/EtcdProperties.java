package io.revproc.settings;

import java.time.Duration;
import java.util.List;

import io.revproc.proxy.etcd.EtcdSettings;
import io.revproc.start.Bounds;
import io.revproc.start.CheckedSettings;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The etcd that several proxies share. Used with {@code revproc.store=etcd}.
 *
 * @param endpoints     the addresses of etcd's members, {@code http://host:2379} or {@code https://…}, tried in turn
 * @param prefix        the beginning of all keys in etcd. Proxies with the same prefix share one table
 * @param leaseTtl      how long the servers of a proxy that died stay in the other proxies' tables; 3 s to 10 min. They
 *                      use this time to register with another proxy. etcd removes the entries of a proxy that it has not
 *                      heard of for so long
 * @param timeout       the time after which a request to etcd fails and the next member is asked; 100 ms to 1 min. A
 *                      shorter time finds a hanging member sooner, a longer one tolerates a slow disk
 * @param startWait     how long the start waits for the table in etcd. After that the proxy starts without it
 * @param caCertificate a PEM file with the authorities of etcd's certificate; only with https
 * @param certificate   a PEM file with the proxy's own certificate, if etcd asks for one
 * @param privateKey    a PEM file with the key of that certificate
 * @param username      the user's name, if etcd has authentication
 * @param password      the password of that user
 */
public record EtcdProperties(
        @DefaultValue("http://127.0.0.1:2379") List<String> endpoints,
        @DefaultValue("/revproc/") String prefix,
        @DefaultValue("10s") Duration leaseTtl,
        @DefaultValue("2s") Duration timeout,
        @DefaultValue("5s") Duration startWait,
        @Nullable String caCertificate, @Nullable String certificate, @Nullable String privateKey,
        @Nullable String username, @Nullable String password) implements CheckedSettings {
    /** @throws IllegalArgumentException if the values do not go together */
    public EtcdProperties {
        new EtcdSettings(endpoints, prefix, leaseTtl, timeout, startWait, caCertificate, certificate, privateKey,
                username, password);
    }

    @Override
    public void check(Bounds bounds) {
        bounds.elements("endpoints", endpoints, 1, 64).each("endpoints", endpoints, bounds::notBlank)
                .notBlank("prefix", prefix)
                .demand("prefix", prefix.length() <= 256, "must have at most 256 characters")
                .range("lease-ttl", leaseTtl, Duration.ofSeconds(3), Duration.ofMinutes(10))
                .range("timeout", timeout, Duration.ofMillis(100), Duration.ofMinutes(1))
                .range("start-wait", startWait, Duration.ZERO, Duration.ofMinutes(10));
    }

    /** Returns them as the proxy takes them. */
    public EtcdSettings settings() {
        return new EtcdSettings(endpoints, prefix, leaseTtl, timeout, startWait, caCertificate, certificate, privateKey,
                username, password);
    }
}
