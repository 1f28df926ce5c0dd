package io.revproc.proxy.etcd;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

import io.revproc.proxy.etcd.EtcdLink.Item;
import io.revproc.proxy.etcd.EtcdLink.Outcome;
import io.revproc.proxy.etcd.EtcdLink.Snapshot;
import io.revproc.proxy.etcd.EtcdLink.Write;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** An etcd that lost its table is told from one that did not. */
class TableIdentityTest {
    private static final Keys KEYS = new Keys("/t/");

    private final TableIdentity identity = new TableIdentity(KEYS);

    private static Item named(@Nullable String name, long revision) {
        return new Item(KEYS.table(), name == null ? null : name.getBytes(StandardCharsets.UTF_8), 1, revision);
    }

    private static Snapshot snapshot(long cluster, long revision, Item... items) {
        return new Snapshot(cluster, revision, List.of(items));
    }

    @Test
    void tableWithoutANameGetsOne() {
        assertThat(identity.lostWhy(snapshot(7, 3), 3)).as("nothing was known").isNull();
        Write naming = Objects.requireNonNull(identity.load(snapshot(7, 3), false));
        assertThat(naming.key()).isEqualTo("/t/table");
        assertThat(naming.expected()).isZero();
        assertThat(naming.value()).hasSize(36);
        assertThat(identity.name()).as("until it is written").isNull();
        identity.named("a", new Outcome(true, 7, 4, null));
        assertThat(identity.name()).isEqualTo("a");
        identity.named("b", new Outcome(false, 7, 5, named("c", 5)));
        assertThat(identity.name()).as("another proxy was first").isEqualTo("c");
        identity.named("b", new Outcome(false, 7, 5, null));
        assertThat(identity.name()).isEqualTo("c");
    }

    @Test
    void lostTableIsKnownByItsNameItsClusterAndItsRevision() {
        identity.load(snapshot(7, 9, named("a", 2)), false);
        assertThat(identity.name()).isEqualTo("a");
        assertThat(identity.lostWhy(snapshot(7, 9, named("a", 2)), 9)).isNull();
        assertThat(identity.lostWhy(snapshot(7, 9), 9)).isEqualTo("the table is gone");
        assertThat(identity.lostWhy(snapshot(7, 9, named("b", 2)), 9)).isEqualTo(
                "it is another table than before");
        assertThat(identity.lostWhy(snapshot(8, 9, named("a", 2)), 9)).isEqualTo(
                "it is another cluster than before");
        assertThat(identity.lostWhy(snapshot(7, 9, named("a", 2)), 8)).isEqualTo("its revision went back");
        identity.seen(12);
        assertThat(identity.lostWhy(snapshot(7, 11, named("a", 2)), 11)).isEqualTo("its revision went back");
        assertThat(identity.highest()).isEqualTo(12);
        assertThat(identity.revision()).isEqualTo(9);
    }

    /** Whoever knows it by its old name is to see that it was lost. */
    @Test
    void tableThatWasRestoredGetsAnotherName() {
        identity.load(snapshot(7, 9, named("a", 2)), false);
        Write naming = Objects.requireNonNull(identity.load(snapshot(7, 5, named("a", 2)), true));
        assertThat(naming.expected()).isEqualTo(2);
        assertThat(identity.load(snapshot(7, 6, named("b", 6)), true)).as("it has another one already").isNull();
        assertThat(identity.name()).isEqualTo("b");
        assertThat(identity.revision()).isEqualTo(6);
        assertThat(identity.isOf(7)).isTrue();
        assertThat(identity.isOf(8)).isFalse();
    }

    @Test
    void whatWasKeptIsKnownBeforeEtcdIs() {
        identity.recall(new Kept("etcd", "a", 9, List.of(), List.of()));
        assertThat(identity.known()).isFalse();
        assertThat(identity.lostWhy(snapshot(7, 3, named("a", 2)), 3)).isEqualTo("its revision went back");
        identity.load(snapshot(7, 9, named("a", 2)), false);
        assertThat(identity.known()).isTrue();
    }

    @Test
    void changesMoveTheRevisionAndADeletedNameEndsTheSession() throws Exception {
        identity.load(snapshot(7, 9, named("a", 2)), false);
        Item other = new Item("/t/servers/P/1", new byte[0], 12, 12);
        assertThat(identity.rename(List.of(other))).isFalse();
        identity.applied(List.of());
        assertThat(identity.revision()).isEqualTo(9);
        identity.applied(List.of(other));
        assertThat(identity.revision()).isEqualTo(12);
        assertThat(identity.rename(List.of(other, named("b", 13)))).isTrue();
        assertThat(identity.name()).isEqualTo("b");
        assertThatThrownBy(() -> identity.rename(List.of(named(null, 14)))).hasMessage("the table was deleted");
    }
}
