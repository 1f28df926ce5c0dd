package io.revproc.settings;

import java.time.Duration;
import java.util.List;

import io.revproc.proxy.etcd.EtcdSettings;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The etcd that several proxies share. Used with {@code revproc.store=etcd}.
 *
 * @param endpoints     etcd's members, {@code http://host:2379} or {@code https://…}, tried in turn
 * @param prefix        what all keys begin with; proxies with the same prefix share one table
 * @param leaseTtl      how long the servers of a proxy that died stay in the table of the others; 3 s to 10 min. They use this
 *                      time to register with another proxy; etcd that does not hear of a proxy for so long takes them out
 * @param timeout       a request that is not answered for so long has failed, and the next member is asked; 100 ms to 1 min.
 *                      Shorter finds a member that hangs sooner; longer bears a slow disk
 * @param startWait     how long the start waits for the table; after that the proxy starts without it
 * @param caCertificate PEM file with the authorities that may have signed etcd's certificate; only with https
 * @param certificate   PEM file with the proxy's own certificate, for an etcd that asks for one
 * @param privateKey    PEM file with its key
 * @param username      user of an etcd with authentication
 * @param password      that user's password
 */
public record EtcdProperties(
        @DefaultValue("http://127.0.0.1:2379") @NotEmpty @Size(max = 64) List<@NotBlank String> endpoints,
        @DefaultValue("/revproc/") @NotBlank @Size(max = 256) String prefix,
        @DefaultValue("10s") @NotNull @DurationMin(seconds = 3) @DurationMax(minutes = 10) Duration leaseTtl,
        @DefaultValue("2s") @NotNull @DurationMin(millis = 100) @DurationMax(minutes = 1) Duration timeout,
        @DefaultValue("5s") @NotNull @DurationMin(millis = 0) @DurationMax(minutes = 10) Duration startWait,
        @Nullable String caCertificate, @Nullable String certificate, @Nullable String privateKey,
        @Nullable String username, @Nullable String password) {
    /** @throws IllegalArgumentException if the values do not go together */
    public EtcdProperties {
        new EtcdSettings(endpoints, prefix, leaseTtl, timeout, startWait, caCertificate, certificate, privateKey,
                username, password);
    }

    /** Returns them as the proxy takes them. */
    public EtcdSettings settings() {
        return new EtcdSettings(endpoints, prefix, leaseTtl, timeout, startWait, caCertificate, certificate, privateKey,
                username, password);
    }
}
