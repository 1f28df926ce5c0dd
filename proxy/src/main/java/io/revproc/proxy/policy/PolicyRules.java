package io.revproc.proxy.policy;

import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.access.TokenHash;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.Hierarchy;
import io.revproc.proxy.route.Processing;
import io.revproc.wire.DidYouMean;
import org.jspecify.annotations.Nullable;

/**
 * All rules of one moment: declared policies and grants, validated as a whole. Immutable; a change is another one. What it decides
 * depends on what is handed in alone: it knows no clock.
 */
public final class PolicyRules {
    /** The most grants, and the most declared policies. */
    public static final int MAX_ENTRIES = 10_000;
    /** The most issuers of evidence: a token may be tried with each. */
    public static final int MAX_ISSUERS = 32;
    private static final String GRANTS = "revproc.registration.grants";

    private final Map<String, DeclaredPolicy> declared = new TreeMap<>();
    private final boolean declaredOnly;
    private final Hierarchy hierarchy;
    private final Gate gate;
    private final List<EvidenceIssuer> issuers;
    private final Set<String> evidenceNames = new HashSet<>();
    private final boolean grantsNeeded;
    private final Map<String, Grant> grants = new LinkedHashMap<>();
    /** A grant's place in the order in which they are asked. */
    private final Map<String, Integer> order = new HashMap<>();
    private final Map<TokenHash, List<Grant>> byToken = new HashMap<>();
    private final List<Grant> withoutToken = new ArrayList<>();

    /**
     * The peers that are checked against the rules at all.
     *
     * @param networks where servers may come from
     * @param mtls     whether each has to show a certificate
     */
    public record Gate(List<Cidr> networks, boolean mtls) {
        public Gate {
            networks = List.copyOf(networks);
        }

        private boolean lets(InetAddress address) {
            return networks.stream().anyMatch(network -> network.contains(address));
        }
    }

    /** Rules without evidence; the other constructor has the parameters. */
    public PolicyRules(Collection<DeclaredPolicy> policies, boolean declaredOnly, Gate gate, Collection<Grant> all,
            boolean grantsNeeded) {
        this(policies, declaredOnly, gate, all, grantsNeeded, List.of(), Set.of());
    }

    /**
     * @param declaredOnly whether other policies than these are refused
     * @param grantsNeeded whether a server needs a grant; false only where there are none
     * @param issuers      whose signed tokens grants may ask for
     * @param verifiers    the names of what else they may ask for
     * @throws IllegalArgumentException if they do not go together; the sentence says which
     */
    public PolicyRules(Collection<DeclaredPolicy> policies, boolean declaredOnly, Gate gate, Collection<Grant> all,
            boolean grantsNeeded, Collection<EvidenceIssuer> issuers, Set<String> verifiers) {
        this.declaredOnly = declaredOnly;
        this.gate = gate;
        this.grantsNeeded = grantsNeeded || !all.isEmpty();
        if (policies.size() > MAX_ENTRIES) {
            throw new IllegalArgumentException("revproc.policies has at most " + MAX_ENTRIES + " entries");
        }
        checkGrants(all);
        this.issuers = checked(issuers, verifiers, all);
        all.stream().map(Grant::evidence).filter(Objects::nonNull)
                .forEach(demand -> evidenceNames.add(demand.issuer()));
        for (DeclaredPolicy policy : policies) {
            if (declared.put(policy.name(), policy) != null) {
                throw new IllegalArgumentException(
                        "revproc.policies: '" + policy.name() + "' is declared twice, perhaps in two files");
            }
        }
        this.hierarchy = hierarchyOf(declared);
        for (Grant grant : all) {
            grants.put(grant.owner(), grant);
            order.put(grant.owner(), order.size());
            grant.tokenSha256()
                    .forEach(hash -> byToken.computeIfAbsent(hash, unknown -> new ArrayList<>(1)).add(grant));
            if (grant.tokenSha256().isEmpty()) {
                withoutToken.add(grant);
            }
        }
    }

