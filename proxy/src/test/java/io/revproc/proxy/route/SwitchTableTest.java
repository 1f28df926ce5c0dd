package io.revproc.proxy.route;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.route.EndpointState.Liveness;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.wire.Ident;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class SwitchTableTest {
    private long now;
    private final SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, 10),
            () -> Instant.EPOCH.plusNanos(now), () -> now);
    private final List<String> told = new ArrayList<>();

    @Test
    void policyIsFoundByExactlyItsNameOrNotAtAll() {
        table.register(spec("PP_1", 1, 9001), null);
        table.register(spec("999", 1, 9002), null);
        assertThat(routes("PP_1").endpoints()).hasSize(1);
        for (String other : List.of("PP_", "PP_11", "pp_1", "", "PP_1 ", "99", "9999")) {
            assertThat(table.routes().find(other)).as(other).isNull();
        }
        byte[] message = "xx999yy".getBytes(StandardCharsets.UTF_8);
        assertThat(table.routes().find(message, 2, 5)).isSameAs(routes("999"));
        assertThat(table.routes().find(message, 2, 4)).isNull();
    }

    @Test
    void policyThatLosesItsLastServerIsRememberedWithItsCountsUntilItHasOneAgain() {
        Endpoint first = table.register(spec("PP_1", 1, 9001), null);
        Endpoint second = table.register(spec("PP_1", 2, 9002), null);
        PolicyLoad load = routes("PP_1").load();
        table.remove(first);
        assertThat(table.routes().unserved()).isEmpty();
        now = 7;
        table.remove(second);

        RouteTable without = table.routes();
        assertThat(without.find("PP_1")).as("what routes messages").isNull();
        assertThat(without.policies()).isEmpty();
        byte[] message = "xxPP_1yy".getBytes(StandardCharsets.UTF_8);
        PolicyRoutes unserved = Objects.requireNonNull(without.unserved(message, 2, 6));
        assertThat(unserved).isSameAs(without.unserved("PP_1"));
        assertThat(unserved.noServerSince()).isEqualTo(Instant.EPOCH.plusNanos(7));
        assertThat(unserved.load()).isSameAs(load);
        assertThat(unserved.endpoints()).isEmpty();
        assertThat(without.unserved("PP_2")).isNull();

        table.register(spec("PP_1", 1, 9001), null);
        assertThat(table.routes().unserved()).isEmpty();
        assertThat(routes("PP_1").load()).isSameAs(load);
        assertThat(routes("PP_1").noServerSince()).isNull();
        assertThat(without.unserved()).as("the snapshot of before").hasSize(1);
    }

    @Test
    void policyWithoutAServerIsForgottenOnRequestAndOneWithAServerIsNot() {
        Ident policy = Ident.of("PP_1");
        assertThat(table.forget(policy)).isFalse();
        Endpoint endpoint = table.register(spec("PP_1", 1, 9001), null);
        assertThat(table.forget(policy)).isFalse();
        table.remember(policy, Instant.EPOCH);
        assertThat(table.routes().unserved()).as("it has a server").isEmpty();
        table.remove(endpoint);
        assertThat(table.forget(policy)).isTrue();
        assertThat(table.routes().unserved()).isEmpty();
        assertThat(table.forget(policy)).isFalse();
    }

    @Test
    void policiesWithoutAServerAreBoundedAndTheOneThatHasHadNoneForTheLongestGoesFirst() {
        table.remember(Ident.of("oldest"), Instant.EPOCH.minusSeconds(9));
        for (int i = 0; i < RouteTable.MAX_UNSERVED; i++) {
            now = i;
            table.remove(table.register(spec("P" + i, 1, 9001), null));
        }
        assertThat(table.routes().unserved()).hasSize(RouteTable.MAX_UNSERVED)
                .noneMatch(policy -> policy.policy().text().equals("oldest"));
        now++;
        table.remove(table.register(spec("newest", 1, 9001), null));
        assertThat(table.routes().unserved()).hasSize(RouteTable.MAX_UNSERVED)
                .noneMatch(policy -> policy.policy().text().equals("P0"))
                .anyMatch(policy -> policy.policy().text().equals("newest"));
    }

    @Test
    void policiesOfTheSameHashAreKeptApart() {
        assertThat("Aa".hashCode()).isEqualTo("BB".hashCode());
        table.register(spec("Aa", 1, 9001), null);
        table.register(spec("BB", 2, 9002), null);
        assertThat(routes("Aa").endpoints()).extracting(one -> one.spec().id().text()).containsExactly("1");
        assertThat(routes("BB").endpoints()).extracting(one -> one.spec().id().text()).containsExactly("2");
        table.remove(routes("Aa").endpoints().getFirst());
        assertThat(table.routes().find("Aa")).isNull();
        assertThat(routes("BB").endpoints()).hasSize(1);
    }

    @Test
    void policiesAreListedByName() {
        for (String policy : List.of("b", "c", "a", "PP_10", "PP_2")) {
            table.register(spec(policy, 1, 9001 + policy.hashCode() % 100), null);
        }
        assertThat(table.routes().policies()).extracting(each -> each.policy().text()).isSorted().hasSize(5);
        assertThat(RouteTable.hash("xabx".getBytes(StandardCharsets.UTF_8), 1, 3)).isEqualTo(
                31 * (31 + 'a') + 'b');
        assertThat(RouteTable.hash(new byte[0], 0, 0)).isEqualTo(1);
    }

    @Test
    void balancerAndLoadOfAPolicyOutliveItsSnapshots() {
        Endpoint first = table.register(spec("PP_1", 1, 9001), null);
        PolicyRoutes before = routes("PP_1");
        assertThat(table.update(first, EndpointState::fall)).isTrue();
        assertThat(table.update(first, EndpointState::fall)).as("nothing changes").isFalse();
        assertThat(routes("PP_1")).isNotSameAs(before);
        assertThat(routes("PP_1").balancer()).isNotNull().isSameAs(before.balancer());
        assertThat(routes("PP_1").load()).isNotNull().isSameAs(before.load());
        assertThat(table.remove(first)).isTrue();
        assertThat(table.remove(first)).isFalse();
        assertThat(table.update(first, EndpointState::rise)).as("it is not in the table").isFalse();
    }

    @Test
    void endpointsAreInOrderOfRegistration() {
        for (int id : new int[]{3, 1, 2}) {
            table.register(spec("PP_1", id, 9000 + id), null);
        }
        assertThat(routes("PP_1").endpoints()).extracting(one -> one.spec().id().text()).containsExactly("3", "1", "2");
    }

    @Test
    void sameServerAgainKeepsItsEntry() {
        Endpoint first = table.register(spec("PP_1", 1, 9001), "a");
        table.update(first, EndpointState::fall);
        first.trialAt(0);
        now = 5;
        table.observe((change, endpoint, routes) -> told.add(change + " " + endpoint));
        assertThat(table.register(spec("PP_1", 1, 9001), "b")).isSameAs(first);
        assertThat(first.state()).isEqualTo(EndpointState.registered("b"));
        assertThat(first.setupNanos()).isEqualTo(5);
        assertThat(first.claimTrial(10, 20)).isFalse();
        assertThat(told).containsExactly("RENEWED PP_1/1@127.0.0.1:9001");
    }

    @Test
    void anotherPortReplacesTheEntryInItsPlace() {
        Endpoint first = table.register(spec("PP_1", 1, 9001), null);
        table.register(spec("PP_1", 2, 9002), null);
        table.observe((change, endpoint, routes) -> told.add(change + " " + endpoint));
        Endpoint second = table.register(spec("PP_1", 1, 9005), null);
        assertThat(routes("PP_1").endpoints()).extracting(one -> one.spec().port()).containsExactly(9005, 9002);
        assertThat(first.state().liveness()).isEqualTo(Liveness.REMOVED);
        assertThat(second.state().selectable()).isTrue();
        assertThat(told).containsExactly("REMOVED PP_1/1@127.0.0.1:9001", "REGISTERED PP_1/1@127.0.0.1:9005");
    }

    @Test
    void maintenanceOutlivesAReplacementAndADrainDoesNot() {
        Endpoint first = table.register(spec("PP_1", 1, 9001), null);
        table.update(first, state -> state.withMode(Mode.MAINTENANCE));
        Endpoint second = table.register(spec("PP_1", 1, 9002), null);
        assertThat(second.state().mode()).isEqualTo(Mode.MAINTENANCE);
        table.update(second, state -> state.withMode(Mode.DRAINING));
        assertThat(table.register(spec("PP_1", 1, 9003), null).state().mode()).isEqualTo(Mode.ACTIVE);
    }

    @Test
    void replacedOrRemovedEntryIsNotChangedAnyMore() {
        Endpoint first = table.register(spec("PP_1", 1, 9001), null);
        table.register(spec("PP_1", 1, 9002), null);
        long version = table.routes().version();
        assertThat(table.update(first, EndpointState::rise)).isFalse();
        assertThat(table.remove(first)).isFalse();
        assertThat(table.routes().version()).isEqualTo(version);
        assertThat(routes("PP_1").size()).isEqualTo(1);
    }

    @Test
    void changeThatChangesNothingIsNoNewSnapshot() {
        Endpoint endpoint = table.register(spec("PP_1", 1, 9001), null);
        RouteTable before = table.routes();
        assertThat(table.update(endpoint, EndpointState::rise)).isFalse();
        assertThat(table.routes()).isSameAs(before);
    }

    @Test
    void snapshotDoesNotChangeUnderItsReader() {
        Endpoint endpoint = table.register(spec("PP_1", 1, 9001), null);
        RouteTable before = table.routes();
        PolicyRoutes routes = routes("PP_1");
        table.update(endpoint, EndpointState::fall);
        table.register(spec("PP_1", 2, 9002), null);
        assertThat(routes.selectable()).containsExactly(endpoint);
        assertThat(routes.onTrial()).isEmpty();
        assertThat(before.find("PP_1")).isSameAs(routes);
        assertThat(routes("PP_1").onTrial()).containsExactly(endpoint);
        assertThat(routes("PP_1").balancer()).isSameAs(routes.balancer());
        assertThat(routes("PP_1").load()).isSameAs(routes.load());
    }

    /** What an entry of PP_1/1 becomes when the second server registers at its address. */
    @ParameterizedTest
    @CsvSource({"1, 1, PP_2, 2, false, gone", "1, 1, PP_2, 2, true, gone", "1, 1, PP_1, 2, true, gone",
            "1, 1, PP_2, 1, false, gone", "1, 1, PP_2, 1, true, stays", "2, 2, PP_2, 1, false, stays",
            "2, 2, PP_2, 2, false, gone", "1, 2, PP_2, 1, true, gone", "2, 1, PP_2, 1, true, gone",
            "2, 1, PP_1, 2, false, gone"})
    void addressBelongsToWhoeverRegisteredThereLast(int oldProto, int proto, String policy, int id, boolean several,
            String becomes) {
        SwitchTable ruled = new SwitchTable(each -> new RoundRobin(), each -> new PolicyLoad(100, 10),
                () -> Instant.EPOCH, () -> now, new AddressRule(several));
        Endpoint old = ruled.register(spec("PP_1", 1, 9001, oldProto), oldProto == 1 ? null : "a");
        Endpoint elsewhere = ruled.register(spec("PP_1", 7, 9007, oldProto), oldProto == 1 ? null : "b");
        ruled.observe((change, endpoint, routes) -> told
                .add(change + " " + endpoint.spec().name() + " " + routes.version()));
        Endpoint newest = ruled.register(spec(policy, id, 9001, proto), proto == 1 ? null : "c");
        assertThat(newest.state().selectable()).isTrue();
        assertThat(elsewhere.state().selectable()).isTrue();
        if (becomes.equals("gone")) {
            assertThat(old.state().liveness()).isEqualTo(Liveness.REMOVED);
            assertThat(told).as("one snapshot").containsExactly("REMOVED PP_1/1 3",
                    "REGISTERED " + policy + "/" + id + " 3");
        } else {
            assertThat(old.state().selectable()).isTrue();
        }
        if (!policy.equals("PP_1") && becomes.equals("gone")) {
            assertThat(Objects.requireNonNull(ruled.routes().find("PP_1")).endpoints()).containsExactly(elsewhere);
        }
    }

    /** What an entry of PP_1/1 becomes when the second server is refused at its address. */
    @ParameterizedTest
    @CsvSource({"1, 1, PP_2, 2, false, gone", "1, 1, PP_1, 2, true, gone", "1, 1, PP_2, 1, false, gone",
            "1, 1, PP_2, 1, true, stays", "1, 1, PP_1, 1, false, stays", "1, 2, PP_2, 1, true, gone",
            "1, 2, PP_1, 1, false, stays", "2, 2, PP_2, 2, false, stays", "2, 1, PP_2, 2, false, stays"})
    void refusedServerTakesTheAddressOfThoseWithoutALease(int oldProto, int proto, String policy, int id,
            boolean several, String becomes) {
        SwitchTable ruled = new SwitchTable(each -> new RoundRobin(), each -> new PolicyLoad(100, 10),
                () -> Instant.EPOCH, () -> now, new AddressRule(several));
        Endpoint old = ruled.register(spec("PP_1", 1, 9001, oldProto), oldProto == 1 ? null : "a");
        boolean gone = becomes.equals("gone");
        assertThat(ruled.vacate(spec(policy, id, 9001, proto)).isPresent()).isEqualTo(gone);
        assertThat(old.state().liveness()).isEqualTo(gone ? Liveness.REMOVED : Liveness.ALIVE);
        assertThat(ruled.routes().policies()).hasSize(gone ? 0 : 1);
        assertThat(ruled.vacate(spec(policy, id, 9001, proto))).isEmpty();
    }

    @Test
    void entryComesBackWhenItsOwnServerRegistersAnew() {
        table.register(spec("PP_1", 1, 9001), null);
        table.observe(new TableObserver() {
            @Override
            public void changed(Change change, Endpoint endpoint, RouteTable routes) {}

            @Override
            public void replaced(Endpoint old, Endpoint newest) {
                told.add(old + " by " + newest);
            }
        });
        table.register(spec("PP_2", 2, 9001), null);
        assertThat(table.routes().find("PP_1")).isNull();
        table.register(spec("PP_1", 1, 9001), null);
        assertThat(routes("PP_1").selectable()).hasSize(1);
        assertThat(table.routes().find("PP_2")).isNull();
        table.register(spec("PP_1", 1, 9001), null);
        table.register(spec("PP_1", 1, 9002), null);
        assertThat(told).containsExactly("PP_1/1@127.0.0.1:9001 by PP_2/2@127.0.0.1:9001",
                "PP_2/2@127.0.0.1:9001 by PP_1/1@127.0.0.1:9001", "PP_1/1@127.0.0.1:9001 by PP_1/1@127.0.0.1:9002");
    }

    @Test
    void maintenanceOutlivesTheLossOfTheAddress() {
        Endpoint first = table.register(spec("PP_1", 1, 9001), null);
        table.update(first, state -> state.withMode(Mode.MAINTENANCE));
        table.register(spec("PP_2", 2, 9001), null);
        Endpoint remembered = routes("PP_1").endpoints().getFirst();
        assertThat(remembered).isNotSameAs(first);
        assertThat(remembered.state()).isEqualTo(new EndpointState(Mode.MAINTENANCE, Liveness.LOST, null));
        table.update(remembered, state -> state.withMode(Mode.ACTIVE).rise());
        assertThat(routes("PP_1").selectable()).isEmpty();
        assertThat(routes("PP_1").onTrial()).as("the address is another server's").isEmpty();
        table.update(remembered, state -> state.withMode(Mode.MAINTENANCE));
        Endpoint again = table.register(spec("PP_1", 1, 9001), null);
        assertThat(again.state()).isEqualTo(new EndpointState(Mode.MAINTENANCE, Liveness.ALIVE, null));
        assertThat(table.routes().find("PP_2")).isNull();
    }

    @Test
    void serverThatIsOnlyExpectedTakesNobodysAddress() {
        Endpoint first = table.register(spec("PP_1", 1, 9001), null);
        Endpoint lost = table.register(spec("PP_2", 2, 9001), new EndpointState(Mode.ACTIVE, Liveness.LOST, "x"),
                Instant.EPOCH);
        assertThat(first.state().selectable()).isTrue();
        table.register(spec("PP_3", 3, 9001), null);
        assertThat(first.state().liveness()).isEqualTo(Liveness.REMOVED);
        assertThat(lost.state().liveness()).as("out of rotation already").isEqualTo(Liveness.LOST);
    }

    /** Whoever registers where, no two servers that may get messages share an address. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noTwoServersShareAnAddress(long seed) {
        Random random = new Random(seed);
        for (int step = 0; step < 3_000; step++) {
            Endpoint newest = table.register(spec("PP_" + random.nextInt(4), random.nextInt(5),
                    9000 + random.nextInt(6)), null);
            EndpointState.Mode mode = Mode.values()[random.nextInt(3)];
            table.update(newest, state -> random.nextBoolean() ? state.withMode(mode) : state.fall());
            Map<Integer, String> owners = new HashMap<>();
            for (PolicyRoutes policy : table.routes().policies()) {
                for (Endpoint endpoint : policy.endpoints()) {
                    if (endpoint.state().liveness() != Liveness.LOST) {
                        assertThat(owners.put(endpoint.spec().port(), endpoint.spec().name())).isNull();
                    }
                    assertThat(table.find(endpoint.spec().policy(), endpoint.spec().id())).isSameAs(endpoint);
                }
            }
            assertThat(owners).containsEntry(newest.spec().port(), newest.spec().name());
        }
    }

    @Test
    void observerThatThrowsHidesNothingFromTheOthers() {
        table.observe((change, endpoint, routes) -> {
            throw new IllegalStateException("of an observer");
        });
        table.observe((change, endpoint, routes) -> told.add(change + " " + endpoint));
        table.observe((change, endpoint, routes) -> {
            throw new AssertionError("of another one");
        });
        Endpoint endpoint = table.register(spec("PP_1", 1, 9001), null);
        table.remove(endpoint);
        assertThat(told).containsExactly("REGISTERED PP_1/1@127.0.0.1:9001", "REMOVED PP_1/1@127.0.0.1:9001");
    }

    /** In order, also where an observer changes the table; and with no lock of the table held. */
    @Test
    void observersAreToldInOrderAfterTheLock() {
        AtomicBoolean reached = new AtomicBoolean();
        table.observe((change, endpoint, routes) -> {
            if (change == TableObserver.Change.REGISTERED && endpoint.spec().port() == 9001) {
                table.update(endpoint, EndpointState::fall);
                Thread other = Thread.ofVirtual()
                        .start(() -> reached.set(table.find(Ident.of("PP_1"), Ident.of(1)) != null));
                try {
                    other.join(Duration.ofSeconds(10));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        table.observe((change, endpoint, routes) -> told.add(change + " " + routes.version()));
        table.register(spec("PP_1", 1, 9001), null);
        assertThat(told).containsExactly("REGISTERED 1", "UPDATED 2");
        assertThat(reached).isTrue();
    }

    /** Each observer sees the versions in their order, whichever threads make them, and all before the changes' calls return. */
    @Test
    void changesOfManyThreadsAreToldInOrder() throws Exception {
        List<Long> versions = Collections.synchronizedList(new ArrayList<>());
        table.observe((change, endpoint, routes) -> versions.add(routes.version()));
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int id = i;
                ends.add(threads.submit(() -> {
                    for (int step = 0; step < 500; step++) {
                        table.remove(table.register(spec("PP_1", id, 9001 + id), null));
                    }
                }));
            }
            for (Future<?> end : ends) {
                end.get(30, TimeUnit.SECONDS);
            }
        }
        assertThat(versions).hasSize(4_000).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void removalMayDependOnTheState() {
        Endpoint endpoint = table.register(spec("PP_1", 1, 9001), null);
        assertThat(table.remove(endpoint, state -> !state.alive())).isFalse();
        assertThat(table.remove(endpoint, EndpointState::alive)).isTrue();
        assertThat(table.routes().find("PP_1")).isNull();
    }

    @Test
    void manyEntriesChangeInOneSnapshot() {
        Map<Endpoint, java.util.function.UnaryOperator<EndpointState>> transitions = new LinkedHashMap<>();
        for (int id = 0; id < 10; id++) {
            transitions.put(table.register(spec("PP_" + id % 3, id, 9000 + id), "lease"), state -> state.lose("lease"));
        }
        Endpoint gone = routes("PP_0").endpoints().getFirst();
        table.remove(gone);
        long version = table.routes().version();
        table.observe((change, endpoint, routes) -> told.add(change + " " + routes.version()));
        assertThat(table.updateAll(transitions)).hasSize(9).doesNotContain(gone);
        assertThat(told).hasSize(9).containsOnly("UPDATED " + (version + 1));
        assertThat(table.routes().policies()).allMatch(routes -> routes.selectable().length == 0);
        assertThat(table.updateAll(transitions)).isEmpty();
        assertThat(table.routes().version()).isEqualTo(version + 1);
    }

    /** Against a plain map, over random histories: membership, order and states of every policy after each step. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void agreesWithAPlainModel(long seed) {
        Random random = new Random(seed);
        Map<String, Map<Integer, EndpointState>> model = new HashMap<>();
        for (int step = 0; step < 3_000; step++) {
            String policy = "PP_" + random.nextInt(5);
            int id = random.nextInt(6);
            Endpoint entry = table.find(Ident.of(policy), Ident.of(id));
            Map<Integer, EndpointState> entries = model.computeIfAbsent(policy, name -> new LinkedHashMap<>());
            if (random.nextInt(3) == 0) {
                // Each server has its own: what becomes of an address with two is tested beside this.
                int port = 9000 + 100 * Integer.parseInt(policy.substring(3)) + 10 * id + random.nextInt(2);
                EndpointState state = table.register(spec(policy, id, port), null).state();
                assertThat(state.alive()).isTrue();
                entries.put(id, state);
            } else if (entry == null) {
                assertThat(entries).doesNotContainKey(id);
            } else if (random.nextInt(3) == 0) {
                table.remove(entry);
                entries.remove(id);
            } else {
                table.update(entry, EndpointState::fall);
                entries.computeIfPresent(id, (same, state) -> state.fall());
            }
            if (entries.isEmpty()) {
                assertThat(table.routes().find(policy)).isNull();
            } else {
                PolicyRoutes routes = routes(policy);
                assertThat(routes.endpoints()).extracting(one -> Integer.parseInt(one.spec().id().text()))
                        .containsExactlyElementsOf(entries.keySet());
                assertThat(routes.endpoints()).extracting(Endpoint::state)
                        .containsExactlyElementsOf(entries.values());
                assertThat(routes.selectable().length + routes.onTrial().length).isEqualTo(entries.size());
            }
        }
    }

    private PolicyRoutes routes(String policy) {
        PolicyRoutes found = table.routes().find(policy);
        if (found == null) {
            throw new AssertionError("no policy " + policy);
        }
        return found;
    }

    private static EndpointSpec spec(String policy, int id, int port) {
        return spec(policy, id, port, 1);
    }

    private static EndpointSpec spec(String policy, int id, int port, int proto) {
        return new EndpointSpec(Ident.of(policy), Ident.of(id), InetAddress.ofLiteral("127.0.0.1"), port, proto, false,
                1, null, 1, false, null, null);
    }
}
