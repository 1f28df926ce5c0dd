package io.revproc;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.revproc.accesslog.AccessLog;
import io.revproc.accesslog.AccessLogProperties;
import io.revproc.trace.MessageTracer;
import io.revproc.trace.Tracing;
import io.revproc.trace.TracingProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The access log and traces, if they are wanted. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({AccessLogProperties.class, TracingProperties.class})
class ObservingConfiguration {
    private static final Logger access = LoggerFactory.getLogger("io.revproc.access");

    @Bean
    @ConditionalOnProperty("revproc.access-log.enabled")
    AccessLog accessLog(AccessLogProperties properties) {
        return new AccessLog(properties, () -> ThreadLocalRandom.current().nextDouble(), access::info);
    }

    @Bean
    @ConditionalOnProperty("revproc.access-log.enabled")
    MeterBinder accessLogMeters(AccessLog log) {
        return registry -> {
            FunctionCounter.builder("revproc.access.log.written", log, AccessLog::written)
                    .description("Lines of the access log").register(registry);
            FunctionCounter.builder("revproc.access.log.dropped", log, AccessLog::dropped)
                    .description("Lines of the access log that were not written since too many waited")
                    .register(registry);
        };
    }

    @Bean
    @ConditionalOnProperty("revproc.tracing.enabled")
    Tracing tracing(TracingProperties properties) {
        return Tracing.start(properties, Version.text(), Duration.ofSeconds(5));
    }

    @Bean
    @ConditionalOnProperty("revproc.tracing.enabled")
    MessageTracer messageTracer(Tracing tracing) {
        return tracing.tracer();
    }
}
