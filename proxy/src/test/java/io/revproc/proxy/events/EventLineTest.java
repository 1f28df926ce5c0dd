package io.revproc.proxy.events;

import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import io.revproc.wire.LogValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class EventLineTest {
    static Stream<Arguments> lines() {
        return Stream.of(
                Arguments.of("event=registered server={} port={}", new Object[]{"PP_1/1", 9001}, "registered",
                        Map.of("server", "PP_1/1", "port", "9001")),
                Arguments.of("event=draining server={} by=server", new Object[]{"PP_1/1"}, "draining",
                        Map.of("server", "PP_1/1", "by", "server")),
                Arguments.of("event=connect_failed server={} reason=\"no port left\" unlogged={}",
                        new Object[]{"PP_1/1", 3}, "connect_failed",
                        Map.of("server", "PP_1/1", "reason", "no port left", "unlogged", "3")),
                // what a peer chose can't pass for another key, and loses the quotes of the log
                Arguments.of("event=lost server={} lease={}",
                        new Object[]{LogValue.of("PP 1/1 lease=x event=y"), "expired"}, "lost",
                        Map.of("server", "PP 1/1 lease?x event?y", "lease", "expired")),
                Arguments.of("event=lost server={} lease={}", new Object[]{"a {} b", "expired"}, "lost",
                        Map.of("server", "a {} b", "lease", "expired")),
                Arguments.of("event=draining connections={}", new Object[]{0}, "draining", Map.of("connections", "0")),
                Arguments.of("event=http_failure", new Object[]{new IllegalStateException("x")}, "http_failure",
                        Map.of()),
                Arguments.of("event=http_failure", null, "http_failure", Map.of()),
                // fewer values than places, ends in the middle: a fault in a statement is none of the caller's
                Arguments.of("event=x a={} b={}", new Object[]{1}, "x", Map.of("a", "1", "b", "")),
                Arguments.of("event=x  a=\"never ends", null, "x", Map.of("a", "never ends")),
                Arguments.of("event=x word a=", null, "x", Map.of("a", "")),
                Arguments.of("event=x a=\"{} of {}\"", new Object[]{1, 2}, "x", Map.of("a", "1 of 2")));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void lineIsTakenApart(String pattern, Object[] values, String name, Map<String, String> fields) {
        EventLine line = Objects.requireNonNull(EventLine.of(pattern, values));

        assertThat(line.name()).isEqualTo(name);
        assertThat(line.fields()).isEqualTo(fields);
    }

    @Test
    void fieldsKeepTheOrderOfTheLine() {
        assertThat(Objects.requireNonNull(EventLine.of("event=x b=1 a=2 c=3")).fields().keySet())
                .containsExactly("b", "a", "c");
    }

    @Test
    void otherLinesAreNoEvents() {
        assertThat(EventLine.of("Started in {} seconds", 3)).isNull();
        assertThat(EventLine.of("")).isNull();
        assertThat(EventLine.of("events come")).isNull();
    }
}
