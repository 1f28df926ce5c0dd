package io.revproc.settings;

import java.time.Duration;

import io.revproc.proxy.store.StoreSettings;
import io.revproc.start.Bounds;
import io.revproc.start.CheckedSettings;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the switch table is kept.
 *
 * @param type  where the table is kept. memory: in this process; etcd: shared with other proxies.
 *              {@code revproc.store=etcd} means the same
 * @param file  the snapshot file. Without etcd it keeps the table and which policies had a server. Default:
 *              data/routes-PORT.snapshot in the working directory, where PORT is the listener's port. With etcd the
 *              default is data/policies-PORT.snapshot, which keeps only which policies had a server;
 *              data/shared-PORT.snapshot (this name with .shared) keeps what etcd may not have or may lose. Empty: no
 *              file. A proxy on any free port (0) keeps none unless this is set. Two proxies must not share a file
 * @param pause the shortest time between two writes of the snapshot file. A shorter time loses less in a crash, a longer
 *              one writes less
 * @param etcd  where etcd is
 */
@ConfigurationProperties("revproc.store")
public record StoreProperties(@DefaultValue("memory") StoreSettings.Type type, @Nullable String file,
        @DefaultValue("200ms") Duration pause,
        @DefaultValue @NestedConfigurationProperty EtcdProperties etcd) implements CheckedSettings {
    @Override
    public void check(Bounds bounds) {
        bounds.range("pause", pause, Duration.ZERO, Duration.ofHours(1))
                .nested("etcd", etcd);
    }

    /** Returns them as the proxy takes them. */
    public StoreSettings settings() {
        return new StoreSettings(type, file, pause, etcd.settings());
    }
}
