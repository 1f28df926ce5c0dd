package io.revproc.admin;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.revproc.proxy.balance.RoundRobin;
import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.PolicyLoad;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.proxy.stats.ListenerCounts;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.Ident;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LiveFiguresTest {
    private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

    private final SwitchTable table = new SwitchTable(policy -> new RoundRobin(), policy -> new PolicyLoad(100, 10),
            () -> Instant.EPOCH, () -> 0);
    private final LiveFigures figures = new LiveFigures(endpoint -> null, new ListenerCounts() {
        @Override
        public int connections() {
            return 3;
        }

        @Override
        public long refused(ErrorCode code) {
            return code == ErrorCode.NO_SERVER ? 4 : 0;
        }
    }, now -> Map.of("NO_SERVER", 4L), () -> "memory", now -> null);

    @Test
    void onlyWhatDiffersFromTheLastFiguresIsTold() {
        Endpoint one = server("PP_1", 1);
        server("PP_1", 2);
        assertThat(gather(false).servers()).containsOnlyKeys("PP_1");
        assertThat(gather(false).servers()).isEmpty();
        one.tally(0).answered(MILLISECOND, 10, 10);
        one.tally(0).failed(ErrorCode.TIMEOUT);
        LiveFigures.Figures told = gather(false);
        assertThat(told.servers().get("PP_1")).hasSize(1);
        assertThat(row(told, "PP_1")).startsWith("1", 0L, 1L, 1L).endsWith(-1L);
        assertThat(told.connections()).isEqualTo(3);
        assertThat(told.unrouted()).isEqualTo(4);
        assertThat(gather(true).servers().get("PP_1")).hasSize(2);
    }

    @Test
    void quantilesAreOfTheLastSecondsAndEndWithThem() {
        Endpoint one = server("PP_1", 1);
        one.tally(0).answered(1_000 * MILLISECOND, 10, 10);
        assertThat(row(gather(true), "PP_1")[4]).as("before anybody watched").isEqualTo(-1L);
        one.tally(0).answered(MILLISECOND, 10, 10);
        assertThat((Long) row(gather(true), "PP_1")[4]).isBetween(750L, 1_250L);
        for (int second = 0; second < 3; second++) {
            assertThat((Long) row(gather(true), "PP_1")[4]).isPositive();
        }
        for (int second = 0; second < 10; second++) {
            gather(true);
        }
        assertThat(row(gather(true), "PP_1")[4]).isEqualTo(-1L);
        one.tally(0).answered(MILLISECOND, 10, 10);
        assertThat((Long) row(gather(true), "PP_1")[4]).as("after a pause").isBetween(750L, 1_250L);
    }

    @Test
    void policiesHaveTheirOwnFigures() {
        server("PP_1", 1);
        PolicyLoad load = Objects.requireNonNull(table.routes().find("PP_1")).load();
        gather(false);
        assertThat(gather(false).policies()).isEmpty();
        load.countRefused(ErrorCode.OVERLOADED);
        load.countRefused(ErrorCode.NO_LIVE_SERVER);
        load.tryWait();
        assertThat(gather(false).policies().get("PP_1")).containsExactly(0, 1, 2, -1, -1);
    }

    @Test
    void whoLeftIsForgotten() {
        Endpoint one = server("PP_1", 1);
        gather(false);
        table.remove(one);
        assertThat(gather(true).servers()).isEmpty();
        assertThat(figures.remembered()).isZero();
    }

    private LiveFigures.Figures gather(boolean all) {
        return figures.gather(table.routes().policies(), all, System.nanoTime(), Instant.EPOCH);
    }

    private static Object[] row(LiveFigures.Figures told, String policy) {
        return Objects.requireNonNull(told.servers().get(policy)).getFirst();
    }

    private Endpoint server(String policy, int id) {
        return table
                .register(new EndpointSpec(Ident.of(policy), Ident.of(id), InetAddress.getLoopbackAddress(), 9001 + id,
                        1, false, 1, null, 1, false, null, null), null);
    }
}
