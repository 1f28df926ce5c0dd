package io.revproc.bench;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

import io.revproc.wire.ErrorCode;

/** Counts the outcomes of a soak's messages, and the connections and registrations beside them. Thread-safe. */
final class SoakTally {
    private static final int MAX_COMPLAINTS = 20;

    final LongAdder answered = new LongAdder();
    final LongAdder lost = new LongAdder();
    final LongAdder misled = new LongAdder();
    final LongAdder connections = new LongAdder();
    final LongAdder halfOpen = new LongAdder();
    final LongAdder registrations = new LongAdder();
    private final Map<ErrorCode, LongAdder> refused = new ConcurrentHashMap<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();

    void refused(ErrorCode code) {
        refused.computeIfAbsent(code, key -> new LongAdder()).increment();
    }

    long refused() {
        return refused.values().stream().mapToLong(LongAdder::sum).sum();
    }

    Map<ErrorCode, LongAdder> refusedByCode() {
        return new TreeMap<>(refused);
    }

    /** Reports what was wrong with the first few. */
    void complain(String what) {
        if (complaints.size() < MAX_COMPLAINTS) {
            complaints.add(what);
        }
    }

    List<String> complaints() {
        return complaints;
    }

    /** Returns whether all messages were answered, each by a server of its policy. */
    boolean clean() {
        return lost.sum() == 0 && misled.sum() == 0 && refused() == 0;
    }
}
