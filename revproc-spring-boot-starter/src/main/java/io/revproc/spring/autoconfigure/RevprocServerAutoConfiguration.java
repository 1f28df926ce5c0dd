package io.revproc.spring.autoconfigure;

import java.util.Map;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.observation.ObservationRegistry;
import io.netty.handler.ssl.ClientAuth;
import io.revproc.server.AsyncHandler;
import io.revproc.server.FailureHandler;
import io.revproc.server.PolicyServer;
import io.revproc.spring.PolicyHandlerException;
import io.revproc.spring.PolicyHandlers;
import io.revproc.spring.PolicyServerCustomizer;
import io.revproc.spring.PolicyServerLifecycle;
import io.revproc.spring.PolicyServerMeters;
import io.revproc.spring.RevprocConnectionDetails;
import io.revproc.spring.RevprocSsl;
import io.revproc.spring.WrongRevprocSettingException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.validation.Validator;
import tools.jackson.databind.json.JsonMapper;

/** Registers the application with proxies, for the policies of its {@code @PolicyHandler} methods. */
@AutoConfiguration(after = {RevprocClientAutoConfiguration.class,
        RevprocConnectionAutoConfiguration.class}, afterName = {
                "org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration",
                "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
                "org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration",
                "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"})
@ConditionalOnBooleanProperty(name = "revproc.server.enabled", matchIfMissing = true)
public final class RevprocServerAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean
    PolicyHandlers policyHandlers(ConfigurableListableBeanFactory beans, ObjectProvider<JsonMapper> mapper,
            ObjectProvider<Validator> validator) {
        return new PolicyHandlers(beans, mapper.getIfAvailable(JsonMapper::shared), validator.getIfUnique());
    }

    @Bean
    @ConditionalOnMissingBean
    PolicyServerLifecycle policyServerLifecycle(PolicyHandlers handlers, RevprocServerProperties properties,
            RevprocConnectionDetails details, ObjectProvider<SslBundles> bundles,
            ObjectProvider<FailureHandler> failures, ObjectProvider<PolicyServerCustomizer> customizers) {
        return new PolicyServerLifecycle(handlers, found -> {
            PolicyServer.Builder builder = builder(properties, found, details.getServerProxies());
            failures.ifUnique(builder::onFailure);
            RevprocSsl ssl = RevprocSsl.server("revproc.server.ssl", details.getSslBundle(), properties.ssl().bundle(),
                    properties.ssl().verifyHost(), properties.ssl().clientAuth() ? ClientAuth.REQUIRE : ClientAuth.NONE,
                    null, bundles);
            if (ssl != null) {
                builder.tls(ssl.client(), ssl.server());
            }
            customizers.orderedStream().forEach(each -> each.customize(builder));
            PolicyServer server = builder.build();
            if (ssl != null) {
                ssl.onChange(server::renew);
            }
            return server;
        });
    }

    private static PolicyServer.Builder builder(RevprocServerProperties properties, Map<String, AsyncHandler> handlers,
            String proxies) {
        PolicyServer.Builder builder = PolicyServer.builder().settingNames("revproc.server.listen-address",
                "revproc.server.listen");
        try {
            builder.proxies(proxies);
        } catch (IllegalArgumentException e) {
            throw new WrongRevprocSettingException("revproc.server.proxies", String.valueOf(e.getMessage()), e);
        }
        handlers.forEach((policy, handler) -> {
            try {
                builder.handleAsync(policy, handler);
            } catch (IllegalArgumentException e) {
                throw new PolicyHandlerException("@PolicyHandler of " + handler + ": " + e.getMessage());
            }
        });
        try {
            if (properties.id() != null) {
                builder.id(properties.id());
            }
            return builder.listen(properties.listen()).listenAddress(properties.listenAddress())
                    .token(properties.token()).weight(properties.weight()).zone(properties.zone())
                    .maxInFlight(properties.maxInFlight()).drainTimeout(properties.drainTimeout())
                    .maxMessageSize(
                            Math.clamp(properties.maxMessageSize().toBytes(), Integer.MIN_VALUE, Integer.MAX_VALUE));
        } catch (IllegalArgumentException e) {
            throw new WrongRevprocSettingException("revproc.server", String.valueOf(e.getMessage()), e);
        }
    }

    /** Where Micrometer's observations are. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ObservationRegistry.class)
    @ConditionalOnBean(ObservationRegistry.class)
    static class Observed {
        @Bean
        @Order(Ordered.HIGHEST_PRECEDENCE)
        PolicyServerCustomizer revprocServerObservations(ObservationRegistry registry) {
            return builder -> builder.observations(registry);
        }
    }

    /** Where Micrometer's meters are. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterBinder.class)
    static class Counted {
        @Bean
        MeterBinder revprocServerMeters(PolicyServerLifecycle lifecycle) {
            return new PolicyServerMeters(lifecycle::server);
        }
    }
}
