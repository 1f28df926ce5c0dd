package io.revproc.wire;

import java.net.InetAddress;
import java.net.InetSocketAddress;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class HostPortTest {
    @ParameterizedTest
    @CsvSource({"192.0.2.7, 192.0.2.7:8080", "2001:db8::7, [2001:db8:0:0:0:0:0:7]:8080", "::1, [0:0:0:0:0:0:0:1]:8080"})
    void anAddressOfIpv6StandsInBrackets(String address, String shown) {
        assertThat(HostPort.text(new InetSocketAddress(InetAddress.ofLiteral(address), 8080))).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.7:8080, 192.0.2.7, 9", "192.0.2.7, 192.0.2.7, -1", "[::1]:8080, ::1, 5", "[::1], ::1, -1",
            "2001:db8::7, 2001:db8::7, -1", "proxy.example:80, proxy.example, 13", "'', '', -1", ":80, :80, -1",
            "[, [, -1", "], ], -1"})
    void hostAndPortAreFoundAgain(String text, String host, int colon) {
        assertThat(HostPort.host(text)).isEqualTo(host);
        assertThat(HostPort.colon(text)).isEqualTo(colon);
    }

    @ParameterizedTest
    @CsvSource({"proxy.example, proxy.example:8080", "::1, [::1]:8080"})
    void aNameStandsAsItIs(String host, String shown) {
        assertThat(HostPort.text(host, 8080)).isEqualTo(shown);
    }
}
