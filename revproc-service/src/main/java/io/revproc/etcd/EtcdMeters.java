package io.revproc.etcd;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/** How it stands with etcd, as metrics. */
public final class EtcdMeters implements MeterBinder {
    private final EtcdStore store;

    public EtcdMeters(EtcdStore store) {
        this.store = store;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("revproc.store.connected", store, one -> one.status().connected() ? 1 : 0)
                .description("1: the switch table is in step with etcd; 0: the proxy routes by the last it knew")
                .register(registry);
        Gauge.builder("revproc.store.pending", store, one -> one.status().pending())
                .description("Changes made at this proxy that etcd has yet to hear of").register(registry);
        Gauge.builder("revproc.store.lag", store, one -> one.status().lag().toNanos() / 1e9).baseUnit("seconds")
                .description("How long the last sign of life took to etcd and back by the watch").register(registry);
        Gauge.builder("revproc.store.revision", store, one -> one.status().revision())
                .description("etcd's revision that the switch table is at").register(registry);
        FunctionCounter.builder("revproc.store.reloads", store, one -> one.status().reloads())
                .description("How often the whole table was read from etcd").register(registry);
    }
}
