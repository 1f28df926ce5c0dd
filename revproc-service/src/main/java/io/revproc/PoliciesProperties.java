package io.revproc;

import java.util.Locale;
import java.util.Map;

import io.revproc.proxy.listener.ClientRuleSettings;
import jakarta.validation.Valid;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of single policies. A policy that has none has the defaults.
 *
 * @param policies balance, zone, max-in-flight, queue-limit and clients (allowed-cidrs, certificates, rate, burst) of a policy, as revproc.policies.NAME.balance. A name with anything but lower-case letters, digits and '-' is written in brackets:
 *                 {@code revproc.policies[PP_1].balance}; without them Spring drops the underscore, so a policy without a
 *                 setting under its own name also finds one under its letters and digits alone
 */
@Validated
@ConfigurationProperties(prefix = "revproc")
public record PoliciesProperties(@DefaultValue Map<String, @Valid PolicyProperties> policies) {
    public PoliciesProperties {
        policies = Map.copyOf(policies);
    }

    PolicyProperties of(String policy) {
        PolicyProperties exact = policies.get(policy);
        if (exact != null) {
            return exact;
        }
        String letters = letters(policy);
        return policies.entrySet().stream()
                .filter(entry -> letters(entry.getKey()).equals(letters))
                .filter(entry -> entry.getKey().matches("[A-Za-z0-9-]+"))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(PolicyProperties.DEFAULTS);
    }

    /** Whether any policy says who may send its messages. */
    boolean clientsAreRestricted() {
        return policies.values().stream()
                .anyMatch(each -> !each.clients().settings().equals(ClientRuleSettings.ANYBODY));
    }

    private static String letters(String name) {
        return name.replaceAll("[^A-Za-z0-9-]", "").toLowerCase(Locale.ROOT);
    }
}
