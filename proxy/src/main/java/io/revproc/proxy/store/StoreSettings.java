package io.revproc.proxy.store;

import java.time.Duration;

import io.revproc.proxy.etcd.EtcdSettings;
import org.jspecify.annotations.Nullable;

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
public record StoreSettings(Type type, @Nullable String file,
        Duration pause,
        EtcdSettings etcd) {
    /** Where the table is kept. */
    public enum Type {
        /** In this process, with a snapshot file beside it. */
        MEMORY,
        /** In etcd, shared by all proxies with the same prefix. */
        ETCD
    }
}
