package io.revproc.proxy.route;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;

/**
 * Taking and giving back places behaves as if one thread did it after the other, whatever the threads do in between: a place that
 * is free is given, one that is taken is not. Lincheck walks through the ways in which threads can overtake each other.
 */
public class PlacesLincheckTest {
    private static final int MAX_THREADS = 8;

    private final Places places = new Places(1);
    private final int[] held = new int[MAX_THREADS];

    @Operation
    public boolean take(@Param(gen = ThreadIdGen.class) int thread) {
        boolean taken = places.take();
        if (taken) {
            held[thread]++;
        }
        return taken;
    }

    /** What a thread doesn't hold it doesn't give back. */
    @Operation
    public int giveBack(@Param(gen = ThreadIdGen.class) int thread) {
        if (held[thread] == 0) {
            return -1;
        }
        held[thread]--;
        return places.giveBack();
    }

    @Operation
    public boolean free() {
        return places.free();
    }

    @Test
    void placesAreTakenAsIfOneThreadDidItAfterTheOther() {
        new ModelCheckingOptions().threads(2).actorsPerThread(3).actorsBefore(0).actorsAfter(1).iterations(40)
                .invocationsPerIteration(500).check(PlacesLincheckTest.class);
    }
}
