package io.revproc.proxy.route;

import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.route.EndpointState.Liveness;
import io.revproc.proxy.route.EndpointState.Mode;
import io.revproc.wire.Ident;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A batch is one change: for readers, for observers, and for whoever else changes the table. */
class TableEditTest {
    private static final Ident POLICY = Ident.of("PP_1");

    private final SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, 10),
            () -> Instant.EPOCH, () -> 7);
    private final List<String> told = new ArrayList<>();

    private static EndpointSpec spec(int id, int port) {
        return new EndpointSpec(POLICY, Ident.of(id), InetAddress.ofLiteral("127.0.0.1"), port, 1, false, 1, null, 1,
                false, null, null);
    }

    private List<String> ids() {
        return Objects.requireNonNull(table.routes().find("PP_1")).endpoints().stream()
                .map(one -> one.spec().id().text()).toList();
    }

    /** Each would copy all that are there already, were each a change of its own. */
    @Test
    void tenThousandEntriesOfOnePolicyAreOneSnapshotAndLinearWork() {
        int servers = 10_000;
        long[] copied = new long[1];
        table.observe((change, endpoint, routes) -> copied[0] = Math.max(copied[0], routes.version()));
        table.edit(edit -> {
            for (int id = 0; id < servers; id++) {
                Endpoint endpoint = edit.register(spec(id, 10_000 + id), null);
                edit.update(endpoint, state -> state.withMode(Mode.DRAINING));
                edit.rank(endpoint, servers - id);
            }
            return true;
        }, Origin.STORE);
        assertThat(table.routes().version()).as("snapshots").isEqualTo(1);
        assertThat(copied[0]).as("of which observers heard").isEqualTo(1);
        assertThat(ids()).hasSize(servers).startsWith("9999", "9998").endsWith("0");
        table.edit(edit -> {
            Objects.requireNonNull(table.routes().find("PP_1")).endpoints().forEach(edit::remove);
            return true;
        }, Origin.STORE);
        assertThat(table.routes().version()).isEqualTo(2);
        assertThat(table.routes().find("PP_1")).isNull();
    }

    @Test
    void nobodyElseSeesABatchBeforeItIsOver() {
        Endpoint first = table.register(spec(1, 9001), null);
        RouteTable before = table.routes();
        table.edit(edit -> {
            Endpoint second = edit.register(spec(2, 9002), null);
            assertThat(edit.update(first, EndpointState::fall)).isTrue();
            assertThat(edit.update(first, EndpointState::fall)).as("the batch sees itself").isFalse();
            assertThat(edit.state(first).liveness()).isEqualTo(Liveness.FAILED);
            assertThat(edit.find(POLICY, Ident.of(2))).isSameAs(second);
            assertThat(edit.remove(first, EndpointState::alive)).as("it has failed").isFalse();
            assertThat(first.state().alive()).as("to others").isTrue();
            assertThat(table.routes()).isSameAs(before);
            return true;
        }, Origin.HERE);
        assertThat(first.state().liveness()).isEqualTo(Liveness.FAILED);
        assertThat(ids()).containsExactly("1", "2");
    }

    /** In order and to the end, whatever an observer throws; the next observer hears of the batch after it. */
    @Test
    void observersHearOfABatchInOneRoundEachForItself() {
        table.observe((change, endpoint, routes) -> {
            told.add("one " + change + " " + endpoint.spec().id() + " " + endpoint.state().liveness());
            throw new IllegalStateException("of an observer");
        });
        table.observe((change, endpoint, routes) -> told.add("two " + change + " " + endpoint.spec().id()));
        table.edit(edit -> {
            edit.register(spec(1, 9001), null);
            edit.register(spec(2, 9001), null);
            return true;
        }, Origin.HERE);
        assertThat(told).containsExactly("one REGISTERED 1 REMOVED", "one REMOVED 1 REMOVED", "one REGISTERED 2 ALIVE",
                "two REGISTERED 1", "two REMOVED 1", "two REGISTERED 2");
        assertThat(ids()).containsExactly("2");
    }

    @Test
    void journalHearsWhoseChangeItIsAndOfAReplacementOnlyTheSetup() {
        table.journal(new TableJournal() {
            @Override
            public void changed(TableObserver.Change change, Endpoint endpoint, EndpointState state, Origin origin) {
                told.add(change + " " + endpoint.spec().id() + " " + state.liveness() + " " + origin);
            }

            @Override
            public void displaced(Endpoint endpoint, EndpointState last) {
                told.add("displaced " + endpoint.spec().id() + " " + last.liveness());
            }
        });
        table.register(spec(1, 9001), null);
        table.edit(edit -> edit.register(spec(1, 9002), null), Origin.STORE);
        table.edit(edit -> edit.update(Objects.requireNonNull(edit.find(POLICY, Ident.of(1))), EndpointState::fall),
                Origin.STORE);
        table.register(spec(2, 9002), null);
        table.vacate(spec(3, 9002));
        assertThat(told).containsExactly("REGISTERED 1 ALIVE HERE", "REGISTERED 1 ALIVE STORE",
                "UPDATED 1 FAILED STORE", "displaced 1 FAILED", "REGISTERED 2 ALIVE HERE", "displaced 2 ALIVE");
    }

    @Test
    void whatABatchDidBeforeItFailedStands() {
        assertThatThrownBy(() -> table.edit(edit -> {
            edit.register(spec(1, 9001), null);
            throw new IllegalStateException("of a batch");
        }, Origin.HERE)).hasMessage("of a batch");
        assertThat(ids()).containsExactly("1");
    }

    @Test
    void editWithinAnEditIsRefused() {
        assertThatThrownBy(() -> table.edit(edit -> table.register(spec(1, 9001), null), Origin.HERE))
                .isInstanceOf(IllegalStateException.class);
        assertThat(table.routes().policies()).isEmpty();
        assertThat(table.register(spec(1, 9001), null).state().alive()).isTrue();
    }

    @Test
    void ranksOrderAPolicyAndThoseWithoutOneStayBehind() {
        Endpoint first = table.register(spec(1, 9001), null);
        Endpoint second = table.register(spec(2, 9002), null);
        Endpoint third = table.register(spec(3, 9003), null);
        table.observe((change, endpoint, routes) -> told.add("" + change));
        table.edit(edit -> {
            edit.rank(third, 10);
            edit.rank(second, 20);
            return true;
        }, Origin.STORE);
        assertThat(ids()).containsExactly("3", "2", "1");
        long version = table.routes().version();
        table.edit(edit -> {
            edit.rank(first, 30);
            return true;
        }, Origin.STORE);
        assertThat(table.routes().version()).as("the order is the same").isEqualTo(version);
        table.register(spec(2, 9012), null);
        assertThat(ids()).as("what replaces an entry has its place").containsExactly("3", "2", "1");
        assertThat(told).as("of ranks nobody hears").containsExactly("REMOVED", "REGISTERED");
    }

    @Test
    void answerBeginsTheTimeAnewOfAnEntryThatIsIn() {
        Endpoint endpoint = table.edit(edit -> edit.register(spec(1, 9001),
                new EndpointState(Mode.ACTIVE, Liveness.FAILED, null), Instant.EPOCH), Origin.STORE);
        endpoint.trialAt(0);
        table.answered(endpoint);
        assertThat(endpoint.state().alive()).isTrue();
        assertThat(endpoint.trialIsDue(9)).isFalse();
        table.remove(endpoint);
        table.answered(endpoint);
        assertThat(endpoint.state().liveness()).isEqualTo(Liveness.REMOVED);
    }
}
