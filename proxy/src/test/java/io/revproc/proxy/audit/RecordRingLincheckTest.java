package io.revproc.proxy.audit;

import java.util.ArrayList;
import java.util.List;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

/**
 * A ring with one putting and one taking thread behaves as if one did it after the other: what is put is taken once, in order, and a
 * full ring refuses. Lincheck walks through the ways in which the two can overtake each other.
 */
public class RecordRingLincheckTest {
    private final RecordRing ring = new RecordRing(2);
    private final Delivered record = new Delivered();
    private long next;

    @Operation(nonParallelGroup = "putting")
    public boolean put() {
        record.millis = next;
        record.digest3 = -next;
        boolean put = ring.put(record);
        if (put) {
            next++;
        }
        return put;
    }

    @Operation(nonParallelGroup = "taking")
    public List<Long> take() {
        List<Long> taken = new ArrayList<>();
        ring.take(1, each -> taken.add(each.millis + each.digest3 == 0 ? each.millis : -1));
        return taken;
    }

    @Operation(nonParallelGroup = "taking")
    public boolean isEmpty() {
        return ring.isEmpty();
    }

    @Test
    void ringIsAQueueOfOneThreadToAnother() {
        new ModelCheckingOptions().threads(2).actorsPerThread(4).actorsBefore(1).actorsAfter(2).iterations(30)
                .invocationsPerIteration(500).check(RecordRingLincheckTest.class);
    }
}
