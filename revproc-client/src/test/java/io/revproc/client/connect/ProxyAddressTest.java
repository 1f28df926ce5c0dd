package io.revproc.client.connect;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ProxyAddressTest {
    @ParameterizedTest
    @CsvSource({"8123,fallback,8123", "proxy.example:80,proxy.example,80", "[::1]:8123,::1,8123",
            " 10.0.0.1:1 ,10.0.0.1,1"})
    void readsAPortOrHostAndPort(String text, String host, int port) {
        assertThat(ProxyAddress.parse(text, "fallback")).isEqualTo(new ProxyAddress(host, port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "0", "65536", "-1", "host:", ":8123", "::1:8123", "host:80x", "99999999999"})
    void saysWhatIsWrongWithTheRest(String text) {
        assertThatThrownBy(() -> ProxyAddress.parse(text, "fallback")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @Test
    void writesBracketsAroundIpv6() {
        assertThat(new ProxyAddress("::1", 8123)).hasToString("[::1]:8123");
        assertThat(new ProxyAddress("localhost", 8123)).hasToString("localhost:8123");
    }
}
