package io.revproc.server.answer;

import java.util.concurrent.atomic.LongAdder;

/** The data port's counters since its start. Thread-safe; updated once per read, not per message. */
final class Counters {
    final LongAdder answered = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder turnedAway = new LongAdder();
}
