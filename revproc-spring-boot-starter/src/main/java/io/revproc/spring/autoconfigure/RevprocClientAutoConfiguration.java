package io.revproc.spring.autoconfigure;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

import io.micrometer.observation.ObservationRegistry;
import io.revproc.client.RevprocClient;
import io.revproc.server.EvidenceFile;
import io.revproc.spring.RevprocClientCustomizer;
import io.revproc.spring.RevprocConnectionDetails;
import io.revproc.spring.RevprocSsl;
import io.revproc.spring.RevprocTemplate;
import io.revproc.spring.WrongRevprocSettingException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import tools.jackson.databind.json.JsonMapper;

/** Makes a {@link RevprocClient} and a {@link RevprocTemplate} where it is said where the proxies are. */
@AutoConfiguration(afterName = {"org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration",
        "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
        "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"})
@Conditional(RevprocClientAutoConfiguration.ProxiesKnown.class)
public final class RevprocClientAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean
    RevprocClient revprocClient(RevprocClientProperties properties, RevprocConnectionDetails details,
            ObjectProvider<SslBundles> bundles, Environment environment, ObjectProvider<Evidence> evidence,
            ObjectProvider<RevprocClientCustomizer> customizers) {
        RevprocClient.Builder builder = RevprocClient.builder();
        try {
            builder.proxies(details.getProxies());
        } catch (IllegalArgumentException e) {
            throw new WrongRevprocSettingException("revproc.client.proxies", String.valueOf(e.getMessage()), e);
        }
        try {
            String id = properties.id() == null ? environment.getProperty("spring.application.name") : properties.id();
            if (id != null && !id.isBlank()) {
                builder.id(id);
            }
            builder.connections(properties.connections()).maxInFlight(properties.maxInFlight())
                    .maxMessageSize(
                            Math.clamp(properties.maxMessageSize().toBytes(), Integer.MIN_VALUE, Integer.MAX_VALUE))
                    .deadline(properties.deadline()).connectTimeout(properties.connectTimeout())
                    .idleTimeout(properties.idleTimeout()).closeTimeout(properties.closeTimeout());
        } catch (IllegalArgumentException e) {
            throw new WrongRevprocSettingException("revproc.client", String.valueOf(e.getMessage()), e);
        }
        if (properties.waitWhenFull()) {
            builder.waitWhenFull();
        }
        RevprocSsl ssl = RevprocSsl.client(details.getSslBundle(), properties.ssl().bundle(),
                properties.ssl().verifyHost(), bundles);
        if (ssl != null) {
            builder.tls(ssl.client());
        }
        evidence.ifAvailable(shown -> builder.evidence(shown.file()));
        customizers.orderedStream().forEach(each -> each.customize(builder));
        return builder.build();
    }

    /** What the client shows as evidence. */
    record Evidence(EvidenceFile file) implements AutoCloseable {
        @Override
        public void close() {
            file.close();
        }
    }

    @Bean
    @ConditionalOnProperty("revproc.client.evidence-file")
    Evidence revprocClientEvidence(RevprocClientProperties properties) {
        try {
            return new Evidence(EvidenceFile.watch(Path.of(String.valueOf(properties.evidenceFile()))));
        } catch (InvalidPathException e) {
            throw new WrongRevprocSettingException("revproc.client.evidence-file", "it is not a path", e);
        }
    }

    @Bean
    @ConditionalOnMissingBean
    RevprocTemplate revprocTemplate(RevprocClient client, ObjectProvider<JsonMapper> mapper) {
        return new RevprocTemplate(client, mapper.getIfAvailable(JsonMapper::shared));
    }

    /** Where Micrometer's observations are. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ObservationRegistry.class)
    @ConditionalOnBean(ObservationRegistry.class)
    static class Observed {
        @Bean
        @Order(Ordered.HIGHEST_PRECEDENCE)
        RevprocClientCustomizer revprocClientObservations(ObservationRegistry registry) {
            return builder -> builder.observations(registry);
        }
    }

    static final class ProxiesKnown extends AnyNestedCondition {
        ProxiesKnown() {
            super(ConfigurationPhase.REGISTER_BEAN);
        }

        @ConditionalOnProperty("revproc.client.proxies")
        static final class Said {}

        @ConditionalOnBean(RevprocConnectionDetails.class)
        static final class Given {}
    }
}