    private static List<EvidenceIssuer> checked(Collection<EvidenceIssuer> issuers, Set<String> verifiers,
            Collection<Grant> all) {
        Set<String> names = new HashSet<>(verifiers);
        for (EvidenceIssuer issuer : issuers) {
            if (!names.add(issuer.name())) {
                throw new IllegalArgumentException(
                        "revproc.evidence: '" + issuer.name() + (verifiers.contains(issuer.name())
                                ? "' is the name of a verifier of revproc.evidence-jars; take another one"
                                : "' is there twice, perhaps in two files"));
            }
        }
        if (issuers.size() > MAX_ISSUERS) {
            throw new IllegalArgumentException("revproc.evidence has at most " + MAX_ISSUERS + " entries");
        }
        for (Grant grant : all) {
            EvidenceDemand demand = grant.evidence();
            if (demand != null && !names.contains(demand.issuer())) {
                List<String> near = Spelling.near(demand.issuer(), names);
                throw new IllegalArgumentException(GRANTS + ": '" + grant.owner() + "' asks for evidence of '"
                        + demand.issuer() + "', which is not in revproc.evidence"
                        + (near.isEmpty() ? "" : "; " + DidYouMean.of("'" + near.getFirst() + "'")));
            }
        }
        return List.copyOf(issuers);
    }

    private static Hierarchy hierarchyOf(Map<String, DeclaredPolicy> declared) {
        Map<String, List<String>> written = new TreeMap<>();
        declared.values().forEach(policy -> written.put(policy.name(), policy.mayBeServedBy()));
        written.forEach((policy, names) -> {
            for (String name : names) {
                if (!declared.containsKey(name)) {
                    List<String> near = Spelling.near(name, declared.keySet());
                    throw new IllegalArgumentException("revproc.policies[" + policy + "].may-be-served-by: '" + name
                            + "' is not declared" + (near.isEmpty()
                                    ? "; declare it as well"
                                    : "; " + DidYouMean.of("'" + near.getFirst() + "'")));
                }
            }
        });
        return Hierarchy.of(written);
    }

    /** @throws IllegalArgumentException if two grants have one name, or there are too many */
    public static void checkGrants(Collection<Grant> all) {
        if (all.size() > MAX_ENTRIES) {
            throw new IllegalArgumentException(GRANTS + " has at most " + MAX_ENTRIES + " entries");
        }
        Set<String> names = new HashSet<>();
        for (Grant grant : all) {
            if (!names.add(grant.owner())) {
                throw new IllegalArgumentException(GRANTS + ": the name '" + grant.owner()
                        + "' is there twice; ids belong to a grant by its name");
            }
        }
    }

    /** Returns whether the server may serve the policy, from this moment on until the rules or the time say otherwise. */
    public Decision decide(Applicant who, Instant now) {
        String outside = outside(who);
        if (outside != null) {
            return unsaid(outside);
        }
        Grant grant = null;
        Objection objection = null;
        if (grantsNeeded) {
            boolean known = false;
            for (Grant candidate : candidates(who.token())) {
                if (!candidate.knows(who)) {
                    continue;
                }
                known = true;
                if (candidate.covers(who) && (grant == null || objection != null)) {
                    Objection against = candidate.objection(who, now);
                    if (grant == null || against == null) {
                        grant = candidate;
                        objection = against;
                    }
                }
            }
            if (grant == null) {
                return unsaid(known
                        ? "policy-or-id-not-granted"
                        : who.token() == null && who.certificates().isEmpty() && who.evidence() == null
                                ? "no-credentials"
                                : "credentials-unknown");
            }
            if (grant.certificate() != null && !who.tls()) {
                // Whoever takes over its address would get its messages.
                return unsaid("certificate-but-data-port-without-tls");
            }
        }
        DeclaredPolicy policy = declared.get(who.policy());
        if (policy == null && declaredOnly) {
            List<String> near = near(who.policy());
            return new Decision.Refused(Objection.NOT_DECLARED + (near.isEmpty() ? "" : ", near " + near), true,
                    "This privacy policy is not declared here");
        }
        Processing processing = grant == null || objection != null ? who.processing() : grant.processing(who);
        if (objection == null && policy != null) {
            objection = policy.objection(processing);
        }
        boolean byEvidence = grant != null && grant.evidence() != null;
        return objection == null
                ? new Decision.Allowed(grant == null ? null : grant.owner(),
                        grant == null ? 0 : grant.terms().maxServers(), alsoServes(who.policy(), processing),
                        byEvidence ? processing : null, byEvidence ? who.evidence() : null)
                : new Decision.Refused(objection.reason(), false, objection.sentence());
    }

