package io.revproc.proxy.policy;

import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.Hierarchy;
import io.revproc.proxy.route.Origin;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.PolicyRoutes;
import io.revproc.proxy.route.Processing;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Which policies' servers may serve which others' messages: what is written, and nothing else. */
class HierarchyRulesTest {
    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");
    private static final List<String> REGIONS = List.of("DE", "FR", "NL");
    private static final int POLICIES = 10;
    private static final int SERVERS = 100;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            eu>eu                    | revproc.policies[eu].may-be-served-by names the policy itself; leave it out
            eu>de,de                 | revproc.policies[eu].may-be-served-by names a policy twice
            eu>de de>eu              | may-be-served-by leads round in a circle among de, eu; a policy is wider or narrower than another one, not both
            a>b b>c c>a x>a          | may-be-served-by leads round in a circle among a, b, c; a policy is wider or narrower than another one, not both
            eu>ed                    | revproc.policies[eu].may-be-served-by: 'ed' is not declared; did you mean 'de'?
            eu>elsewhere             | revproc.policies[eu].may-be-served-by: 'elsewhere' is not declared; declare it as well
            """)
    void whatIsNoHierarchyIsRefusedWithOneSentence(String written, String sentence) {
        assertThatThrownBy(() -> rules(written)).isInstanceOf(IllegalArgumentException.class).hasMessage(sentence);
    }

    @Test
    void nothingFollowsFromWhatIsWritten() {
        Hierarchy hierarchy = rules("world>eu eu>de,fr").hierarchy();

        assertThat(hierarchy.narrower("eu")).containsExactly("de", "fr");
        assertThat(hierarchy.narrower("world")).as("no transitivity").containsExactly("eu");
        assertThat(hierarchy.wider("de")).containsExactly("eu");
        assertThat(hierarchy.narrower("de")).as("never the reverse").isEmpty();
    }

    @Test
    void aPolicyServesSixteenWiderOnesAtMost() {
        String written = IntStream.rangeClosed(1, 17).mapToObj(i -> "w" + i + ">de").reduce("", (a, b) -> a + " " + b)
                .strip();
        assertThatThrownBy(() -> rules(written))
                .hasMessage("'de' stands in may-be-served-by of 17 policies; it may in 16 at most");
    }

    @Test
    void whyAServerDoesNotServeAWiderPolicyIsSaid() {
        PolicyRules rules = rules("eu>de");
        assertThat(rules.widening("eu", spec("de", 1, 2, null, List.of("eu")))).isNull();
        assertThat(reason(rules, "de", spec("eu", 1, 2, null, List.of("de")))).isEqualTo("not-written");
        assertThat(reason(rules, "eu", spec("de", 1, 1, null, List.of("eu")))).isEqualTo("old-server");
        assertThat(reason(rules, "eu", spec("de", 1, 2, null, List.of()))).isEqualTo("not-told");
        PolicyRules demanding = rules(Map.of("eu", List.of("de")), Map.of("eu", "DE"));
        assertThat(reason(demanding, "eu", spec("de", 1, 2, "FR", List.of("eu")))).isEqualTo("region-not-of-policy");
        assertThat(demanding.widening("eu", spec("de", 1, 2, "DE", List.of("eu")))).isNull();
    }

    private static String reason(PolicyRules rules, String wider, EndpointSpec spec) {
        return Objects.requireNonNull(rules.widening(wider, spec)).reason();
    }

    /**
     * Random tables under random rules that are replaced. Whether a server is in a policy's part of the snapshot is compared with the
     * rule as a person reads it. {@code -Drevproc.hierarchy.decisions=1000000000} for a long one.
     */
    @Test
    void noServerIsRoutedToThatIsNotWrittenToServeThePolicy() {
        long wanted = Long.getLong("revproc.hierarchy.decisions", 10_000_000);
        long seed = Long.getLong("revproc.hierarchy.seed", 20_261_129);
        Random random = new Random(seed);
        long decisions = 0;
        long widened = 0;
        while (decisions < wanted) {
            RulesInForce rules = new RulesInForce(random(random), InstantSource.fixed(Instant.EPOCH));
            SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, 100),
                    () -> Instant.EPOCH, () -> 0);
            table.ruledBy(rules);
            List<EndpointSpec> servers = servers(random);
            table.edit(edit -> {
                servers.forEach(server -> edit.register(server, server.proto() == 1 ? null : "lease"));
                return true;
            }, Origin.HERE);
            for (int change = 0; change < 8; change++) {
                long found = check(table, rules.rules(), servers, seed);
                widened += found;
                decisions += (long) POLICIES * servers.size();
                if (change % 2 == 0) {
                    rules.replace(random(random));
                    table.reassess();
                } else {
                    EndpointSpec gone = servers.remove(random.nextInt(servers.size()));
                    table.remove(Objects.requireNonNull(table.find(gone.policy(), gone.id())));
                }
            }
        }
        assertThat(widened).as("widened decisions that were seen").isGreaterThan(decisions / 1_000);
    }

    /** Compares the snapshot with the rule, server by server. @return how many places are by the hierarchy */
    private static long check(SwitchTable table, PolicyRules rules, List<EndpointSpec> servers, long seed) {
        Map<String, DeclaredPolicy> declared = new HashMap<>();
        rules.declared().forEach(policy -> declared.put(policy.name(), policy));
        boolean[] routed = new boolean[SERVERS + 1];
        long widened = 0;
        for (DeclaredPolicy policy : declared.values()) {
            PolicyRoutes routes = table.routes().find(policy.name());
            Arrays.fill(routed, false);
            if (routes != null) {
                mark(routed, routes.selectable());
                PolicyRoutes.Narrower narrower = routes.narrower();
                if (narrower != null) {
                    mark(routed, narrower.selectable());
                }
            }
            for (EndpointSpec server : servers) {
                boolean may = reads(policy, Objects.requireNonNull(declared.get(server.policy().text())), server);
                if (may != routed[server.port() - 9_000]) {
                    throw new AssertionError("seed " + seed + ": " + server + (may ? " is not" : " is")
                            + " routed to for " + policy + " under " + declared.values());
                }
                widened += may && !server.policy().text().equals(policy.name()) ? 1 : 0;
            }
        }
        return widened;
    }

    private static void mark(boolean[] routed, Endpoint[] endpoints) {
        for (Endpoint endpoint : endpoints) {
            int id = endpoint.spec().port() - 9_000;
            if (routed[id]) {
                throw new AssertionError(endpoint + " is there twice");
            }
            routed[id] = true;
        }
    }

    /** The rule, as the page on policies says it. */
    private static boolean reads(DeclaredPolicy asked, DeclaredPolicy own, EndpointSpec server) {
        String region = server.processing().region();
        boolean allowed = in(own, region);
        if (own == asked) {
            return allowed;
        }
        boolean written = asked.mayBeServedBy().contains(own.name());
        boolean told = server.proto() == 2 && server.alsoServes().contains(asked.name());
        return allowed && written && told && in(asked, region);
    }

    private static boolean in(DeclaredPolicy policy, @Nullable String region) {
        return policy.regions().isEmpty() || region != null && policy.regions().contains(region);
    }

    private static List<EndpointSpec> servers(Random random) {
        List<EndpointSpec> servers = new ArrayList<>();
        for (int id = 1; id <= SERVERS; id++) {
            List<String> told = new ArrayList<>();
            for (int policy = 0; policy < POLICIES; policy++) {
                if (random.nextInt(3) == 0) {
                    told.add("p" + policy);
                }
            }
            String region = random.nextInt(4) == 0 ? null : REGIONS.get(random.nextInt(REGIONS.size()));
            servers.add(spec("p" + random.nextInt(POLICIES), id, 1 + Math.min(1, random.nextInt(5)), region, told));
        }
        return servers;
    }

    /** Policies in a random order, each of which some behind it may serve: no circle. */
    private static PolicyRules random(Random random) {
        List<String> order = new ArrayList<>(IntStream.range(0, POLICIES).mapToObj(i -> "p" + i).toList());
        Collections.shuffle(order, random);
        List<DeclaredPolicy> policies = new ArrayList<>();
        for (int i = 0; i < POLICIES; i++) {
            List<String> narrower = new ArrayList<>();
            for (int behind = i + 1; behind < POLICIES; behind++) {
                if (random.nextInt(4) == 0) {
                    narrower.add(order.get(behind));
                }
            }
            List<String> regions = random.nextInt(3) > 0
                    ? List.of()
                    : REGIONS.stream().filter(region -> random.nextBoolean()).toList();
            policies.add(new DeclaredPolicy(order.get(i), null, null, regions, null, null, narrower));
        }
        return rules(policies);
    }

    private static EndpointSpec spec(String policy, int id, int proto, @Nullable String region,
            List<String> told) {
        return new EndpointSpec(Ident.of(policy), Ident.of(id), HERE, 9_000 + id, proto, proto == 2, 1, null, 8, false,
                null, null, new Processing(region, List.of()), told);
    }

    /** @param written {@code eu>de,fr world>eu} */
    private static PolicyRules rules(String written) {
        Map<String, List<String>> narrower = new HashMap<>();
        for (String each : written.split(" ")) {
            narrower.put(each.substring(0, each.indexOf('>')),
                    List.of(each.substring(each.indexOf('>') + 1).split(",")));
        }
        return rules(narrower, Map.of());
    }

    private static PolicyRules rules(Map<String, List<String>> narrower, Map<String, String> regions) {
        Set<String> names = new HashSet<>(Set.of("de", "fr"));
        names.addAll(narrower.keySet());
        return rules(names.stream()
                .map(name -> new DeclaredPolicy(name, null, null,
                        Stream.of(regions.getOrDefault(name, "")).filter(region -> !region.isEmpty()).toList(), null,
                        null,
                        narrower.getOrDefault(name, List.of())))
                .toList());
    }

    private static PolicyRules rules(List<DeclaredPolicy> policies) {
        return new PolicyRules(policies, false, new PolicyRules.Gate(List.of(Cidr.of("127.0.0.0/8")), false), List.of(),
                false);
    }
}
