package io.revproc;

import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import io.revproc.proxy.events.EventLine;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class EcsFieldsTest {
    static Stream<Arguments> lines() {
        return Stream.of(
                Arguments.of("event=registered server=PP_1/2 address=10.0.0.2 port=9001 proto=2",
                        Map.of("event", Map.of("action", "registered"), "server",
                                Map.of("address", "10.0.0.2", "port", 9001L), "revproc",
                                Map.of("server", "PP_1/2", "policy", "PP_1", "proto", 2L))),
                Arguments.of("event=admin_change who=olga client=10.0.0.9 what=drain server=PP_1/2",
                        Map.of("event", Map.of("action", "admin_change"), "user", Map.of("name", "olga"), "client",
                                Map.of("address", "10.0.0.9"), "revproc",
                                Map.of("what", "drain", "server", "PP_1/2", "policy", "PP_1"))),
                Arguments.of(
                        "event=message client=127.0.0.1:51120 srcid=1327 policy=\"PP 2\" server=2 outcome=answered us=184 reply-bytes=7",
                        Map.of("event", Map.of("action", "message"), "client",
                                Map.of("address", "127.0.0.1", "port", 51120L), "revproc",
                                Map.of("srcid", 1327L, "policy", "PP 2", "server", "2", "outcome", "answered", "us",
                                        184L,
                                        "reply_bytes", 7L))),
                Arguments.of("event=message client=[2001:db8::7]:51120",
                        Map.of("event", Map.of("action", "message"), "client",
                                Map.of("address", "2001:db8::7", "port", 51120L))),
                Arguments.of("event=registration_refused peer=2001:db8::1 server=PP_1/7 reason=\"no grant\"",
                        Map.of("event", Map.of("action", "registration_refused", "reason", "no grant"), "client",
                                Map.of("address", "2001:db8::1"), "revproc",
                                Map.of("server", "PP_1/7", "policy", "PP_1"))));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void pairsBecomeFieldsUnderTheNamesOfEcs(String line, Map<String, Map<String, Object>> fields) {
        assertThat(EcsFields.fields(Objects.requireNonNull(EventLine.of(line)))).isEqualTo(fields);
    }
}
