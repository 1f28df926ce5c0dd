package io.revproc;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.revproc.proxy.accesslog.AccessLog;
import io.revproc.proxy.accesslog.AccessLogSettings;
import io.revproc.proxy.accesslog.DeliveryFeed;
import io.revproc.proxy.forward.ForwardObserver;
import io.revproc.proxy.trace.TracingSettings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The access log, traces, and what the dashboard shows beside the table. */
@Configuration(proxyBeanMethods = false)
class ObservingConfiguration {
    @Bean
    MessageLogs messageLogs(AccessLogSettings accessLog, TracingSettings tracing) {
        return new MessageLogs(accessLog, tracing);
    }

    /** A {@link ForwardObserver}, which takes down nothing until somebody watches. */
    @Bean
    DeliveryFeed deliveryFeed() {
        return new DeliveryFeed();
    }

    @Bean
    MeterBinder accessLogMeters(MessageLogs logs) {
        AccessLog log = logs.accessLog();
        return registry -> {
            if (log != null) {
                FunctionCounter.builder("revproc.access.log.written", log, AccessLog::written)
                        .description("Lines of the access log").register(registry);
                FunctionCounter.builder("revproc.access.log.dropped", log, AccessLog::dropped)
                        .description("Lines of the access log that were not written since too many waited")
                        .register(registry);
            }
        };
    }
}
