package io.revproc;

import java.net.InetAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.revproc.EtcdPoliciesConfiguration.PoliciesLifecycle;
import io.revproc.admin.PolicyAdvice;
import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.forward.ForwardSettings;
import io.revproc.proxy.listener.ListenerSettings;
import io.revproc.proxy.policy.EvidenceDemand;
import io.revproc.proxy.policy.Explanation;
import io.revproc.proxy.policy.PolicyFile;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.policy.RulesInForce;
import io.revproc.proxy.registration.RegistrationSettings;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The file with policies and grants, which may change while the proxy runs. */
@Configuration(proxyBeanMethods = false)
class PolicyFileConfiguration {
    /** The file, if the settings name one. It is in force before the first server registers. */
    record Watched(Optional<PolicyFile> file) implements AutoCloseable {
        @Override
        public void close() {
            file.ifPresent(PolicyFile::close);
        }
    }

    @Bean
    PolicyYaml policyYaml(PoliciesProperties policies, RegistrationSettings registration, ListenerSettings listener,
            EvidenceConfiguration.Verifiers verifiers) {
        return new PolicyYaml(policies, registration, listener, verifiers.names());
    }

    @Bean
    PolicyAdvice policyAdvice(PolicyYaml yaml, PoliciesProperties policies, ListenerSettings listener,
            ForwardSettings forward) {
        Explanation.Limits limits = new Explanation.Limits((int) listener.maxMessageSize(),
                (int) forward.part1MaxMessageSize());
        return new PolicyAdvice() {
            @Override
            public PolicyRules read(byte[] file) {
                return yaml.apply(file);
            }

            @Override
            public @Nullable String clientProblem(String policy, InetAddress client) {
                List<Cidr> networks = policies.of(policy).clients().settings().allowedCidrs();
                return networks.isEmpty() || networks.stream().anyMatch(network -> network.contains(client))
                        ? null
                        : client.getHostAddress() + " is in none of revproc.policies[" + policy
                                + "].clients.allowed-cidrs";
            }

            @Override
            public @Nullable String clientDemand(String policy) {
                EvidenceDemand demand = policies.of(policy).clients().settings().evidence();
                return demand == null
                        ? null
                        : "its client has to show a token of '" + demand.issuer() + "' (revproc.policies[" + policy
                                + "].clients.evidence)";
            }

            @Override
            public Explanation.Limits limits() {
                return limits;
            }
        };
    }

    @Bean
    Watched policyFile(PoliciesProperties policies, PolicyYaml yaml, RulesInForce rules) {
        String file = policies.policyFile();
        if (file == null || file.isBlank()) {
            return new Watched(Optional.empty());
        }
        try {
            return new Watched(Optional.of(new PolicyFile(Path.of(file), yaml, rules).watch()));
        } catch (InvalidPathException e) {
            throw new PolicyFileException("revproc.policy-file '" + file + "' is not a path", e);
        } catch (IllegalArgumentException e) {
            throw new PolicyFileException("revproc.policy-file '" + file + "': " + e.getMessage(), e);
        }
    }

    /** Up whatever the file says: the rules before it are in force, and the proxy serves by them. */
    @Bean
    HealthIndicator policyFileHealthIndicator(Watched watched) {
        return () -> {
            Health.Builder health = Health.up();
            PolicyFile.Status status = watched.file().map(PolicyFile::status).orElse(null);
            if (status != null) {
                health.withDetail("file", status.file().toString()).withDetail("loadedAt", status.loadedAt())
                        .withDetail("policies", status.policies()).withDetail("grants", status.grants());
                if (status.problem() != null) {
                    health.withDetail("problem", status.problem());
                }
            }
            return health.build();
        };
    }

    @Bean
    MeterBinder policyFileMeters(Watched watched, PoliciesLifecycle shared) {
        return registry -> {
            Gauge.builder("revproc.policy.file.valid", watched, each -> valid(each, shared))
                    .description(
                            "0 if the policy file, or etcd's policies, are not in force as they are, an older content is; else 1")
                    .register(registry);
            FunctionCounter
                    .builder("revproc.policy.file.refused", watched,
                            each -> each.file().map(PolicyFile::refused).orElse(0L) + shared.refused())
                    .description("Contents of the policy file, or versions in etcd, that were refused")
                    .register(registry);
        };
    }

    private static double valid(Watched watched, PoliciesLifecycle shared) {
        return shared.status().problem() == null
                && watched.file().map(file -> file.status().problem() == null).orElse(true) ? 1 : 0;
    }
}
