package io.revproc.spring.autoconfigure;

import io.revproc.client.RevprocClient;
import io.revproc.spring.PolicyServerLifecycle;
import io.revproc.spring.RegistrationsHealth;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Shows in the application's health whether proxies are reached and handlers registered. */
@AutoConfiguration(after = {RevprocClientAutoConfiguration.class, RevprocServerAutoConfiguration.class})
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
public final class RevprocHealthAutoConfiguration {
    @Bean
    @ConditionalOnBean(PolicyServerLifecycle.class)
    @ConditionalOnEnabledHealthIndicator("revproc-server")
    HealthIndicator revprocServerHealthIndicator(PolicyServerLifecycle server) {
        return new RegistrationsHealth(server::server);
    }

    @Bean
    @ConditionalOnBean(RevprocClient.class)
    @ConditionalOnEnabledHealthIndicator("revproc-client")
    HealthIndicator revprocClientHealthIndicator(RevprocClient client) {
        return new ConnectionsHealth(client);
    }
}
