package io.revproc.test;

import io.revproc.spring.RevprocConnectionDetails;
import io.revproc.spring.autoconfigure.RevprocClientAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/**
 * Connects the application's client and handlers to the {@link InProcessProxy} that is one of its beans, whatever else says where the
 * proxies are: a test must not register with a proxy that somebody else runs.
 */
@AutoConfiguration(before = RevprocClientAutoConfiguration.class)
@ConditionalOnBean(InProcessProxy.class)
public final class InProcessProxyAutoConfiguration {
    @Bean
    @Primary
    RevprocConnectionDetails inProcessProxyConnectionDetails(InProcessProxy proxy) {
        return proxy::address;
    }
}
