package io.revproc.settings;

import io.revproc.proxy.accesslog.AccessLogSettings;
import io.revproc.proxy.audit.AuditSettings;
import io.revproc.proxy.forward.ForwardSettings;
import io.revproc.proxy.health.HealthSettings;
import io.revproc.proxy.listener.ListenerSettings;
import io.revproc.proxy.registration.RegistrationSettings;
import io.revproc.proxy.store.StoreSettings;
import io.revproc.proxy.trace.TracingSettings;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Turns what Spring bound into what the proxy takes: the proxy knows no Spring. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({AccessLogProperties.class, AuditProperties.class, ForwardProperties.class,
        HealthProperties.class, ListenerProperties.class, RegistrationProperties.class, StoreProperties.class,
        TracingProperties.class})
public class SettingsConfiguration {
    @Bean
    AccessLogSettings accessLogSettings(AccessLogProperties properties) {
        return properties.settings();
    }

    @Bean
    AuditSettings auditSettings(AuditProperties properties) {
        return properties.settings();
    }

    @Bean
    ForwardSettings forwardSettings(ForwardProperties properties) {
        return properties.settings();
    }

    @Bean
    HealthSettings healthSettings(HealthProperties properties) {
        return properties.settings();
    }

    @Bean
    ListenerSettings listenerSettings(ListenerProperties properties) {
        return properties.settings();
    }

    @Bean
    RegistrationSettings registrationSettings(RegistrationProperties properties) {
        return properties.settings();
    }

    @Bean
    StoreSettings storeSettings(StoreProperties properties) {
        return properties.settings();
    }

    @Bean
    TracingSettings tracingSettings(TracingProperties properties) {
        return properties.settings();
    }
}
