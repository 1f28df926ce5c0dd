package io.revproc.proxy.etcd;

import io.revproc.proxy.etcd.EtcdLink.Item;
import io.revproc.proxy.etcd.SharedEntry.Wanted;
import io.revproc.wire.LogValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Entries as JSON. What can't be read counts as not there, and is said: other programs may write to etcd as well. */
final class EntryCodec {
    private static final Logger log = LoggerFactory.getLogger(EntryCodec.class);
    /** More than the longest names make of an entry, written in escapes. */
    private static final int MAX_BYTES = 16 << 10;

    private final JsonMapper json = JsonMapper.builder()
            // A newer proxy of the group may say more.
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            // An older one may say less.
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES).build();

    byte[] bytes(SharedEntry entry) {
        return json.writeValueAsBytes(entry);
    }

    byte[] bytes(Wanted wanted) {
        return json.writeValueAsBytes(wanted);
    }

    /** Null if it is deleted, or is not what a proxy would write under this key. */
    @Nullable
    SharedEntry entry(EntryKey key, Item item) {
        SharedEntry entry = read(item, SharedEntry.class);
        if (entry == null) {
            return null;
        }
        try {
            entry.spec(key);
            return entry;
        } catch (IllegalArgumentException e) {
            ignored(item, String.valueOf(e.getMessage()));
            return null;
        }
    }

    /** Null if it is deleted, or is not what a proxy would write. */
    @Nullable
    Wanted wanted(EntryKey key, Item item) {
        Wanted wanted = read(item, Wanted.class);
        if (wanted == null) {
            return null;
        }
        try {
            wanted.entry().spec(key);
            return wanted;
        } catch (IllegalArgumentException e) {
            ignored(item, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private <T> @Nullable T read(Item item, Class<T> type) {
        byte[] value = item.value();
        if (value == null) {
            return null;
        }
        if (value.length > MAX_BYTES) {
            ignored(item, "it is too large");
            return null;
        }
        try {
            return json.readValue(value, type);
        } catch (JacksonException | NullPointerException e) {
            ignored(item, "it can't be read");
            return null;
        }
    }

    private static void ignored(Item item, String why) {
        log.warn("event=shared_entry_ignored key={} reason={}", LogValue.of(item.key()), LogValue.of(why));
    }
}
