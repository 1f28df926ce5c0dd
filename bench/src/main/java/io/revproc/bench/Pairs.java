package io.revproc.bench;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The runs of one work, the n-th of each made right after another.
 *
 * @param direct runs without a proxy, where the work has them
 */
record Pairs(List<Sample> ours, List<Sample> theirs, List<Sample> direct) {
    /** Our processor time per message as a part of the other's, pair by pair. */
    Spread cpuRatio() {
        return Spread.of(cpuRatios());
    }

    /** The same, each of them. */
    List<Double> cpuRatios() {
        return IntStream.range(0, ours.size())
                .mapToObj(i -> ours.get(i).cpuMicros() / theirs.get(i).cpuMicros()).toList();
    }

    /** Our median latency above the other's, pair by pair. */
    List<Double> addedMicros() {
        return IntStream.range(0, ours.size())
                .mapToObj(i -> ours.get(i).p50Micros() - theirs.get(i).p50Micros()).toList();
    }

    long errors() {
        return ours.stream().mapToLong(Sample::errors).sum() + theirs.stream().mapToLong(Sample::errors).sum();
    }
}
