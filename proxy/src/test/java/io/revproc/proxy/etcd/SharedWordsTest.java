package io.revproc.proxy.etcd;

import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.etcd.EtcdLink.Item;
import io.revproc.proxy.etcd.EtcdLink.Outcome;
import io.revproc.proxy.etcd.EtcdLink.Snapshot;
import io.revproc.proxy.etcd.EtcdLink.Write;
import io.revproc.proxy.etcd.SharedTable.Attempt;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Proxies with different memories over an etcd that forgets: the newest word counts, and what was taken out stays out. */
class SharedWordsTest {
    private static final EntryKey KEY = new EntryKey(Ident.of("PP_1"), Ident.of(1));
    private static final Keys KEYS = new Keys("/t/");

    private final Etcd etcd = new Etcd();
    private final List<Proxy> all = new ArrayList<>();
    private long now = 1_800_000_000_000L;

    /** As much of etcd as the rules see. */
    private static final class Etcd {
        private final Map<String, Item> items = new TreeMap<>();
        private final List<Item> history = new ArrayList<>();
        private long revision = 1;

        Outcome write(Write write) {
            Item there = items.get(write.key());
            if (write.expected() >= 0 && write.expected() != (there == null ? 0 : there.modRevision())) {
                return new Outcome(false, 1, revision, there);
            }
            revision++;
            put(write.key(), write.value());
            if (write.alsoDelete() != null) {
                put(write.alsoDelete(), null);
            }
            return new Outcome(true, 1, revision, null);
        }

        private void put(String key, byte @Nullable [] value) {
            Item there = items.get(key);
            if (value == null && there == null) {
                return;
            }
            Item item = new Item(key, value, value == null ? 0 : there == null ? revision : there.createRevision(),
                    revision);
            history.add(item);
            if (value == null) {
                items.remove(key);
            } else {
                items.put(key, item);
            }
        }

        void forget() {
            items.clear();
            history.clear();
            revision = 1;
        }

        Snapshot snapshot() {
            return new Snapshot(1, revision, List.copyOf(items.values()));
        }
    }

    private final class Proxy {
        private final SwitchTable table = new SwitchTable(policy -> new RoundRobin(),
                policy -> new PolicyLoad(10, 10), () -> Instant.ofEpochMilli(now), System::nanoTime);
        private final AtomicInteger tokens = new AtomicInteger();
        private final LocalChanges locals;
        private final SharedTable shared;
        private final String name;
        private int seen;

        Proxy(String name) {
            this.name = name;
            locals = new LocalChanges(() -> name + tokens.incrementAndGet(), () -> {});
            shared = new SharedTable(new EntrySync(table, locals::waiting, () -> now), KEYS,
                    new Self(name, new Site("here")),
                    () -> now);
            table.journal(locals);
            all.add(this);
        }

        Proxy at(long millis) {
            now = millis;
            return this;
        }

        void setUp() throws Exception {
            setUp(KEY);
        }

        void setUp(EntryKey key) throws Exception {
            table.register(
                    new EndpointSpec(key.policy(), key.id(), InetAddress.ofLiteral("192.0.2.1"), 9001, 1, false, 1,
                            null, 1, false, null, null),
                    (String) null);
            take();
        }

        /** A server with a lease: no other proxy writes its entry. */
        void setUpLeased() throws Exception {
            table.register(
                    new EndpointSpec(KEY.policy(), KEY.id(), InetAddress.ofLiteral("192.0.2.1"), 9001, 2, true, 1,
                            null, 1, false, null, null),
                    name + " lease");
            take();
        }

        void say(Mode mode) {
            table.update(found(), state -> state.withMode(mode));
            take();
        }

        void remove() {
            table.remove(found());
            take();
        }

        Endpoint found() {
            return Objects.requireNonNull(table.find(KEY.policy(), KEY.id()));
        }

        @Nullable
        Mode mode() {
            Endpoint found = table.find(KEY.policy(), KEY.id());
            return found == null ? null : found.state().mode();
        }

        private void take() {
            shared.take(locals::fetch, false);
        }

