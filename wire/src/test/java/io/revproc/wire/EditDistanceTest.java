package io.revproc.wire;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class EditDistanceTest {
    @ParameterizedTest
    @CsvSource({"kitten, sitting, 3", "send, send, 0", "'', abc, 3", "abc, '', 3", "routs, routes, 1", "ab, ba, 2"})
    void countsWhatIsInsertedLeftOutAndReplaced(String a, String b, int edits) {
        assertThat(EditDistance.between(a, b)).isEqualTo(edits);
    }

    @ParameterizedTest
    @CsvSource({"rotues, 2, routes", "sned, 2, send", "sned, 1,", "x, 2,", "route, 2, routes", "sen, 0,",
            "send, 0, send"})
    void findsTheNearestWordThatIsCloseEnough(String typed, int maxEdits, @Nullable String meant) {
        assertThat(EditDistance.closest(typed, List.of("send", "routes", "rouler"), maxEdits)).isEqualTo(meant);
    }

    @Test
    void firstOfSeveralCounts() {
        assertThat(EditDistance.closest("ab", List.of("abc", "abd"), 1)).isEqualTo("abc");
    }
}
