package io.revproc;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ThreadLocalRandom;

import io.revproc.admin.LeaseTimes;
import io.revproc.audit.AuditTrail;
import io.revproc.health.HealthProperties;
import io.revproc.health.PassiveHealth;
import io.revproc.health.PolicyWatch;
import io.revproc.registration.Admission;
import io.revproc.registration.LeaseIds;
import io.revproc.registration.LeaseTimer;
import io.revproc.registration.Registrar;
import io.revproc.registration.RegistrationProperties;
import io.revproc.registration.ServerLimits;
import io.revproc.route.AddressRule;
import io.revproc.route.SwitchTable;
import io.revproc.route.TableStore;
import io.revproc.upstream.Endpoint;
import io.revproc.upstream.PolicyLoad;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The switch table and how servers come into it. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({PoliciesProperties.class, RegistrationProperties.class, HealthProperties.class})
class RoutingConfiguration {
    @Bean
    InstantSource instantSource() {
        return InstantSource.system();
    }

    @Bean
    SwitchTable switchTable(PoliciesProperties policies, RegistrationProperties registration, InstantSource clock) {
        SwitchTable table = new SwitchTable(policy -> policies.of(policy.text()).balancer(), policy -> {
            PolicyProperties settings = policies.of(policy.text());
            return new PolicyLoad(settings.maxInFlight(), settings.queueLimit());
        }, clock, System::nanoTime, new AddressRule(registration.part1SeveralPolicies()));
        table.observe(new PolicyWatch());
        return table;
    }

    @Bean
    Admission admission(RegistrationProperties properties) {
        return Admission.of(properties);
    }

    /** @param limits by the settings of forwarding */
    @Bean
    Registrar registrar(SwitchTable table, Admission admission, RegistrationProperties properties,
            ObjectProvider<ServerLimits> limits, ObjectProvider<AuditTrail> audit) {
        return new Registrar(table, admission, properties, limits.getIfAvailable(() -> new ServerLimits(1, 256)),
                new LeaseIds(), System::nanoTime).recordedBy(audit.getIfAvailable(() -> AuditTrail.NONE));
    }

    @Bean
    LeaseTimer leaseTimer(Registrar registrar) {
        return LeaseTimer.start(registrar, System::nanoTime);
    }

    @Bean
    PassiveHealth passiveHealth(SwitchTable table, HealthProperties properties) {
        return new PassiveHealth(table, properties, System::nanoTime, () -> ThreadLocalRandom.current().nextDouble());
    }

    @Bean
    LeaseTimes leaseTimes(Registrar registrar, RegistrationProperties properties, InstantSource clock,
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
