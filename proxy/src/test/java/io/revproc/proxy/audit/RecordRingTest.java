package io.revproc.proxy.audit;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

import io.revproc.proxy.route.Endpoint;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RecordRingTest {
    private final Endpoint server = Servers.of("PP_1", 1);
    private final InetSocketAddress client = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);
    private final RecordRing ring = new RecordRing(4);
    private final Delivered record = new Delivered();

    private boolean put(long n) {
        record.millis = n;
        record.micros = (int) n + 1;
        record.outcome = (int) n + 2;
        record.size = (int) n + 3;
        record.digest0 = n + 4;
        record.digest1 = n + 5;
        record.digest2 = n + 6;
        record.digest3 = n + 7;
        record.nonce = n + 8;
        record.client = client;
        record.endpoint = server;
        record.clientCertificate = n % 2 == 0 ? new byte[]{(byte) n} : null;
        return ring.put(record);
    }

    private List<Long> take(int most) {
        List<Long> taken = new ArrayList<>();
        assertThat(ring.take(most, each -> taken.add(each.millis))).isEqualTo(taken.size());
        return taken;
    }

    @Test
    void capacityIsTheNextPowerOfTwo() {
        assertThat(new RecordRing(1).capacity()).isEqualTo(2);
        assertThat(new RecordRing(4).capacity()).isEqualTo(4);
        assertThat(new RecordRing(5).capacity()).isEqualTo(8);
    }

    @Test
    void everyPlaceOfALargeRingKeepsItsRecord() {
        RecordRing large = new RecordRing(4096);
        for (int round = 0; round < 3; round++) {
            for (long n = 0; n < 4096; n++) {
                record.millis = n;
                record.endpoint = server;
                record.client = client;
                assertThat(large.put(record)).isTrue();
            }
            assertThat(large.put(record)).as("full").isFalse();
            List<Long> taken = new ArrayList<>();
            large.take(4096, each -> taken.add(each.millis));
            assertThat(taken).isEqualTo(LongStream.range(0, 4096).boxed().toList());
        }
    }

    @Test
    void recordsComeOutAsTheyWentInAndInOrder() {
        for (long n = 0; n < 100; n++) {
            long expected = n;
            assertThat(put(n)).isTrue();
            assertThat(ring.take(1, each -> {
                assertThat(each.millis).isEqualTo(expected);
                assertThat(each.micros).isEqualTo((int) expected + 1);
                assertThat(each.outcome).isEqualTo((int) expected + 2);
                assertThat(each.size).isEqualTo((int) expected + 3);
                assertThat(List.of(each.digest0, each.digest1, each.digest2, each.digest3, each.nonce))
                        .containsExactly(expected + 4, expected + 5, expected + 6, expected + 7, expected + 8);
                assertThat(each.client).isSameAs(client);
                assertThat(each.endpoint).isSameAs(server);
                assertThat(each.clientCertificate).isEqualTo(expected % 2 == 0 ? new byte[]{(byte) expected} : null);
                assertThat(each.receipt).isNull();
            })).isEqualTo(1);
        }
        assertThat(ring.isEmpty()).isTrue();
    }

    @Test
    void fullRingTakesNothingUntilSomethingIsTakenOut() {
        for (long n = 0; n < 4; n++) {
            assertThat(ring.hasRoom((int) (3 - n))).isTrue();
            assertThat(ring.hasRoom((int) (4 - n))).as("one more than there is").isFalse();
            assertThat(put(n)).isTrue();
        }
        assertThat(put(9)).isFalse();
        assertThat(ring.size()).isEqualTo(4);
        assertThat(ring.waitMoreThan(3)).isTrue();
        assertThat(ring.waitMoreThan(4)).isFalse();
        assertThat(take(3)).containsExactly(0L, 1L, 2L);
        assertThat(put(4)).isTrue();
        assertThat(take(10)).containsExactly(3L, 4L);
        assertThat(take(10)).isEmpty();
    }

    @Test
    void whatWasTakenIsNotHeldOnTo() {
        Delivered[] seen = new Delivered[1];
        put(0);
        ring.take(1, each -> seen[0] = each);
        assertThat(seen[0].endpoint).isNull();
        assertThat(seen[0].client).isNull();
    }
}
