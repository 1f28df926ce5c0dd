package io.revproc;

import java.util.Arrays;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.revproc.accesslog.AccessLog;
import io.revproc.accesslog.AccessLogProperties;
import io.revproc.accesslog.DeliveryFeed;
import io.revproc.admin.ListenerFigures;
import io.revproc.listener.TcpListener;
import io.revproc.trace.TracingProperties;
import io.revproc.wire.ErrorCode;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The access log, traces, and what the dashboard shows beside the table. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({AccessLogProperties.class, TracingProperties.class})
class ObservingConfiguration {
    @Bean
    MessageLogs messageLogs(AccessLogProperties accessLog, TracingProperties tracing) {
        return new MessageLogs(accessLog, tracing);
    }

    /** The loops know of it only while somebody watches. */
    @Bean
    DeliveryFeed deliveryFeed(MessageLogs logs, TcpListener listener) {
        return new DeliveryFeed(feed -> listener.loggedBy(logs.and(feed)));
    }

    @Bean
    ListenerFigures listenerFigures(TcpListener listener) {
        return new ListenerFigures() {
            @Override
            public int connections() {
                return listener.connections();
            }

            @Override
            public long refusedUnrouted() {
                return Arrays.stream(ErrorCode.values()).mapToLong(listener::refused).sum();
            }
        };
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
