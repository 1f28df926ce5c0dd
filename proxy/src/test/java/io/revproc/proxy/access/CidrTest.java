package io.revproc.proxy.access;

import java.net.InetAddress;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class CidrTest {
    @ParameterizedTest
    @CsvSource({"127.0.0.0/8,127.255.0.9,true", "127.0.0.0/8,128.0.0.1,false", "10.1.2.3,10.1.2.3,true",
            "10.1.2.3,10.1.2.4,false", "10.1.2.128/25,10.1.2.200,true", "10.1.2.128/25,10.1.2.127,false",
            "0.0.0.0/0,8.8.8.8,true", "0.0.0.0/0,::1,false", "::/0,::1,true", "::/0,127.0.0.1,false", "::1,::1,true",
            "::1,::2,false", "fd00::/9,fd7f::1,true", "fd00::/9,fd80::1,false",
            "127.0.0.0/8,::ffff:127.0.0.1,true"})
    void saysWhichAddressesLieInIt(String network, String address, boolean inside) {
        assertThat(Cidr.of(network).contains(InetAddress.ofLiteral(address))).isEqualTo(inside);
    }

    @ParameterizedTest
    @CsvSource({"::ffff:11.0.0.0/104,11.0.0.0/8", "::FFFF:11.1.0.0/112,11.1.0.0/16", "::ffff:11.0.0.0/8,11.0.0.0/8"})
    void mappedNetworkIsToldHowToWriteIt(String mapped, String plain) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cidr.of(mapped))
                .withMessageContaining("'" + mapped + "' is an IPv4 network written as IPv6")
                .withMessageEndingWith(": " + plain);
        assertThat(Cidr.of(plain).toString()).isEqualTo(plain);
        assertThat(Cidr.of("::ffff:11.1.2.3").contains(InetAddress.ofLiteral("11.1.2.3"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8", "::1/129",
            "10.0.0.1/8", "10.0.0.0/0x8", "10.0.0.0/99999999999"})
    void refusesWhatIsNoNetworkAndSaysSo(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cidr.of(text)).withMessageContaining("'" + text + "'");
    }
}
