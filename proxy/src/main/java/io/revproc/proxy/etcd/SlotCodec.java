package io.revproc.proxy.etcd;

import java.util.ArrayList;
import java.util.List;

import io.revproc.proxy.etcd.EtcdLink.Item;
import io.revproc.proxy.etcd.EtcdLink.Write;
import io.revproc.proxy.etcd.SharedEntry.Wanted;
import io.revproc.proxy.etcd.SlotState.Copy;
import org.jspecify.annotations.Nullable;

/** Puts what the rules say into etcd's keys and values, and back. */
final class SlotCodec {
    private final Keys keys;
    private final EntryCodec codec = new EntryCodec();

    /** A change of one of etcd's keys: of an entry, or of what is wanted. */
    record Change(EntryKey key, @Nullable Copy<SharedEntry> entry, @Nullable Copy<Wanted> wanted) {}

    SlotCodec(Keys keys) {
        this.keys = keys;
    }

    /** Returns the changes of entries and words among these, in their order. */
    List<Change> changes(List<Item> items) {
        List<Change> changes = new ArrayList<>(items.size());
        for (Item item : items) {
            EntryKey server = keys.asServer(item.key());
            EntryKey mode = server == null ? keys.asMode(item.key()) : null;
            if (server != null) {
                changes.add(new Change(server, entry(server, item, item.modRevision()), null));
            } else if (mode != null) {
                changes.add(new Change(mode, null, wanted(mode, item, item.modRevision())));
            }
        }
        return changes;
    }

    /**
     * Returns an entry as etcd has it.
     *
     * @param item null: etcd has none
     * @param seen etcd's revision when it was so
     */
    Copy<SharedEntry> entry(EntryKey key, @Nullable Item item, long seen) {
        return item == null || item.value() == null
                ? Copy.none(seen)
                : new Copy<>(codec.entry(key, item), item.createRevision(), item.modRevision(), seen);
    }

    /** Returns what is wanted as etcd has it, see {@link #entry}. */
    Copy<Wanted> wanted(EntryKey key, @Nullable Item item, long seen) {
        return item == null || item.value() == null
                ? Copy.none(seen)
                : new Copy<>(codec.wanted(key, item), item.createRevision(), item.modRevision(), seen);
    }

    /** @param lease this proxy's */
    Write write(EntryKey key, SlotWrite write, long lease) {
        String server = keys.server(key);
        String mode = keys.mode(key);
        return switch (write) {
            case SlotWrite.Enter(SharedEntry entry, _, long expected, boolean endsDrain) -> new Write(server, expected,
                    codec.bytes(entry), entry.proto() == 1 ? 0 : lease, endsDrain ? mode : null);
            case SlotWrite.Lose(SharedEntry entry, long expected) ->
                new Write(server, expected, codec.bytes(entry), lease, null);
            case SlotWrite.Revoke(SharedEntry entry, long expected) ->
                new Write(server, expected, codec.bytes(entry), entry.proto() == 1 ? 0 : lease, null);
            case SlotWrite.Restore(SharedEntry entry, long expected) ->
                new Write(server, expected, codec.bytes(entry), 0, null);
            case SlotWrite.Delete(long expected, boolean endsWord) ->
                new Write(server, expected, null, 0, endsWord ? mode : null);
            case SlotWrite.Say(Wanted word, long expected) ->
                new Write(mode, expected, word == null ? null : codec.bytes(word), 0, null);
        };
    }
}
