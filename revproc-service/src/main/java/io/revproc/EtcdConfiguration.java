package io.revproc;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.revproc.etcd.EtcdHealth;
import io.revproc.etcd.EtcdMeters;
import io.revproc.etcd.EtcdStore;
import io.revproc.registration.LeaseIds;
import io.revproc.route.SwitchTable;
import io.revproc.store.StoreProperties;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;

/** The switch table in etcd. Nothing of etcd's client is loaded without {@code revproc.store=etcd}. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "revproc.store.type", havingValue = "etcd")
class EtcdConfiguration {
    @Bean(destroyMethod = "")
    EtcdStore etcdStore(StoreProperties store, SwitchTable table) {
        return new EtcdStore(table, store.etcd(), new LeaseIds());
    }

    @Bean
    EtcdLifecycle etcdLifecycle(EtcdStore store) {
        return new EtcdLifecycle(store);
    }

    /** {@code store} in {@code /actuator/health}. */
    @Bean
    HealthIndicator storeHealthIndicator(EtcdStore store) {
        return new EtcdHealth(store);
    }

    @Bean
    MeterBinder etcdMeters(EtcdStore store) {
        return new EtcdMeters(store);
    }

    /** Reads the table before the listener takes the first message, and goes after the last one. */
    static final class EtcdLifecycle implements SmartLifecycle, ApplicationListener<ContextClosedEvent> {
        private final EtcdStore store;
        private volatile boolean running;

        EtcdLifecycle(EtcdStore store) {
            this.store = store;
        }

        @Override
        public void start() {
            store.start();
            running = true;
        }

        @Override
        public void onApplicationEvent(ContextClosedEvent event) {
            store.leave();
        }

        @Override
        public void stop() {
            store.close();
            running = false;
        }

        @Override
        public boolean isRunning() {
            return running;
        }

        @Override
        public int getPhase() {
            return 0;
        }
    }
}
