package io.revproc;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.revproc.admin.OwnStatus;
import io.revproc.proxy.etcd.Disk;
import io.revproc.proxy.etcd.EtcdStatus;
import io.revproc.proxy.etcd.EtcdStore;
import io.revproc.proxy.listener.ListenerSettings;
import io.revproc.proxy.peers.Peers;
import io.revproc.proxy.registration.LeaseIds;
import io.revproc.proxy.registration.Registrar;
import io.revproc.proxy.route.Standstill;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.route.TableStore;
import io.revproc.proxy.store.SharedTableFile;
import io.revproc.proxy.store.StoreSettings;
import io.revproc.start.Ending;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The switch table in etcd. Nothing of etcd's client is loaded without {@code revproc.store=etcd}. */
@Configuration(proxyBeanMethods = false)
class EtcdConfiguration {
    @Bean
    EtcdLifecycle etcdLifecycle(StoreSettings store, ListenerSettings listener, SwitchTable table,
            Registrar registrar, ObjectProvider<OwnStatus> status) {
        if (store.type() != StoreSettings.Type.ETCD) {
            return new EtcdLifecycle(null);
        }
        EtcdStore etcd = new EtcdStore(table, store.etcd(), new LeaseIds(), disk(store, listener),
                () -> status.getObject().get());
        registrar.settledBy(etcd);
        return new EtcdLifecycle(etcd);
    }

    /** A file of its own, beside the snapshot file where that has a name. */
    private static Disk disk(StoreSettings store, ListenerSettings listener) {
        return StoreConfiguration.path(store.file(), "shared", listener.port())
                .map(path -> store.file() == null ? path : path.resolveSibling(path.getFileName() + ".shared"))
                .<Disk>map(SharedTableFile::new).orElse(Disk.NONE);
    }

    /** {@code store} in {@code /actuator/health}. */
    @Bean
    HealthIndicator storeHealthIndicator(EtcdLifecycle store) {
        return new EtcdHealth(store::status);
    }

    @Bean
    MeterBinder etcdMeters(EtcdLifecycle store) {
        return new EtcdMeters(store::status);
    }

    /** Reads the table before the listener takes the first message, and goes after the last one. */
    static final class EtcdLifecycle extends PhasedLifecycle {
        private final @Nullable EtcdStore store;

        EtcdLifecycle(@Nullable EtcdStore store) {
            super(0);
            this.store = store;
        }

        TableStore store() {
            return store == null ? TableStore.NONE : store;
        }

        /** Null where the table is not in etcd. */
        @Nullable
        Standstill standstill() {
            return store == null ? null : store.standstill();
        }

        /** Null where the table is not in etcd. */
        @Nullable
        Peers peers() {
            return store == null ? null : store.peers();
        }

        /** Null where the table is not in etcd. */
        @Nullable
        EtcdStatus status() {
            return store == null ? null : store.status();
        }

        @Override
        void begin() {
            if (store != null) {
                store.start(Ending::isAsked);
            }
        }

        /** The other proxies hear that this one goes, and that its servers have not gone with it. */
        @Override
        void ending() {
            if (store != null) {
                store.leave();
            }
        }

        @Override
        void end() {
            if (store != null) {
                store.close();
            }
        }
    }
}