        void load(boolean reset) {
            shared.load(etcd.snapshot(), reset, false);
            seen = etcd.history.size();
        }

        /** Writes one thing; false: there was nothing. */
        boolean write() {
            Attempt attempt = shared.next(7, true);
            if (attempt != null) {
                shared.done(attempt, etcd.write(attempt.write()));
            }
            return attempt != null;
        }

        /** Writes one thing and hears what others wrote; false: there was nothing. */
        boolean step() {
            boolean did = write();
            if (seen < etcd.history.size()) {
                did = true;
                shared.removedByOthers(shared.apply(List.copyOf(etcd.history.subList(seen, etcd.history.size()))));
                seen = etcd.history.size();
            }
            return did;
        }
    }

    private void settle(Proxy... proxies) {
        boolean more = true;
        for (int i = 0; more; i++) {
            assertThat(i).as("writes without an end").isLessThan(100);
            more = false;
            for (Proxy proxy : proxies) {
                more |= proxy.step();
            }
        }
    }

    /** Two proxies that know the server. */
    private List<Proxy> two() throws Exception {
        Proxy one = new Proxy("one");
        Proxy two = new Proxy("two");
        one.load(false);
        two.load(false);
        one.setUp();
        settle(one, two);
        assertThat(two.mode()).isEqualTo(Mode.ACTIVE);
        return List.of(one, two);
    }

