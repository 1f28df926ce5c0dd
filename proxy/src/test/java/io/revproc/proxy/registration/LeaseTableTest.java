package io.revproc.proxy.registration;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.Endpoints;
import io.revproc.wire.Ident;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class LeaseTableTest {
    private static final long TTL = 3_000;
    private static final long GRACE = 10_000;

    private final LeaseTable leases = new LeaseTable(TTL, GRACE);

    @Test
    void leaseExpiresWhenItsTimeIsUpAndNotBefore() {
        Lease lease = granted("a", 0);
        assertThat(leases.sweep(TTL - 1).expired()).isEmpty();
        assertThat(leases.sweep(TTL).expired()).containsExactly(lease);
        assertThat(leases.sweep(TTL).expired()).isEmpty();
    }

    @Test
    void renewalStartsTheTimeAnew() {
        Lease lease = granted("a", 0);
        assertThat(leases.renew(lease, 2_000)).isTrue();
        assertThat(leases.sweep(2_000 + TTL - 1).expired()).isEmpty();
        assertThat(leases.sweep(2_000 + TTL).expired()).containsExactly(lease);
    }

    @Test
    void expiredLeaseIsNotResurrectedByALateHeartbeat() {
        Lease lease = granted("a", 0);
        leases.sweep(TTL);
        assertThat(leases.renew(lease, TTL + 1)).isFalse();
        assertThat(leases.sweep(TTL + GRACE).over()).containsExactly(lease);
        assertThat(leases.find("a")).isNull();
    }

    @Test
    void graceBeginsWhenTheSessionIsLost() {
        Lease lease = granted("a", 0);
        assertThat(leases.lose(lease, 500)).isTrue();
        assertThat(leases.lose(lease, 600)).isFalse();
        assertThat(leases.sweep(500 + GRACE - 1)).isEqualTo(new LeaseTable.Due(List.of(), List.of()));
        assertThat(leases.sweep(500 + GRACE).over()).containsExactly(lease);
        assertThat(leases.size()).isZero();
    }

    @Test
    void endedLeaseIsNeverDue() {
        Lease held = granted("a", 0);
        Lease lost = granted("b", 0);
        leases.lose(lost, 0);
        leases.end(held);
        leases.end(lost);
        assertThat(leases.untilDue(0)).isEqualTo(LeaseTable.NEVER);
        assertThat(leases.sweep(Long.MAX_VALUE / 2)).isEqualTo(new LeaseTable.Due(List.of(), List.of()));
        assertThat(leases.size()).isZero();
    }

    @Test
    void saysHowLongUntilSomethingIsDue() {
        assertThat(leases.untilDue(0)).isEqualTo(LeaseTable.NEVER);
        Lease first = granted("a", 0);
        granted("b", 1_000);
        assertThat(leases.untilDue(1_000)).isEqualTo(2_000);
        leases.renew(first, 1_500);
        assertThat(leases.untilDue(1_500)).isEqualTo(2_500);
        assertThat(leases.untilDue(9_999)).isZero();
    }

    @Test
    void nothingExpiresWhileLenientButRenewalsCountAndGraceEnds() {
        Lease silent = granted("a", 0);
        Lease lost = granted("b", 0);
        Lease heard = granted("c", 0);
        leases.lose(lost, 0);
        leases.lenientUntil(GRACE + 1_000);
        assertThat(leases.untilDue(TTL)).isEqualTo(GRACE - TTL);
        assertThat(leases.sweep(GRACE)).isEqualTo(new LeaseTable.Due(List.of(), List.of(lost)));
        assertThat(leases.untilDue(GRACE)).isEqualTo(1_000);
        assertThat(leases.renew(heard, GRACE + 500)).isTrue();
        assertThat(leases.sweep(GRACE + 1_000).expired()).containsExactly(silent);
        assertThat(leases.untilDue(GRACE + 1_000)).isEqualTo(TTL - 500);
    }

    /** The clock's scale has no beginning: it may be about to overflow. */
    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE - 2_000, Long.MIN_VALUE, -1})
    void worksWhereverTheClockStands(long start) {
        Lease lease = granted("a", start);
        assertThat(leases.untilDue(start)).isEqualTo(TTL);
        assertThat(leases.sweep(start + TTL - 1).expired()).isEmpty();
        assertThat(leases.sweep(start + TTL).expired()).containsExactly(lease);
        assertThat(leases.sweep(start + TTL + GRACE).over()).containsExactly(lease);
    }

    /** Against the plainest model there is: a map of due times, looked through as a whole. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void agreesWithAPlainModelOverRandomHistories(long seed) {
        Random random = new Random(seed);
        Map<Lease, Long> held = new HashMap<>();
        Map<Lease, Long> lost = new HashMap<>();
        List<Lease> all = new ArrayList<>();
        long now = 0;
        for (int step = 0; step < 5_000; step++) {
            now += random.nextInt(200);
            Lease any = all.isEmpty() ? null : all.get(random.nextInt(all.size()));
            switch (random.nextInt(6)) {
                case 0 -> {
                    Lease lease = granted("lease-" + step, now);
                    all.add(lease);
                    held.put(lease, now + TTL);
                }
                case 1, 2 -> {
                    if (any != null) {
                        assertThat(leases.renew(any, now)).isEqualTo(held.containsKey(any));
                        long due = now + TTL;
                        held.computeIfPresent(any, (lease, old) -> due);
                    }
                }
                case 3 -> {
                    if (any != null) {
                        assertThat(leases.lose(any, now)).isEqualTo(held.containsKey(any));
                        if (held.remove(any) != null) {
                            lost.put(any, now + GRACE);
                        }
                    }
                }
                case 4 -> {
                    if (any != null && random.nextInt(10) == 0) {
                        leases.end(any);
                        held.remove(any);
                        lost.remove(any);
                    }
                }
                default -> {
                    LeaseTable.Due due = leases.sweep(now);
                    assertThat(due.over()).containsExactlyInAnyOrderElementsOf(takeDue(lost, now));
                    List<Lease> expired = takeDue(held, now);
                    assertThat(due.expired()).containsExactlyInAnyOrderElementsOf(expired);
                    for (Lease lease : expired) {
                        lost.put(lease, now + GRACE);
                    }
                }
            }
            assertThat(leases.size()).isEqualTo(held.size() + lost.size());
        }
    }

    private static List<Lease> takeDue(Map<Lease, Long> leases, long now) {
        List<Lease> due = leases.entrySet().stream().filter(entry -> entry.getValue() <= now).map(Map.Entry::getKey)
                .toList();
        due.forEach(leases::remove);
        return due;
    }

    private Lease granted(String id, long now) {
        EndpointSpec spec = new EndpointSpec(Ident.of("PP_1"), Ident.of(id), InetAddress.getLoopbackAddress(), 9001, 2,
                true, 1, null, 256, false, null, null);
        Lease lease = new Lease(id, Endpoints.of(spec, EndpointState.registered(id)), null);
        leases.grant(lease, now);
        return lease;
    }
}
