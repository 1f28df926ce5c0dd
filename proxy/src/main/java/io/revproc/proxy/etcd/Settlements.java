package io.revproc.proxy.etcd;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

import io.revproc.proxy.etcd.EtcdLink.Item;
import io.revproc.proxy.route.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * Setups that took an address from others, until no proxy routes to those others any more. First etcd has to have the setup, and
 * those that gave way out of its table. Then this proxy asks: by a key that comes to the others behind those changes. Each says
 * in a key of its own up to which question it routes by the table. A proxy whose sign of life is gone need not say so: its lease
 * ran out, and it does not route to Part 1 servers until it has heard of etcd again. One that comes later has read the table after
 * its sign of life stood, so after the question.
 *
 * <p>One question at a time, for all setups that wait for one. Knows no clock and no connection; belongs to the store's thread.
 */
final class Settlements {
    /** The sign of life of a proxy that acknowledges. Versions before that wrote another one, and are not waited for. */
    static final byte[] SIGN = {'2'};
    static final byte[] QUESTION = {'1'};
    /** Setups that may wait at once. */
    static final int MAX_WAITING = 10_000;

    private static final class Waiting {
        final Endpoint newest;
        final Consumer<Boolean> done;
        final long end;
        boolean asked;
        /** The question's; 0: etcd has not answered yet. */
        long revision;
        /** The proxies that have yet to acknowledge; null if they are not known yet. */
        @Nullable
        Set<String> missing;

        Waiting(Endpoint newest, Consumer<Boolean> done, long end) {
            this.newest = newest;
            this.done = done;
            this.end = end;
        }
    }

    private final Keys keys;
    private final String proxy;
    /** Other proxies that acknowledge, and since which revision they are there. */
    private final Map<String, Long> alive = new HashMap<>();
    private final Map<String, Long> acks = new HashMap<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private List<Runnable> verdicts = new ArrayList<>();
    /** Up to which of this proxy's questions its own watch is. */
    private long heardMyself;
    private boolean asking;
    /** The newest question of another proxy. */
    private long question;
    private long acknowledged;
    private boolean acknowledging;

    Settlements(Keys keys, String proxy) {
        this.keys = keys;
        this.proxy = proxy;
    }

    boolean idle() {
        return waiting.isEmpty();
    }

    /** @param end when it is given up, by the clock that {@link #decide} is told */
    void add(Endpoint newest, Consumer<Boolean> done, long end) {
        if (waiting.size() >= MAX_WAITING) {
            verdicts.add(() -> done.accept(false));
        } else {
            waiting.add(new Waiting(newest, done, end));
        }
    }

    /** Takes the whole table in place of what was known; nobody waits any more. */
    void load(List<Item> items) {
        failAll();
        alive.clear();
        acks.clear();
        asking = false;
        acknowledging = false;
        heardMyself = 0;
        question = 0;
        acknowledged = 0;
        items.forEach(this::apply);
        acknowledged = acks.getOrDefault(proxy, 0L);
    }

    /** Takes a change of etcd's; those that are of something else are left alone. */
    void apply(Item item) {
        byte[] value = item.value();
        String name = keys.asProxy(item.key());
        if (name != null && !name.equals(proxy)) {
            if (value == null || !Arrays.equals(value, SIGN)) {
                alive.remove(name);
                noLongerMissing(name, Long.MAX_VALUE);
            } else {
                alive.put(name, item.createRevision());
            }
        }
        name = keys.asAck(item.key());
        if (name != null) {
            long revision = value == null ? 0 : number(value);
            acks.put(name, revision);
            if (value == null) {
                acks.remove(name);
            }
            noLongerMissing(name, revision);
        }
        name = keys.asSettling(item.key());
        if (name != null && value != null) {
            if (name.equals(proxy)) {
                heardMyself = Math.max(heardMyself, item.modRevision());
            } else {
                question = Math.max(question, item.modRevision());
            }
        }
    }

    private void noLongerMissing(String name, long upTo) {
        for (Waiting each : waiting) {
            if (each.missing != null && each.revision <= upTo) {
                each.missing.remove(name);
            }
        }
    }

    private static long number(byte[] value) {
        try {
            return Long.parseLong(new String(value, StandardCharsets.UTF_8));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /**
     * Returns whether a question is to be asked now; its outcome is to be told.
     *
     * @param committed whether etcd has a setup, and no entry any more that gave way to it
     */
    boolean ask(Predicate<Endpoint> committed) {
        if (asking) {
            return false;
        }
        for (Waiting each : waiting) {
            if (!each.asked && committed.test(each.newest)) {
                each.asked = true;
                asking = true;
            }
        }
        return asking;
    }

    /** etcd has the question. */
    void asked(long revision) {
        asking = false;
        for (Waiting each : waiting) {
            if (each.asked && each.revision == 0) {
                each.revision = revision;
            }
        }
    }

    /** etcd takes no question. */
    void notAsked() {
        asking = false;
        failAll();
    }

    /**
     * Returns what is to be acknowledged now; 0: nothing. Its outcome is to be told.
     *
     * @param decided whether this proxy routes by all that it knows of etcd's table
     */
    long acknowledge(boolean decided) {
        if (acknowledging || !decided || question <= acknowledged) {
            return 0;
        }
        acknowledging = true;
        return question;
    }

    /** @param revision the one that etcd knows now as this proxy's; 0: it did not take it */
    void acknowledged(long revision) {
        acknowledging = false;
        acknowledged = Math.max(acknowledged, revision);
    }

    /** Ends the waiting of those of which it is known how it ends, and of those whose time is over. */
    void decide(long now) {
        for (Iterator<Waiting> all = waiting.iterator(); all.hasNext();) {
            Waiting each = all.next();
            if (each.revision > 0 && each.missing == null && heardMyself >= each.revision) {
                each.missing = missing(each.revision);
            }
            boolean settled = each.missing != null && each.missing.isEmpty();
            if (settled || now - each.end >= 0) {
                all.remove();
                verdicts.add(() -> each.done.accept(settled));
            }
        }
    }

    private Set<String> missing(long revision) {
        Set<String> missing = new HashSet<>();
        alive.forEach((name, since) -> {
            if (since < revision && acks.getOrDefault(name, 0L) < revision) {
                missing.add(name);
            }
        });
        return missing;
    }

    /** etcd is away, or takes nothing: nobody can say what others route by. */
    void failAll() {
        waiting.forEach(each -> verdicts.add(() -> each.done.accept(false)));
        waiting.clear();
    }

    /** Returns what is to be said to those who waited, each once; not under a lock. */
    List<Runnable> verdicts() {
        if (verdicts.isEmpty()) {
            return List.of();
        }
        List<Runnable> taken = verdicts;
        verdicts = new ArrayList<>();
        return taken;
    }
}
