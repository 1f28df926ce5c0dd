package io.revproc.test;

import java.util.Objects;

import io.revproc.server.PolicyServer;
import io.revproc.spring.PolicyHandler;
import io.revproc.spring.PolicyServerLifecycle;
import io.revproc.spring.RevprocConnectionDetails;
import io.revproc.spring.RevprocTemplate;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/** A proxy in the same process as a bean of the application, as one would write it for tests and for a start while developing. */
class InProcessProxyBeanTest {
    private final ApplicationContextRunner runner = new ApplicationContextRunner().withUserConfiguration(Echo.class);

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Echo {
        @PolicyHandler("BEAN")
        String echo(String payload) {
            return payload;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithProxy {
        @Bean
        InProcessProxy proxy() {
            return InProcessProxy.start();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ElsewhereToo {
        @Bean
        RevprocConnectionDetails elsewhere() {
            return () -> "127.0.0.1:1";
        }
    }

    @Test
    void clientAndHandlersUseItWhateverElseSaysWhereProxiesAre() {
        runner.withUserConfiguration(WithProxy.class, ElsewhereToo.class)
                .withPropertyValues("revproc.client.proxies=127.0.0.1:2", "revproc.server.proxies=127.0.0.1:3")
                .run(context -> {
                    context.getBean(InProcessProxy.class).awaitServers("BEAN", 1);
                    assertThat(context.getBean(RevprocTemplate.class).send("BEAN", "hello")).isEqualTo("hello");
                });
    }

    @Test
    void withoutItTheSettingsCount() {
        runner.withPropertyValues("revproc.server.proxies=127.0.0.1:3").run(context -> {
            assertThat(context).doesNotHaveBean(RevprocTemplate.class);
            PolicyServer server = Objects.requireNonNull(context.getBean(PolicyServerLifecycle.class).server());
            assertThat(server.registrations()).extracting(each -> each.proxy()).containsExactly("127.0.0.1:3");
        });
    }
}
