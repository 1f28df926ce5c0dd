package io.revproc.proxy.listener;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class DescriptorsTest {
    @ParameterizedTest(name = "limit {0}, {1} open, {2} wanted: {3} connections")
    @CsvSource({
            "1000000, 100, 50000, 50000",
            "20000, 100, 50000, 15804",
            "1024, 124, 50000, 600",
            "1024, 124, 500, 500",
            "256, 100, 50000, 92",
            "164, 100, 50000, 32",
            "100, 100, 50000, 1",
            "64, 100, 50000, 1",
            "9223372036854775807, 100, 50000, 50000",
            "9223372036854775807, 0, 10000000, 10000000",
    })
    void someAreKeptForServersAndHttp(long limit, long open, int wanted, int connections) {
        assertThat(new Descriptors(limit, open).connections(wanted)).isEqualTo(connections);
    }

    @Test
    void limitIsTheSoftOne() {
        assertThat(Descriptors.limit("""
                Limit                     Soft Limit           Hard Limit           Units
                Max resident set          unlimited            unlimited            bytes
                Max open files            20000                1048576              files
                """)).isEqualTo(20_000);
        assertThat(Descriptors.limit("Max open files            unlimited            unlimited            files\n"))
                .isEqualTo(Long.MAX_VALUE);
        assertThat(Descriptors.limit("")).isEqualTo(Long.MAX_VALUE);
        assertThat(Descriptors.now().limit()).isGreaterThan(Descriptors.now().open());
    }
}