    private static Decision unsaid(String reason) {
        return new Decision.Refused(reason, false, null);
    }

    private @Nullable String outside(Applicant who) {
        if (gate.mtls() && who.certificates().isEmpty()) {
            return "no-certificate";
        }
        if (gate.mtls() && !who.tls()) {
            return "data-port-without-tls";
        }
        return gate.lets(who.address()) ? null : "address-not-in-allowed-cidrs";
    }

    /**
     * Returns the grants that may be this one's, in order. They are found by the token's digest: how long that takes says
     * something of the digest of a guess, and nothing of a token.
     */
    private List<Grant> candidates(@Nullable TokenHash token) {
        List<Grant> byTheirToken = token == null ? List.of() : byToken.getOrDefault(token, List.of());
        if (byTheirToken.isEmpty()) {
            return withoutToken;
        }
        return Stream.concat(byTheirToken.stream(), withoutToken.stream())
                .sorted(Comparator.comparing(grant -> order.get(grant.owner()))).toList();
    }

    /** Returns why no message may go to an entry that was admitted once, by this proxy or another one; null if messages may. */
    public @Nullable Objection objection(EndpointSpec spec, Instant now) {
        Grant grant = spec.owner() == null ? null : grants.get(spec.owner());
        if (grantsNeeded && grant != null && grant.certificate() != null && spec.certificate() == null) {
            return new Objection("certificate-but-data-port-without-tls",
                    "The grant '" + grant.owner() + "' is for servers with a certificate");
        }
        return objection(spec.policy().text(), spec.id().text(), spec.owner(), spec.processing(), now);
    }

    /**
     * Returns why a server may not serve the policy by the grant; null if it may, supposing that it shows what the grant asks for.
     *
     * @param grantName null: it has none
     */
    public @Nullable Objection objection(String policyName, String id, @Nullable String grantName, Processing stated,
            Instant now) {
        DeclaredPolicy policy = declared.get(policyName);
        if (policy == null && declaredOnly) {
            return new Objection(Objection.NOT_DECLARED, "The policy '" + policyName + "' is not declared");
        }
        if (grantsNeeded) {
            Grant grant = grantName == null ? null : grants.get(grantName);
            if (grant == null) {
                return new Objection("grant-revoked", grantName == null
                        ? "It has no grant, and needs one"
                        : "The grant '" + grantName + "' is not there (any more)");
            }
            if (!grant.covers(policyName, id)) {
                return new Objection("policy-or-id-not-granted",
                        "The grant '" + grant.owner() + "' is not for this policy and id");
            }
            Objection objection = grant.terms().objection(grant.owner(), stated, now);
            if (objection != null) {
                return objection;
            }
        }
        return policy == null ? null : policy.objection(stated);
    }

    /** Returns whose signed tokens count. */
    public List<EvidenceIssuer> issuers() {
        return issuers;
    }

    /** Returns whose signed tokens go by this name; null if there is no such issuer. */
    public @Nullable EvidenceIssuer issuer(String name) {
        return issuers.stream().filter(each -> each.name().equals(name)).findAny().orElse(null);
    }

    /** Returns whether a grant asks for evidence that this name stands for. */
    public boolean names(String evidence) {
        return evidenceNames.contains(evidence);
    }

    /** Returns whether what this one shows as evidence is to be looked at: some grant asks for evidence, and it may come from where it does. */
    public boolean wantsEvidenceOf(Applicant who) {
        return !evidenceNames.isEmpty() && outside(who) == null;
    }

    /** Returns which policies may be served by others' servers. */
    public Hierarchy hierarchy() {
        return hierarchy;
    }