    private void comeBack(List<Proxy> proxies, boolean firstFirst) {
        etcd.forget();
        List<Proxy> order = firstFirst ? proxies : proxies.reversed();
        order.getFirst().load(true);
        settle(order.getFirst());
        order.getLast().load(true);
        settle(order.getFirst(), order.getLast());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void newerWordCountsWhoeverComesBackFirst(boolean firstFirst) throws Exception {
        List<Proxy> proxies = two();
        // Neither hears of the other.
        proxies.getFirst().at(now + 1000).say(Mode.MAINTENANCE);
        proxies.getLast().at(now + 1000).say(Mode.DRAINING);
        proxies.getLast().at(now + 1000).say(Mode.ACTIVE);
        comeBack(proxies, firstFirst);
        assertThat(proxies).extracting(Proxy::mode).containsOnly(Mode.ACTIVE);
        assertThat(etcd.items).containsKey(KEYS.mode(KEY));
    }

    /** Its proxy reads the word that the other one has written again while its own entry is not there yet. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void drainOfALeasedServerIsNotForgottenWhoeverComesBackFirst(boolean firstFirst) throws Exception {
        Proxy one = new Proxy("one");
        Proxy two = new Proxy("two");
        one.load(false);
        two.load(false);
        one.setUpLeased();
        settle(one, two);
        one.at(now + 1000).say(Mode.DRAINING);
        settle(one, two);
        one.shared.spareEnded(true);
        two.shared.spareEnded(true);
        comeBack(List.of(one, two), firstFirst);
        assertThat(List.of(one, two)).extracting(Proxy::mode).containsOnly(Mode.DRAINING);
        assertThat(etcd.items).containsKeys(KEYS.server(KEY), KEYS.mode(KEY));
    }

    @Test
    void proxyThatComesLaterEndsNoDrain() throws Exception {
        Proxy one = drained();
        Proxy later = new Proxy("later");
        later.load(false);
        settle(one, later);
        assertThat(List.of(one, later)).extracting(Proxy::mode).containsOnly(Mode.DRAINING);
        assertThat(etcd.items).containsKey(KEYS.mode(KEY));
    }

    /** It takes the drain for that of a server that is gone, and deletes it: its owner has yet to enter the server again. */
    @Test
    void drainOutlivesAProxyThatComesBeforeTheOwnerHasWrittenItsEntryAgain() throws Exception {
        Proxy one = drained();
        Proxy two = new Proxy("two");
        two.load(false);
        etcd.forget();
        two.load(true);
        settle(two);
        one.load(true);
        Proxy three = new Proxy("three");
        three.load(false);
        settle(three);
        assertThat(etcd.items).doesNotContainKey(KEYS.mode(KEY));
        settle(one, two, three);
        assertThat(List.of(one, two, three)).extracting(Proxy::mode).containsOnly(Mode.DRAINING);
        assertThat(etcd.items).containsKeys(KEYS.server(KEY), KEYS.mode(KEY));
    }

    private Proxy drained() throws Exception {
        Proxy one = new Proxy("one");
        one.load(false);
        one.setUpLeased();
        settle(one);
        one.at(now + 1000).say(Mode.DRAINING);
        settle(one);
        return one;
    }

    /**
     * Old servers at one address through two proxies, neither of which has heard of the other's: the later one by etcd's revisions has
     * the address at both, whatever the clocks say, and no snapshot of any proxy ever routes to both.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void addressThatTwoProxiesGaveAwayAtOnceIsTheLaterRevisions(boolean firstFirst) throws Exception {
        EntryKey other = new EntryKey(Ident.of("PP_2"), Ident.of(2));
        Proxy one = new Proxy("one");
        Proxy two = new Proxy("two");
        List<Proxy> order = firstFirst ? List.of(one, two) : List.of(two, one);
        for (Proxy proxy : order) {
            proxy.load(false);
        }
        List<String> told = new ArrayList<>();
        for (Proxy proxy : order) {
            proxy.table.observe((change, endpoint, routes) -> {
                told.add(proxy.name + " " + change + " " + endpoint.spec().policy() + " " + routes.version());
                assertThat(routes.policies()).as("an address is one server's").hasSizeLessThanOrEqualTo(1);
            });
        }
        one.setUp(KEY);
        two.at(now + 5000).setUp(other);
        for (Proxy proxy : order) {
            proxy.write();
        }
        settle(one, two);
        String winner = firstFirst ? "PP_2" : "PP_1";
        for (Proxy proxy : order) {
            assertThat(proxy.table.routes().policies()).extracting(policy -> policy.policy().text())
                    .containsExactly(winner);
        }
        assertThat(etcd.items.keySet()).filteredOn(key -> key.startsWith("/t/servers/"))
                .containsExactly("/t/servers/" + winner + (firstFirst ? "/2" : "/1"));
        String loser = firstFirst ? "one REMOVED PP_1 2" : "two REMOVED PP_2 2";
        assertThat(told).as("displaced with the snapshot that has the winner").contains(loser,
                order.getFirst().name + " REGISTERED " + winner + " 2");
        assertThat(told).as("and by the winner's proxy never shown").hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void wordThatFollowsAnotherIsNewerWhateverTheClockSays(boolean firstFirst) throws Exception {
        List<Proxy> proxies = two();
        proxies.getFirst().at(now + 3_600_000).say(Mode.MAINTENANCE);
        settle(proxies.getFirst(), proxies.getLast());
        proxies.getLast().at(now - 3_600_000).say(Mode.ACTIVE);
        comeBack(proxies, firstFirst);
        assertThat(proxies).extracting(Proxy::mode).containsOnly(Mode.ACTIVE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void serverThatWasTakenOutWhileSomebodyWasAwayStaysOut(boolean firstFirst) throws Exception {
        List<Proxy> proxies = two();
        proxies.getFirst().at(now + 1000).remove();
        settle(proxies.getFirst());
        comeBack(proxies, firstFirst);
        assertThat(proxies.getFirst().mode()).isNull();
        assertThat(proxies.getLast().mode()).isNull();
        assertThat(etcd.items).doesNotContainKey(KEYS.server(KEY));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void serverThatRegisteredAgainAfterItWasTakenOutStays(boolean firstFirst) throws Exception {
        List<Proxy> proxies = two();
        proxies.getFirst().at(now + 1000).remove();
        settle(proxies.getFirst());
        now += 1000;
        proxies.getFirst().setUp();
        settle(proxies.getFirst());
        comeBack(proxies, firstFirst);
        assertThat(proxies).extracting(Proxy::mode).containsOnly(Mode.ACTIVE);
        assertThat(etcd.items).containsKey(KEYS.server(KEY));
    }

    @Test
    void entryAndMaintenanceAreWrittenAgainByWhoeverKnewThem() throws Exception {
        List<Proxy> proxies = two();
        proxies.getFirst().at(now + 1000).say(Mode.MAINTENANCE);
        settle(proxies.getFirst(), proxies.getLast());
        // The one that the server registered with is gone.
        etcd.forget();
        Proxy two = proxies.getLast();
        two.load(true);
        assertThat(two.mode()).as("meanwhile").isEqualTo(Mode.MAINTENANCE);
        settle(two);
        Proxy three = new Proxy("three");
        three.load(false);
        assertThat(three.mode()).isEqualTo(Mode.MAINTENANCE);
        assertThat(three.found().state().liveness()).isEqualTo(EndpointState.Liveness.ALIVE);
    }

    @Test
    void whatIsKeptSaysWhatEtcdHasYetToHear() throws Exception {
        List<Proxy> proxies = two();
        Proxy one = proxies.getFirst();
        one.say(Mode.MAINTENANCE);
        assertThat(one.shared.pending(KEY)).isTrue();
        Kept kept = one.shared.kept("etcd", "t", 1);
        assertThat(kept.words()).extracting(Kept.Word::pending).containsExactly(true);

        // Another process with the same disk: it stands before etcd is heard of, and etcd gets it.
        Proxy again = new Proxy("again");
        again.shared.recall(kept);
        assertThat(again.mode()).isEqualTo(Mode.MAINTENANCE);
        again.load(false);
        settle(again, proxies.getLast());
        assertThat(proxies.getLast().mode()).isEqualTo(Mode.MAINTENANCE);
        assertThat(again.shared.pending(KEY)).isFalse();
        assertThat(again.shared.kept("etcd", "t", 1).words()).extracting(Kept.Word::pending).containsExactly(false);
    }

    @Test
    void whatEtcdHadIsNotBelievedFromTheDiskAgainstEtcd() throws Exception {
        List<Proxy> proxies = two();
        proxies.getFirst().say(Mode.MAINTENANCE);
        settle(proxies.getFirst(), proxies.getLast());
        Kept kept = proxies.getFirst().shared.kept("etcd", "t", 1);
        proxies.getLast().at(now + 1000).remove();
        settle(proxies.getLast());

        Proxy again = new Proxy("again");
        again.shared.recall(kept);
        again.load(false);
        settle(again, proxies.getLast());
        assertThat(again.mode()).isNull();
        assertThat(proxies.getLast().mode()).isNull();
    }

    @Test
    void resumesAreForgottenAfterAWeekAndMaintenanceNever() throws Exception {
        List<Proxy> proxies = two();
        Proxy one = proxies.getFirst();
        one.say(Mode.MAINTENANCE);
        settle(one);
        now += SharedTable.WORDS_KEPT.toMillis() + 1000;
        one.shared.forgetOldWords();
        settle(one);
        assertThat(etcd.items).containsKey(KEYS.mode(KEY));
        one.say(Mode.ACTIVE);
        settle(one);
        one.shared.forgetOldWords();
        settle(one);
        assertThat(etcd.items).containsKey(KEYS.mode(KEY));
        now += SharedTable.WORDS_KEPT.toMillis() + 1000;
        one.shared.forgetOldWords();
        settle(one, proxies.getLast());
        assertThat(etcd.items).doesNotContainKey(KEYS.mode(KEY));
        assertThat(one.mode()).isEqualTo(Mode.ACTIVE);
        assertThat(proxies.getLast().shared.kept("etcd", "t", 1).words()).isEmpty();
    }

    @Test
    void keysThatNobodyCanReadAreReplaced() throws Exception {
        etcd.revision++;
        etcd.put(KEYS.server(KEY), new byte[]{'x'});
        etcd.put(KEYS.mode(KEY), new byte[]{'x'});
        List<Proxy> proxies = two();
        proxies.getFirst().say(Mode.MAINTENANCE);
        settle(proxies.getFirst(), proxies.getLast());
        assertThat(proxies.getLast().mode()).isEqualTo(Mode.MAINTENANCE);
        assertThat(etcd.history).isSortedAccordingTo(Comparator.comparingLong(Item::modRevision));
    }
}
