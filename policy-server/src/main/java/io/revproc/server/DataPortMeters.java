package io.revproc.server;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.revproc.server.answer.DataPort;

/** What the data port did, for {@code /actuator/metrics}. */
final class DataPortMeters implements MeterBinder {
    private final DataPort dataPort;

    DataPortMeters(DataPort dataPort) {
        this.dataPort = dataPort;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        FunctionCounter.builder("policy.server.answered", dataPort, DataPort::answered)
                .description("Messages answered with their digest").register(registry);
        FunctionCounter.builder("policy.server.refused", dataPort, DataPort::refused)
                .description("Messages that could not be answered").register(registry);
        FunctionCounter.builder("policy.server.turned.away", dataPort, DataPort::turnedAway)
                .description("Connections closed because there were too many").register(registry);
        Gauge.builder("policy.server.connections", dataPort, DataPort::connections)
                .description("Data connections that are open").register(registry);
    }
}
