package io.revproc.proxy.store;

import java.time.Duration;

import io.revproc.proxy.etcd.EtcdSettings;
import org.jspecify.annotations.Nullable;

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
