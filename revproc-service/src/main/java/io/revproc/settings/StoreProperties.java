package io.revproc.settings;

import java.time.Duration;

import io.revproc.proxy.store.StoreSettings;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Where the switch table is kept.
 *
 * @param type  memory: in this process; etcd: shared with other proxies. {@code revproc.store=etcd} says the same
 * @param file  the snapshot file: of memory's table, and of which policies had a server. Default: data/routes-PORT.snapshot in the working
 *              directory, PORT being the listener's; with etcd, which keeps the table itself, data/policies-PORT.snapshot, and
 *              data/shared-PORT.snapshot (this name with .shared) for what etcd may not have or may lose; empty: none. A proxy on any
 *              free port (0) keeps none unless this is set. Two proxies must not share one
 * @param pause the least time between two writes of the file: shorter loses less in a crash, longer writes less
 * @param etcd  where etcd is
 */
@Validated
@ConfigurationProperties(prefix = "revproc.store", ignoreUnknownFields = false)
public record StoreProperties(@DefaultValue("memory") StoreSettings.@NotNull Type type, @Nullable String file,
        @DefaultValue("200ms") @NotNull @DurationMin(millis = 0) @DurationMax(hours = 1) Duration pause,
        @DefaultValue @Valid @NestedConfigurationProperty EtcdProperties etcd) {
    /** Returns them as the proxy takes them. */
    public StoreSettings settings() {
        return new StoreSettings(type, file, pause, etcd.settings());
    }
}
