package io.revproc.server.answer;

import java.util.concurrent.atomic.LongAdder;

/** What the data port did since its start. Thread-safe; added to once per read, not per message. */
final class Counters {
    final LongAdder answered = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder turnedAway = new LongAdder();
}
