package io.revproc;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;

import io.revproc.proxy.listener.ListenerSettings;
import io.revproc.proxy.registration.Admission;
import io.revproc.proxy.registration.Registrar;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.route.TableStore;
import io.revproc.proxy.store.SnapshotStore;
import io.revproc.proxy.store.StoreSettings;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Where the switch table is kept. */
@Configuration(proxyBeanMethods = false)
class StoreConfiguration {
    @Bean
    SnapshotLifecycle snapshotLifecycle(StoreSettings store, ListenerSettings listener, SwitchTable table,
            Admission admission, Registrar registrar) {
        boolean memory = store.type() == StoreSettings.Type.MEMORY;
        return new SnapshotLifecycle(
                path(store.file(), memory ? "routes" : "policies", listener.port())
                        .map(path -> new SnapshotStore(table, path, store.pause(), memory)),
                admission::stillAdmits,
                registrar, memory);
    }

    /** Returns the store of the table, for which an operator's change waits. */
    @Bean
    TableStore tableStore(StoreSettings store, SnapshotLifecycle snapshot, EtcdConfiguration.EtcdLifecycle etcd) {
        return store.type() == StoreSettings.Type.ETCD ? etcd.store() : snapshot.store();
    }

    /** Returns where the snapshot file is; nothing if there is none. */
    static Optional<Path> path(@Nullable String file, String name, int port) {
        if (file == null) {
            return port == 0 ? Optional.empty() : Optional.of(Path.of("data", name + "-" + port + ".snapshot"));
        }
        try {
            return file.isBlank() ? Optional.empty() : Optional.of(Path.of(file));
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("revproc.store.file '" + file + "' is not a path", e);
        }
    }

    /** Reads the file before the listener takes the first message, and writes it for the last time after the last one. */
    static final class SnapshotLifecycle extends PhasedLifecycle {
        private final Optional<SnapshotStore> store;
        private final Predicate<EndpointSpec> allowed;
        private final Registrar registrar;
        private final boolean settles;

        /** @param settles whether what the file holds is what a restart brings back */
        SnapshotLifecycle(Optional<SnapshotStore> store, Predicate<EndpointSpec> allowed, Registrar registrar,
                boolean settles) {
            super(0);
            this.store = store;
            this.allowed = allowed;
            this.registrar = registrar;
            this.settles = settles;
        }

        TableStore store() {
            return store.isPresent() ? store.get() : TableStore.NONE;
        }

        @Override
        void begin() {
            store.ifPresent(kept -> kept.start(allowed, registrar::expect));
            if (settles) {
                store.ifPresent(registrar::settledBy);
            }
        }

        @Override
        void end() {
            store.ifPresent(SnapshotStore::close);
        }
    }
}
