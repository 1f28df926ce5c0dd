package io.revproc.proxy.registration;

import java.net.InetAddress;
import java.net.InetSocketAddress;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class OwnListenerTest {
    @ParameterizedTest
    @CsvSource({"0.0.0.0, 127.0.0.1, 8123, true", "0.0.0.0, 127.9.9.9, 8123, true", "0.0.0.0, ::1, 8123, true",
            "::, 127.0.0.1, 8123, true", "::, 192.0.2.1, 8123, false", "::, 127.0.0.1, 8124, false",
            "127.0.0.1, 127.0.0.1, 8123, true", "127.0.0.1, 127.0.0.2, 8123, false", "192.0.2.1, 192.0.2.1, 8123, true",
            "192.0.2.1, 192.0.2.1, 9001, false"})
    void setupIsOfTheProxyItselfIfItComesFromWhereItListens(String listens, String from, int port, boolean own) {
        OwnListener listener = new OwnListener(new InetSocketAddress(InetAddress.ofLiteral(listens), 8123));
        assertThat(listener.is(InetAddress.ofLiteral(from), port)).isEqualTo(own);
        assertThat(OwnListener.NONE.is(InetAddress.ofLiteral(from), port)).isFalse();
    }
}
