package io.revproc;

import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.revproc.proxy.etcd.EtcdStatus;
import org.jspecify.annotations.Nullable;

/** The metrics of the connection to etcd; none without etcd. */
public final class EtcdMeters implements MeterBinder {
    private final Supplier<@Nullable EtcdStatus> store;

    /** @param store answers null where the table is not in etcd */
    public EtcdMeters(Supplier<@Nullable EtcdStatus> store) {
        this.store = store;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        if (store.get() == null) {
            return;
        }
        Gauge.builder("revproc.store.connected", store, value(status -> status.connected() ? 1 : 0))
                .description("1: the switch table follows etcd; 0: the proxy routes by the last it knew")
                .register(registry);
        Gauge.builder("revproc.store.full", store,
                value(status -> status.state() == EtcdStatus.State.FULL ? 1 : 0))
                .description("1: etcd takes no writes, and what is set up at this proxy stays here").register(registry);
        Gauge.builder("revproc.store.pending", store, value(EtcdStatus::pending))
                .description("Changes made at this proxy that etcd has yet to hear of").register(registry);
        Gauge.builder("revproc.store.lag", store, value(status -> status.lag().toNanos() / 1e9)).baseUnit("seconds")
                .description("How long the last sign of life took to etcd and back by the watch").register(registry);
        Gauge.builder("revproc.store.revision", store, value(EtcdStatus::revision))
                .description("etcd's revision that the switch table is at").register(registry);
        FunctionCounter.builder("revproc.store.reloads", store, value(EtcdStatus::reloads))
                .description("How often the whole table was read from etcd").register(registry);
        FunctionCounter.builder("revproc.store.resets", store, value(EtcdStatus::resets))
                .description("How often etcd had lost its table, or part of it, and was told again").register(registry);
    }

    private static ToDoubleFunction<Supplier<@Nullable EtcdStatus>> value(ToDoubleFunction<EtcdStatus> of) {
        return supplier -> {
            EtcdStatus status = supplier.get();
            return status == null ? Double.NaN : of.applyAsDouble(status);
        };
    }
}
