package io.revproc;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.revproc.accesslog.AccessLog;
import io.revproc.accesslog.AccessLogProperties;
import io.revproc.trace.TracingProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The access log and traces. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({AccessLogProperties.class, TracingProperties.class})
class ObservingConfiguration {
    @Bean
    MessageLogs messageLogs(AccessLogProperties accessLog, TracingProperties tracing) {
        return new MessageLogs(accessLog, tracing);
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
