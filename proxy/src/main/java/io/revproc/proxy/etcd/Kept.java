package io.revproc.proxy.etcd;

import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The part of the shared table that a proxy keeps on its disk: operators' decisions, which etcd may not have yet or may lose, and the
 * servers that would not register again by themselves. Its parts are what Jackson writes.
 *
 * @param store    where etcd is, by the settings: what was kept of another one is of no use
 * @param table    the name of the table in etcd that this is of; null if it has none yet
 * @param revision etcd's when this was written
 */
record Kept(String store, @Nullable String table, long revision, List<Word> words, List<Server> servers) {
    static final Kept NOTHING = new Kept("", null, 0, List.of(), List.of());

    Kept {
        words = List.copyOf(words);
        servers = List.copyOf(servers);
    }

    /** @param pending whether etcd has yet to hear of it */
    record Word(SharedEntry.Wanted word, boolean pending) {
        Word {
            Objects.requireNonNull(word);
        }
    }

    /** @param pending whether etcd has yet to hear of it */
    record Server(SharedEntry entry, boolean pending) {
        Server {
            Objects.requireNonNull(entry);
        }
    }

    /** @throws IllegalArgumentException if a proxy would not have written that */
    void check() {
        words.forEach(kept -> kept.word().entry().spec(kept.word().entry().key()));
        servers.forEach(kept -> kept.entry().spec(kept.entry().key()));
    }
}
