package io.revproc;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

import io.revproc.proxy.listener.ClientRuleSettings;
import io.revproc.proxy.policy.DeclaredPolicy;
import io.revproc.proxy.policy.EvidenceDemand;
import io.revproc.proxy.policy.EvidenceIssuer;
import io.revproc.proxy.route.Disclosure;
import io.revproc.settings.EvidenceProperties;
import io.revproc.start.Bounds;
import io.revproc.start.CheckedSettings;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of single policies. A policy that has none has the defaults.
 *
 * @param policies description, purpose, regions, owner, contact, may-be-served-by, balance, zone, max-in-flight, queue-limit, record-in, access-log, trace and clients
 *                 (allowed-cidrs, certificates, rate, burst, evidence, claims, policies-claim) of a policy, as revproc.policies.NAME.balance. A name with anything but
 *                 lower-case letters, digits and '-' is written in brackets: {@code revproc.policies[PP_1].balance}; without them
 *                 Spring drops the underscore, so a policy without a setting under its own name also finds one under its letters
 *                 and digits alone
 * @param policiesDeclaredOnly whether setups and messages for policies that are not declared, here or in the policy file,
 *                             are refused with UNKNOWN_POLICY. A name counts exactly as it is written
 * @param policyFile a YAML file with policies and grants in addition to those of the settings. The proxy watches it: a
 *                   valid change is in force within a second, as a whole; an invalid one changes nothing. With a policy
 *                   file every server needs a grant. Default: none
 * @param policiesInEtcd whether policies and grants are also in etcd, for all proxies that share the table: 'bin/revproc
 *                       policies apply FILE' changes them everywhere within a second. Needs revproc.store=etcd, and no policy
 *                       file. Every server needs a grant then
 * @param evidence the issuers of signed tokens (JWT) that grants may ask servers for, and policies their clients: issuer, audiences, key-set, bundle, algorithms,
 *                 max-lifetime and clock-skew of each, as revproc.evidence.NAME.key-set
 * @param evidenceJars jar files with verifiers for evidence of other kinds (classes that implement EvidenceVerifier), and with what these need. They are
 *                     loaded at the start and run as part of the proxy: let nobody else write them. Default: none
 */
@ConfigurationProperties(prefix = "revproc")
public record PoliciesProperties(@DefaultValue Map<String, PolicyProperties> policies,
        @DefaultValue("false") boolean policiesDeclaredOnly, @Nullable String policyFile,
        @DefaultValue("false") boolean policiesInEtcd,
        @DefaultValue Map<String, EvidenceProperties> evidence,
        @DefaultValue List<String> evidenceJars) implements CheckedSettings {
    public PoliciesProperties {
        policies = Map.copyOf(policies);
        evidence = Map.copyOf(evidence);
        evidenceJars = List.copyOf(evidenceJars);
        evidence.forEach((name, each) -> each.issuer(name));
    }

    @Override
    public void check(Bounds bounds) {
        policies.forEach((name, each) -> bounds.nested("policies[" + name + "]", each));
    }

    /** Returns whose signed tokens count, by the names that are written here. */
    public List<EvidenceIssuer> issuers() {
        return evidence.entrySet().stream().sorted(Map.Entry.comparingByKey())
                .map(entry -> entry.getValue().issuer(entry.getKey())).toList();
    }

    PolicyProperties of(String policy) {
        PolicyProperties exact = policies.get(policy);
        if (exact != null) {
            return exact;
        }
        String letters = letters(policy);
        return policies.entrySet().stream()
                .filter(entry -> letters(entry.getKey()).equals(letters))
                .filter(entry -> isPlain(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(PolicyProperties.DEFAULTS);
    }

    /** Returns the policies that are declared here, each by the name that is written here. */
    public List<DeclaredPolicy> declared() {
        return policies.entrySet().stream().map(entry -> entry.getValue().declared(entry.getKey())).toList();
    }

    /** Returns whether the policy is declared here by more than its name. */
    boolean declares(String policy) {
        PolicyProperties found = policies.get(policy);
        return found != null && !found.declared(policy)
                .equals(new DeclaredPolicy(policy, null, null, List.of(), null, null, List.of()));
    }

    /** Returns what is taken down of a policy's messages, by any name that a message may have. */
    public Function<String, Disclosure> disclosures() {
        return new Disclosures(this);
    }

    /** Returns whether any policy says who may send its messages. */
    boolean clientsAreRestricted() {
        return policies.values().stream()
                .anyMatch(each -> !each.clients().settings().equals(ClientRuleSettings.ANYBODY));
    }

    /** Returns what policies ask clients' tokens for, by the names of the policies. */
    Map<String, EvidenceDemand> clientEvidence() {
        Map<String, EvidenceDemand> demands = new TreeMap<>();
        policies.forEach((name, each) -> {
            EvidenceDemand demand = each.clients().settings().evidence();
            if (demand != null) {
                demands.put(name, demand);
            }
        });
        return demands;
    }

    /** Returns whether a name may stand for others with the same letters and digits. */
    static boolean isPlain(String name) {
        return name.matches("[A-Za-z0-9-]+");
    }

    static String letters(String name) {
        return name.replaceAll("[^A-Za-z0-9-]", "").toLowerCase(Locale.ROOT);
    }
}
