package io.revproc;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.revproc.proxy.evidence.JwtEvidence;
import io.revproc.proxy.evidence.KeySets;
import io.revproc.proxy.listener.ClientTokens;
import io.revproc.proxy.policy.EvidenceCheck;
import io.revproc.proxy.policy.EvidenceDemand;
import io.revproc.proxy.policy.EvidenceVerifier;
import io.revproc.proxy.policy.RulesInForce;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What checks the evidence that servers and clients show. */
@Configuration(proxyBeanMethods = false)
class EvidenceConfiguration {
    /** Verifiers that others wrote. */
    record Verifiers(List<EvidenceVerifier> all) {
        Set<String> names() {
            return all.stream().map(EvidenceVerifier::name).collect(Collectors.toUnmodifiableSet());
        }
    }

    @Bean
    Verifiers evidenceVerifiers(PoliciesProperties policies) {
        return new Verifiers(EvidenceJars.load(policies.evidenceJars()));
    }

    @Bean
    KeySets evidenceKeys(RulesInForce rules, SslBundles bundles) {
        return KeySets.start(rules, new SpringTlsMaterials(bundles));
    }

    @Bean
    EvidenceCheck evidenceCheck(KeySets keys, Verifiers verifiers) {
        return new JwtEvidence(keys, verifiers.all());
    }

    /** What checks clients' tokens, if a policy asks for them. */
    record ClientEvidence(Optional<ClientTokens> tokens) implements AutoCloseable {
        @Override
        public void close() {
            tokens.ifPresent(ClientTokens::close);
        }
    }

    /** @param file read before: it may have the issuers */
    @Bean
    ClientEvidence clientEvidence(PoliciesProperties policies, RulesInForce rules, KeySets keys, Verifiers verifiers,
            PolicyFileConfiguration.Watched file) {
        Map<String, EvidenceDemand> demands = policies.clientEvidence();
        demands.forEach((policy, demand) -> {
            if (rules.rules().issuer(demand.issuer()) == null && !verifiers.names().contains(demand.issuer())) {
                throw new IllegalArgumentException("revproc.policies[" + policy + "].clients.evidence names '"
                        + demand.issuer() + "', which is not in revproc.evidence");
            }
        });
        Set<String> asked = demands.values().stream().map(EvidenceDemand::issuer)
                .collect(Collectors.toUnmodifiableSet());
        return new ClientEvidence(demands.isEmpty()
                ? Optional.empty()
                : Optional.of(new ClientTokens(rules, new JwtEvidence(keys, verifiers.all(), asked), demands.values(),
                        System::nanoTime)));
    }

    @Bean
    MeterBinder clientTokenMeters(ClientEvidence evidence) {
        return registry -> evidence.tokens().ifPresent(tokens -> {
            FunctionCounter.builder("revproc.client.tokens.taken", tokens, ClientTokens::taken)
                    .description("Tokens of clients that were taken").register(registry);
            FunctionCounter.builder("revproc.client.tokens.refused", tokens, ClientTokens::refused)
                    .description("Tokens of clients that were refused").register(registry);
        });
    }

    /** Up whatever the issuers say: servers that are in stay, and others may not need them. */
    @Bean
    HealthIndicator evidenceKeysHealthIndicator(KeySets keys) {
        return () -> Health.up().withDetails(keys.problems()).build();
    }

    @Bean
    MeterBinder evidenceKeysMeters(KeySets keys) {
        return registry -> Gauge.builder("revproc.evidence.keys.failing", keys, each -> each.problems().size())
                .description("Issuers of evidence whose keys can't be read now").register(registry);
    }
}
