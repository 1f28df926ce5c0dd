package io.revproc;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.revproc.admin.PolicyVersions;
import io.revproc.proxy.etcd.EtcdPolicies;
import io.revproc.proxy.etcd.PolicyStoreException;
import io.revproc.proxy.etcd.PolicyVersion;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.policy.RulesInForce;
import io.revproc.proxy.registration.Registrar;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.store.StoreSettings;
import io.revproc.start.Ending;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/** The policies and grants that several proxies share in etcd. Nothing of etcd's client is loaded without them. */
@Configuration(proxyBeanMethods = false)
class EtcdPoliciesConfiguration {
    private static final String ELSEWHERE = "The policies of this proxy are not in etcd; ";

    @Bean
    PoliciesLifecycle policiesLifecycle(PoliciesProperties policies, StoreSettings store, PolicyYaml yaml,
            RulesInForce rules) {
        if (!policies.policiesInEtcd()) {
            return new PoliciesLifecycle(null);
        }
        if (store.type() != StoreSettings.Type.ETCD) {
            throw new PolicyFileException("revproc.policies-in-etcd=true needs revproc.store=etcd", null);
        }
        if (policies.policyFile() != null && !policies.policyFile().isBlank()) {
            throw new PolicyFileException(
                    "revproc.policies-in-etcd=true and revproc.policy-file do not go together; keep the policies in one place",
                    null);
        }
        return new PoliciesLifecycle(
                new EtcdPolicies(store.etcd(), (version, text) -> rules.replace(yaml.apply(text))));
    }

    @Bean
    PolicyVersions policyVersions(PoliciesLifecycle policies, PoliciesProperties properties, Registrar registrar) {
        String file = properties.policyFile();
        String elsewhere = ELSEWHERE + (file == null || file.isBlank()
                ? "set revproc.policies-in-etcd=true, or revproc.policy-file, and change that file"
                : "change the file that revproc.policy-file names: each proxy takes it over within a second");
        return new PolicyVersions() {
            @Override
            public @Nullable String obstacle() {
                return policies.etcd() == null ? elsewhere : null;
            }

            @Override
            public long inForce() {
                PolicyVersion version = policies.status().inForce();
                return version == null ? 0 : version.version();
            }

            @Override
            public List<Version> all() {
                EtcdPolicies.Status status = policies.status();
                return Stream.concat(Stream.ofNullable(status.inForce()), status.former().stream())
                        .map(EtcdPoliciesConfiguration::version).toList();
            }

            @Override
            public @Nullable String problem() {
                return policies.status().problem();
            }

            @Override
            public Version apply(byte[] text, long from, String author, String by) {
                try {
                    return version(Objects.requireNonNull(policies.etcd()).apply(text, from, author, by));
                } catch (PolicyStoreException e) {
                    throw new ResponseStatusException(switch (e.kind()) {
                        case CONFLICT -> HttpStatus.CONFLICT;
                        case TOO_LARGE -> HttpStatus.CONTENT_TOO_LARGE;
                        case UNAVAILABLE -> HttpStatus.SERVICE_UNAVAILABLE;
                    }, e.getMessage(), e);
                }
            }

            @Override
            public Set<Endpoint> unknownTo(PolicyRules after) {
                return registrar.unknownTo(after);
            }
        };
    }

    private static PolicyVersions.Version version(PolicyVersion version) {
        return new PolicyVersions.Version(version.version(), version.author(), version.by(), version.at(),
                version.sha256());
    }

    /** Up whatever etcd has: the rules before it are in force, and the proxy serves by them. */
    @Bean
    HealthIndicator policiesHealthIndicator(PoliciesLifecycle policies) {
        return () -> {
            Health.Builder health = Health.up();
            EtcdPolicies.Status status = policies.status();
            PolicyVersion version = status.inForce();
            if (version != null) {
                health.withDetail("version", version.version()).withDetail("author", version.author())
                        .withDetail("appliedAt", version.at());
            }
            if (status.problem() != null) {
                health.withDetail("problem", status.problem());
            }
            return health.build();
        };
    }

    @Bean
    MeterBinder policiesMeters(PoliciesLifecycle policies) {
        return registry -> Gauge.builder("revproc.policy.version", policies, EtcdPoliciesConfiguration::number)
                .description("The version of the policies in etcd that is in force at this proxy; 0: none")
                .register(registry);
    }

    private static double number(PoliciesLifecycle policies) {
        PolicyVersion version = policies.status().inForce();
        return version == null ? 0 : version.version();
    }

    /** Reads the policies before the table, and goes after it. */
    static final class PoliciesLifecycle extends PhasedLifecycle {
        private static final EtcdPolicies.Status NONE = new EtcdPolicies.Status(null, List.of(), null);

        private final @Nullable EtcdPolicies etcd;

        PoliciesLifecycle(@Nullable EtcdPolicies etcd) {
            super(-1);
            this.etcd = etcd;
        }

        /** Null where the policies are not in etcd. */
        @Nullable
        EtcdPolicies etcd() {
            return etcd;
        }

        EtcdPolicies.Status status() {
            return etcd == null ? NONE : etcd.status();
        }

        long refused() {
            return etcd == null ? 0 : etcd.refused();
        }

        @Override
        void begin() {
            if (etcd != null) {
                etcd.start(Ending::isAsked);
            }
        }

        @Override
        void end() {
            if (etcd != null) {
                etcd.close();
            }
        }
    }
}
