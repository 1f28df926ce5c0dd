package io.revproc.proxy.etcd;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

import io.revproc.proxy.etcd.EtcdLink.Item;
import io.revproc.proxy.etcd.EtcdLink.Outcome;
import io.revproc.proxy.etcd.EtcdLink.Snapshot;
import io.revproc.proxy.etcd.EtcdLink.Write;
import org.jspecify.annotations.Nullable;

/**
 * By what this proxy knows etcd's table again: its name, its cluster, its revision. Is the name gone, or another one, or has the revision
 * gone back, then etcd lost its table. Not thread-safe.
 */
final class TableIdentity {
    private final Keys keys;
    private @Nullable String name;
    /** 0: etcd was not read yet. */
    private long clusterId;
    /** The revision that the table has reached. */
    private long revision;
    /** The newest known revision of etcd, over all keys. */
    private long highest;

    TableIdentity(Keys keys) {
        this.keys = keys;
    }

    /** Returns the table's name; null if it has none yet. */
    @Nullable
    String name() {
        return name;
    }

    boolean known() {
        return clusterId != 0;
    }

    boolean isOf(long cluster) {
        return clusterId == cluster;
    }

    long revision() {
        return revision;
    }

    long highest() {
        return Math.max(revision, highest);
    }

    /** Takes what was kept on the disk. */
    void recall(Kept kept) {
        name = kept.table();
        highest = kept.revision();
    }

    /**
     * Returns why this is not the table that was known, or not all of it; null if it is.
     *
     * @param before etcd's revision before this proxy wrote anything
     */
    @Nullable
    String lostWhy(Snapshot snapshot, long before) {
        Item named = named(snapshot);
        String found = named == null ? null : text(named);
        if (name != null && found == null) {
            return "the table is gone";
        }
        if (name != null && !name.equals(found)) {
            return "it is another table than before";
        }
        if (clusterId != 0 && clusterId != snapshot.clusterId()) {
            return "it is another cluster than before";
        }
        return before < highest() ? "its revision went back" : null;
    }

    /**
     * Takes the whole of etcd's table.
     *
     * @param reset whether etcd lost the one that was known
     * @return a name for it, if it has none that can be used
     */
    @Nullable
    Write load(Snapshot snapshot, boolean reset) {
        Item named = named(snapshot);
        String found = named == null ? null : text(named);
        clusterId = snapshot.clusterId();
        revision = snapshot.revision();
        highest = revision;
        if (found != null && !(reset && found.equals(name))) {
            name = found;
            return null;
        }
        return new Write(keys.table(), named == null ? 0 : named.modRevision(),
                UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8), 0, null);
    }

    private @Nullable Item named(Snapshot snapshot) {
        return snapshot.items().stream().filter(item -> item.key().equals(keys.table())).findFirst().orElse(null);
    }

    private static @Nullable String text(Item named) {
        return named.value() == null ? null : new String(named.value(), StandardCharsets.UTF_8);
    }

    /** Takes that the table has the name that was written, or the one that another proxy gave it first. */
    void named(String written, Outcome outcome) {
        Item other = outcome.current();
        name = outcome.done() ? written : other == null ? name : text(other);
    }

    /**
     * Takes changes of etcd's.
     *
     * @return whether the table has another name now
     * @throws EtcdException if it is deleted: all that goes with it goes by nobody's will
     */
    boolean rename(List<Item> items) throws EtcdException {
        boolean renamed = false;
        for (Item item : items) {
            if (item.key().equals(keys.table())) {
                if (item.value() == null) {
                    throw new EtcdException("the table was deleted");
                }
                name = text(item);
                renamed = true;
            }
        }
        return renamed;
    }

    /** Takes that the table has these changes. */
    void applied(List<Item> items) {
        if (!items.isEmpty()) {
            // Not the answer's own revision: that one may be ahead of what it brings.
            revision = Math.max(revision, items.getLast().modRevision());
        }
    }

    /** Takes that etcd is at this revision. */
    void seen(long known) {
        highest = Math.max(highest, known);
    }
}
