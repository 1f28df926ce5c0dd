package io.revproc.admin;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class SubscribersTest {
    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
            // who asks, from where, who else, from where, whether they are one peer
            "-, 127.0.0.1, -, 127.0.0.2, true", "local, 127.0.0.1, -, 127.255.0.9, true",
            "-, 127.0.0.1, -, 0:0:0:0:0:0:0:1, true", "-, ::1, -, ::ffff:127.0.0.3, true",
            "-, 10.0.0.1, -, 10.0.0.1, true", "-, 10.0.0.1, -, 10.0.0.2, false", "-, 127.0.0.1, -, 10.0.0.1, false",
            "-, 2001:db8:0:1::1, -, 2001:db8:0:1:ffff::2, true", "-, 2001:db8:0:1::1, -, 2001:db8:0:2::1, false",
            "-, ::1, -, ::2, false", "-, fe80::1%9, -, fe80::2%9, true", "-, ::a00:1, -, 10.0.0.1, false",
            "-, no-address, -, no-address, true", "-, no-address, -, 10.0.0.1, false",
            "olga, 127.0.0.1, olga, 10.0.0.1, true", "olga, 127.0.0.1, otto, 127.0.0.1, false",
            "olga, 127.0.0.1, -, 127.0.0.1, false"})
    void whoHasManyAddressesOrNamesNoneIsOnePeer(@Nullable String account, String address, @Nullable String other,
            String from, boolean one) {
        assertThat(Subscribers.peer(account, address).equals(Subscribers.peer(other, from))).isEqualTo(one);
    }
}
