package io.revproc.spring.autoconfigure;

import io.revproc.spring.RevprocConnectionDetails;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Takes from the properties where the proxies are, unless a bean says so. Comes after the client's configuration, which looks for such a
 * bean: where there is none, and no property, there is no client.
 */
@AutoConfiguration(after = RevprocClientAutoConfiguration.class)
@EnableConfigurationProperties({RevprocClientProperties.class, RevprocServerProperties.class})
public final class RevprocConnectionAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean(RevprocConnectionDetails.class)
    PropertiesRevprocConnectionDetails revprocConnectionDetails(RevprocClientProperties client,
            RevprocServerProperties server) {
        return new PropertiesRevprocConnectionDetails(client, server);
    }
}
