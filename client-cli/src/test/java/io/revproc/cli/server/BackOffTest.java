package io.revproc.cli.server;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BackOffTest {
    private final BackOff backOff = new BackOff();

    @Test
    void aRefusalThatLastsIsTriedMoreAndMoreSeldom() {
        List<Long> waits = Stream.generate(() -> backOff.lasting().toSeconds()).limit(7).toList();

        assertThat(waits).containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L);
    }

    @Test
    void whatMayPassIsTriedEachSecondAndBeginsAnew() {
        backOff.lasting();
        backOff.lasting();

        assertThat(backOff.passing()).hasSeconds(1);
        assertThat(backOff.passing()).hasSeconds(1);
        assertThat(backOff.lasting()).hasSeconds(1);
    }
}
