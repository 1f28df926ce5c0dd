package io.revproc.proxy.etcd;

import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.etcd.EtcdLink.Item;
import io.revproc.proxy.etcd.EtcdLink.Snapshot;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.Ident;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What reading etcd's table costs: one snapshot, and work for each entry that does not grow with their number. */
class SharedTableTest {
    private static final Keys KEYS = new Keys("/t/");
    private static final Ident POLICY = Ident.of("PP_1");

    private final SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(10, 10),
            () -> Instant.EPOCH, System::nanoTime);
    /** Each step of a slot asks for the time, and each that shows something asks for changes. */
    private long work;
    private final SharedTable shared = new SharedTable(new EntrySync(table, key -> count() < 0, this::count), KEYS,
            new Self("one", new Site("here")), this::count);

    private long count() {
        return ++work;
    }

    private static Item item(int id, long revision) {
        EntryKey key = new EntryKey(POLICY, Ident.of(id));
        EndpointSpec spec = new EndpointSpec(POLICY, key.id(), InetAddress.ofLiteral("192.0.2.1"), 1 + id, 1, false, 1,
                null, 1, false, null, null);
        return new Item(KEYS.server(key),
                new EntryCodec().bytes(SharedEntry.of(spec, Instant.EPOCH, "t" + id, false, "two", null)), revision,
                revision);
    }

    /** Later revisions first: the turn is etcd's order, not the order of the keys. */
    private static Snapshot snapshot(int servers) {
        List<Item> items = new ArrayList<>();
        for (int id = 0; id < servers; id++) {
            items.add(item(id, servers - id + 1));
        }
        return new Snapshot(1, servers + 1, items);
    }

    @Test
    void tenThousandEntriesOfOnePolicyAreReadInOneSnapshotAndLinearWork() {
        int servers = 10_000;
        List<Long> versions = new ArrayList<>();
        table.observe((change, endpoint, routes) -> versions.add(routes.version()));
        shared.load(snapshot(servers), false, false);
        assertThat(table.routes().version()).as("snapshots").isEqualTo(1);
        assertThat(versions).hasSize(servers).containsOnly(1L);
        assertThat(Objects.requireNonNull(table.routes().find("PP_1")).endpoints()).hasSize(servers)
                .extracting(one -> one.spec().id().text()).startsWith("9999", "9998").endsWith("0");
        assertThat(work).as("steps").isLessThan(20L * servers);

        shared.load(snapshot(servers), false, false);
        assertThat(table.routes().version()).as("nothing is new").isEqualTo(1);
        shared.load(new Snapshot(1, 2L * servers, List.of()), false, false);
        assertThat(table.routes().version()).as("all are gone").isEqualTo(2);
        assertThat(table.routes().find("PP_1")).isNull();
    }

    @Test
    void changesThatComeTogetherAreOneSnapshot() {
        shared.load(snapshot(3), false, false);
        Item first = item(0, 9);
        shared.apply(List.of(item(7, 8), first, new Item(item(1, 0).key(), null, 0, 10)));
        assertThat(table.routes().version()).isEqualTo(2);
        assertThat(Objects.requireNonNull(table.routes().find("PP_1")).endpoints())
                .extracting(one -> one.spec().id().text()).containsExactly("2", "7", "0");
    }

    @Test
    void setupsHereAreQueuedAndTheirRefusalsKept() throws Exception {
        LocalChanges locals = new LocalChanges(() -> "token", () -> {});
        SharedTable own = new SharedTable(new EntrySync(table, locals::waiting, () -> 1), KEYS,
                new Self("one", new Site("here")), () -> 1);
        table.journal(locals);
        EntryKey key = new EntryKey(POLICY, Ident.of(1));
        table.register(new EndpointSpec(POLICY, key.id(), InetAddress.ofLiteral("192.0.2.1"), 9, 1, false, 1, null, 1,
                false, null, null), null);
        assertThat(own.take(locals::fetch, false)).containsOnlyKeys(key);
        assertThat(own.take(locals::fetch, false)).isEqualTo(Map.of());
        assertThat(own.pending(key)).isTrue();
        assertThat(own.pending()).isEqualTo(1);
        assertThat(own.next(7, false)).as("no room").isNull();
        SharedTable.Attempt attempt = Objects.requireNonNull(own.next(7, true));
        assertThat(own.underWay()).isEqualTo(1);
        assertThat(own.next(7, true)).isNull();
        own.refused(attempt, true);
        assertThat(own.next(7, true)).as("not until it is tried again").isNull();
        assertThat(own.pending()).isEqualTo(1);
        own.retryRefused();
        own.refused(Objects.requireNonNull(own.next(7, true)), false);
        assertThat(own.next(7, true)).as("at once").isNotNull();
    }
}
