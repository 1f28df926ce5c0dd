package io.revproc.wire;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.jspecify.annotations.Nullable;

/**
 * What {@code bin/fuzz} feeds with bytes of its own making. In an ordinary build the kept inputs run: those of the corpus in
 * src/test/resources, and whatever a fuzzing run found and somebody put there.
 */
class WireFuzzTest {
    @FuzzTest
    void framer(byte @Nullable [] input) {
        FramerFuzz.fuzzerTestOneInput(input == null ? new byte[0] : input);
    }

    @FuzzTest
    void codec(byte @Nullable [] input) {
        CodecFuzz.fuzzerTestOneInput(input == null ? new byte[0] : input);
    }

    @FuzzTest
    void setup(byte @Nullable [] input) {
        SetupFuzz.fuzzerTestOneInput(input == null ? new byte[0] : input);
    }
}