    /** Returns the wider policies whose messages a server of this policy may get that states this, if it takes them. */
    public List<String> alsoServes(String policyName, Processing stated) {
        return hierarchy.wider(policyName).stream().filter(wider -> demands(wider, stated) == null).toList();
    }

    /** Returns the wider policies whose messages an entry may get now, as far as it may get any. */
    public List<String> widens(EndpointSpec spec) {
        return spec.alsoServes().isEmpty()
                ? List.of()
                : hierarchy.wider(spec.policy().text()).stream().filter(spec.alsoServes()::contains)
                        .filter(wider -> widening(wider, spec) == null).toList();
    }

    /**
     * Returns why no message of a policy may go to an entry of a narrower one; null if messages may. By which grant the entry is there,
     * and until when, is its own policy's matter; what it states has to do for both.
     */
    public @Nullable Objection widening(String wider, EndpointSpec spec) {
        if (!hierarchy.narrower(wider).contains(spec.policy().text())) {
            return new Objection("not-written",
                    "revproc.policies[" + wider + "].may-be-served-by does not name '" + spec.policy() + "'");
        }
        if (spec.proto() == 1) {
            return new Objection("old-server",
                    "It registered in the old protocol, in which it can't be told that it gets messages of '" + wider
                            + "' too");
        }
        Objection demand = demands(wider, spec.processing());
        if (demand == null && !spec.alsoServes().contains(wider)) {
            return new Objection("not-told", "It was not told at its setup that it gets messages of '" + wider
                    + "' too: it does not take those of wider policies (\"wider\": true), or has not registered since"
                    + " this was written");
        }
        return demand;
    }

    private @Nullable Objection demands(String policyName, Processing stated) {
        DeclaredPolicy policy = declared.get(policyName);
        return policy == null ? null : policy.objection(stated);
    }

    /** Returns whether what is in the table may still be there under these rules, whatever the time is. */
    public boolean stillAdmits(EndpointSpec spec) {
        if (gate.mtls() && spec.certificate() == null || !gate.lets(spec.address())) {
            return false;
        }
        if (!grantsNeeded) {
            return true;
        }
        Grant grant = spec.owner() == null ? null : grants.get(spec.owner());
        return grant != null && grant.covers(spec.policy().text(), spec.id().text())
                && (grant.certificate() == null || spec.certificate() != null);
    }

    /** Returns whether the grant of this name still knows the server by what it showed; true where none is needed. */
    public boolean stillKnows(Applicant who, @Nullable String grantName) {
        if (!grantsNeeded) {
            return true;
        }
        Grant grant = grantName == null ? null : grants.get(grantName);
        return grant != null && grant.knows(who);
    }

    /** Returns the first moment after this one at which a grant begins or ends; null if there is none. */
    public @Nullable Instant nextChange(Instant now) {
        return grants.values().stream().map(Grant::terms)
                .flatMap(terms -> Stream.of(terms.notBefore(), terms.notAfter()))
                .filter(moment -> moment != null && moment.isAfter(now)).min(Comparator.naturalOrder()).orElse(null);
    }

    /** Returns the grants, in order. */
    public Collection<Grant> grants() {
        return List.copyOf(grants.values());
    }

    /** Returns the grant of this name; null if there is none. */
    public @Nullable Grant grant(String name) {
        return grants.get(name);
    }

    /** Returns the declared policies, by name. */
    public Collection<DeclaredPolicy> declared() {
        return List.copyOf(declared.values());
    }

    /** Returns the declared policy of exactly this name; null if there is none. */
    public @Nullable DeclaredPolicy declared(String policy) {
        return declared.get(policy);
    }

    /** Returns whether setups and messages for this policy are refused since it is not declared. */
    public boolean unknown(String policy) {
        return declaredOnly && !declared.containsKey(policy);
    }

    /** Returns whether policies have to be declared. */
    public boolean declaredOnly() {
        return declaredOnly;
    }

    /** Returns whether a server needs a grant. */
    public boolean grantsNeeded() {
        return grantsNeeded;
    }

    /** Returns the declared policies that may be meant by this name, which is none of them. */
    public List<String> near(String policy) {
        return Spelling.near(policy, declared.keySet());
    }
}
