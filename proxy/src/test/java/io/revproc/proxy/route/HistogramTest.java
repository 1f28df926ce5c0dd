package io.revproc.proxy.route;

import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class HistogramTest {
    private final Histogram histogram = new Histogram();

    @Test
    void everyDurationLiesInTheBucketWhoseEndsEmbraceIt() {
        Random random = new Random(7);
        for (int i = 0; i < 100_000; i++) {
            long nanos = random.nextLong() >>> 1 >>> random.nextInt(63);
            int bucket = Histogram.bucket(nanos);
            if (bucket < Histogram.BUCKETS - 1) {
                assertThat(nanos).isLessThanOrEqualTo(Histogram.upperNanos(bucket));
            }
            if (bucket > 0) {
                assertThat(nanos).isGreaterThan(Histogram.upperNanos(bucket - 1));
            }
        }
        assertThat(Histogram.bucket(Long.MAX_VALUE)).isEqualTo(Histogram.BUCKETS - 1);
        assertThat(Histogram.bucket(-1)).isZero();
    }

    @Test
    void octavesBeginWith50MicrosecondsAndDouble() {
        assertThat(Durations.octaveNanos(0)).isEqualTo(TimeUnit.MICROSECONDS.toNanos(50));
        assertThat(Durations.octaveNanos(1)).isEqualTo(TimeUnit.MICROSECONDS.toNanos(100));
        assertThat(Durations.octaveNanos(Durations.octaves() - 1)).isEqualTo(TimeUnit.MICROSECONDS.toNanos(50L << 21));
    }

    @Test
    void octaveHoldsItsUpperEndAndNotItsLowerOne() {
        histogram.record(50_000);
        histogram.record(50_001);
        histogram.record(100_000);
        histogram.record(TimeUnit.HOURS.toNanos(1));

        Durations seen = Durations.of(List.of(histogram));
        assertThat(seen.octaveCount(0)).isEqualTo(1);
        assertThat(seen.octaveCount(1)).isEqualTo(2);
        assertThat(seen.octaveCount(Durations.octaves())).isEqualTo(1);
        assertThat(seen.count()).isEqualTo(4);
        assertThat(seen.sumNanos()).isEqualTo(200_001 + TimeUnit.HOURS.toNanos(1));
    }

    @Test
    void quantilesAreRightWithinABucketsWidth() {
        for (int millis = 1; millis <= 1000; millis++) {
            histogram.record(TimeUnit.MILLISECONDS.toNanos(millis));
        }

        Durations seen = Durations.of(List.of(histogram));
        assertThat(seen.quantileNanos(0.5) / 1e6).isCloseTo(500, within(20.0));
        assertThat(seen.quantileNanos(0.99) / 1e6).isCloseTo(990, within(40.0));
        assertThat(seen.quantileNanos(0)).isLessThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(1));
        assertThat(Durations.NONE.quantileNanos(0.99)).isZero();
    }

    @Test
    void whatCameSinceAMomentIsApartFromWhatWasBefore() {
        histogram.record(TimeUnit.SECONDS.toNanos(10));
        Durations before = Durations.of(List.of(histogram));
        histogram.record(TimeUnit.MILLISECONDS.toNanos(1));

        Durations since = Durations.of(List.of(histogram)).since(before);

        assertThat(since.count()).isEqualTo(1);
        assertThat(since.quantileNanos(0.99)).isLessThan(TimeUnit.MILLISECONDS.toNanos(2));
        assertThat(since.plus(before).count()).isEqualTo(2);
    }
}
