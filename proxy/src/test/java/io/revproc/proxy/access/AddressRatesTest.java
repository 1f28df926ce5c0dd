package io.revproc.proxy.access;

import java.net.InetAddress;
import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class AddressRatesTest {
    private long now = Long.MAX_VALUE - 5_000;
    private final AddressRates rates = new AddressRates(10, 3, 4, () -> now);

    @Test
    void anAddressHasItsBurstAndThenItsRate() {
        assertThat(taken("192.0.2.1", 5)).isEqualTo(3);
        pass(99);
        assertThat(taken("192.0.2.1", 1)).isZero();
        pass(1);
        assertThat(taken("192.0.2.1", 2)).isEqualTo(1);
        pass(10_000);
        assertThat(taken("192.0.2.1", 100)).isEqualTo(3);
    }

    @Test
    void addressesDoNotShareTheirRates() {
        assertThat(taken("192.0.2.1", 5)).isEqualTo(3);
        assertThat(taken("192.0.2.2", 5)).isEqualTo(3);
    }

    @Test
    void theAddressesOfOneIpv6NetworkAreOne() {
        assertThat(taken("2001:db8:0:1::1", 2)).isEqualTo(2);
        assertThat(taken("2001:db8:0:1:ffff::2", 5)).isEqualTo(1);
        assertThat(taken("2001:db8:0:2::1", 5)).isEqualTo(3);
    }

    @Test
    void thoseThatThereIsNoRoomForShareOneBucketAndGetTheirOwnOnceOthersAreIdle() {
        for (int i = 1; i <= 4; i++) {
            assertThat(taken("192.0.2." + i, 5)).isEqualTo(3);
        }
        assertThat(taken("192.0.2.5", 2)).isEqualTo(2);
        assertThat(taken("192.0.2.6", 5)).isEqualTo(1);
        assertThat(rates.addresses()).isEqualTo(4);

        pass(2_000);
        assertThat(taken("192.0.2.6", 5)).isEqualTo(3);
        assertThat(rates.addresses()).isEqualTo(1);
    }

    @Test
    void aMillionAddressesTakeNoMoreRoomThanTheyMay() {
        int taken = 0;
        for (int i = 0; i < 1_000_000; i++) {
            taken += rates.take(new AddressKey(i, false)) ? 1 : 0;
        }
        assertThat(rates.addresses()).isEqualTo(4);
        assertThat(taken).isEqualTo(4 + 3);
    }

    private int taken(String address, int attempts) {
        AddressKey key = AddressKey.of(InetAddress.ofLiteral(address));
        int taken = 0;
        for (int i = 0; i < attempts; i++) {
            taken += rates.take(key) ? 1 : 0;
        }
        return taken;
    }

    private void pass(long millis) {
        now += Duration.ofMillis(millis).toNanos();
    }
}
