package io.revproc;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

import io.revproc.admin.LeaseTimes;
import io.revproc.proxy.audit.AuditTrail;
import io.revproc.proxy.health.HealthSettings;
import io.revproc.proxy.health.PassiveHealth;
import io.revproc.proxy.health.PolicyWatch;
import io.revproc.proxy.policy.EvidenceCheck;
import io.revproc.proxy.policy.RulesInForce;
import io.revproc.proxy.registration.Admission;
import io.revproc.proxy.registration.LeaseIds;
import io.revproc.proxy.registration.LeaseTimer;
import io.revproc.proxy.registration.Registrar;
import io.revproc.proxy.registration.RegistrationSettings;
import io.revproc.proxy.registration.RuleKeeper;
import io.revproc.proxy.registration.RuleTimer;
import io.revproc.proxy.registration.ServerLimits;
import io.revproc.proxy.route.AddressRule;
import io.revproc.proxy.route.Disclosure;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.route.TableStore;
import io.revproc.start.SettingsBinding;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The switch table and how servers come into it. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(PoliciesProperties.class)
class RoutingConfiguration {
    /** Has an empty group of settings set nothing. */
    @Bean
    static ConfigurationPropertiesBindHandlerAdvisor settingsBinding() {
        return SettingsBinding.advisor(new StartFailures());
    }

    @Bean
    InstantSource instantSource() {
        return InstantSource.system();
    }

    /** With policies in etcd every server needs a grant from the start: what is not read yet must not open the proxy to everybody. */
    @Bean
    RulesInForce rulesInForce(PoliciesProperties policies, RegistrationSettings registration, InstantSource clock,
            EvidenceConfiguration.Verifiers verifiers) {
        return new RulesInForce(registration.rules(policies.declared(), policies.policiesDeclaredOnly(), List.of(),
                policies.policiesInEtcd(), policies.issuers(), verifiers.names()), clock);
    }

    @Bean
    SwitchTable switchTable(PoliciesProperties policies, RegistrationSettings registration, InstantSource clock,
            RulesInForce rules) {
        Function<String, Disclosure> disclosures = policies.disclosures();
        SwitchTable table = new SwitchTable(policy -> policies.of(policy.text()).balancer(), policy -> {
            PolicyProperties settings = policies.of(policy.text());
            return new PolicyLoad(settings.maxInFlight(), settings.queueLimit(), disclosures.apply(policy.text()));
        }, clock, System::nanoTime, new AddressRule(registration.part1SeveralPolicies()));
        table.ruledBy(rules);
        table.observe(new PolicyWatch());
        return table;
    }

    @Bean
    Admission admission(RulesInForce rules, EvidenceCheck evidence) {
        return Admission.by(rules, evidence);
    }

    /** @param limits by the settings of forwarding */
    @Bean
    Registrar registrar(SwitchTable table, Admission admission, RegistrationSettings properties,
            ObjectProvider<ServerLimits> limits, ObjectProvider<AuditTrail> audit) {
        return new Registrar(table, admission, properties, limits.getIfAvailable(() -> new ServerLimits(1, 256)),
                new LeaseIds(), System::nanoTime).recordedBy(audit.getIfAvailable(() -> AuditTrail.NONE));
    }

    @Bean
    RuleKeeper ruleKeeper(SwitchTable table, Registrar registrar, RulesInForce rules, RegistrationSettings properties,
            ObjectProvider<AuditTrail> audit) {
        return new RuleKeeper(table, registrar, rules, properties.grantWarning(),
                audit.getIfAvailable(() -> AuditTrail.NONE));
    }

    @Bean
    RuleTimer ruleTimer(RuleKeeper keeper, RulesInForce rules) {
        return RuleTimer.start(keeper, rules);
    }

    @Bean
    LeaseTimer leaseTimer(Registrar registrar) {
        return LeaseTimer.start(registrar, System::nanoTime);
    }

    @Bean
    PassiveHealth passiveHealth(SwitchTable table, HealthSettings properties) {
        return new PassiveHealth(table, properties, System::nanoTime, () -> ThreadLocalRandom.current().nextDouble());
    }

    @Bean
    LeaseTimes leaseTimes(Registrar registrar, RegistrationSettings properties, InstantSource clock,
            TableStore store) {
        return new LeaseTimes() {
            @Override
            public @Nullable Instant expiresAt(Endpoint endpoint) {
                long nanos = registrar.leaseNanos(endpoint);
                return nanos < 0 ? null : clock.instant().plusNanos(nanos).truncatedTo(ChronoUnit.MILLIS);
            }

            @Override
            public Duration duration() {
                return properties.ttl();
            }

            @Override
            public boolean pending(Endpoint endpoint) {
                return store.pending(endpoint.spec().policy(), endpoint.spec().id());
            }
        };
    }
}
