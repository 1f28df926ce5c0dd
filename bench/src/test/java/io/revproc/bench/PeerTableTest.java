package io.revproc.bench;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class PeerTableTest {
    private static final Pauses NO_PAUSES = new Pauses(0, 0, 0);

    private final PeerTable table = new PeerTable();

    @Test
    void ratiosAreThoseOfATurn() {
        add(Peer.REVPROC, PeerLoad.KEPT, 2, 9, 5);
        add(Peer.NATS, PeerLoad.KEPT, 4, 10, 10);

        assertThat(table.ratios(Peer.NATS, PeerLoad.KEPT)).containsExactly(0.5, 0.9, 0.5);
        assertThat(table.markdown()).contains("| nats-server | its header line | each | no | no "
                + "| 10.00 µs, 1,000/s; **0.50** (0.50–0.90) | 0 |");
    }

    @Test
    void whatAPeerCannotRouteIsSaidAndIsNoErrorOfTheRun() {
        table.add(Peer.REVPROC, PeerLoad.MIXED, sample(1, 0, 0));
        table.add(Peer.HAPROXY, PeerLoad.MIXED, sample(1, 1_000, 0));

        assertThat(table.markdown()).contains("50 % of (m) to the wrong policy");
        assertThat(table.errors()).isZero();
    }

    @Test
    void aMessageToTheWrongPolicyIsAnErrorOfWhoeverRoutesEach() {
        table.add(Peer.REVPROC, PeerLoad.MIXED, sample(1, 1, 0));
        table.add(Peer.NATS, PeerLoad.KEPT, sample(1, 0, 3));

        assertThat(table.errors()).isEqualTo(4);
    }

    @Test
    void theLoadSideIsShownBesideWhatItCanDoAlone() {
        table.add(Peer.REVPROC, PeerLoad.KEPT, sample(1, 0, 0));
        table.addDirect(PeerLoad.KEPT, sample(0, 0, 0));

        assertThat(table.markdown()).contains("| revproc | 20.00 + 30.00 µs, 5 % |",
                "| no proxy: the most that it can do | 20.00 + 30.00 µs, 5 %, 1,000/s |");
    }

    @Test
    void thePlotHasABarForEveryPeer() {
        for (Peer peer : Peer.values()) {
            table.add(peer, PeerLoad.KEPT, sample(1, 0, 0));
        }

        String plot = table.plot();
        assertThat(plot).contains("Netty and Jackson").endsWith("</svg>\n");
        assertThat(plot.split("height=\"12\"", -1)).as("a legend for each").hasSize(Peer.values().length);
    }

    @Test
    void tailsAreMediansWithTheLongestPause() {
        table.add(Peer.REVPROC, PeerLoad.KEPT, sample(1, 0, 0));
        for (int longest : List.of(1_000, 7_000, 2_000)) {
            PeerSample sample = new PeerSample(1, 1, 1, 1, 1, 10, 20, longest, 40_000, 0, 0,
                    new Pauses(2, longest, longest));
            table.addTail("revproc", 50, new PeerTable.Tail(35_000, 5, sample));
        }

        assertThat(table.markdown()).contains("| revproc | 50 % | 35,000 | 10 | 20 | 2,000 | 40,000 | 0 "
                + "| 0.4/s, longest 7.0 ms, 0.14 % of the time |");
        assertThat(table.tailRatios(Peer.REVPROC, 50)).containsExactly(1.0, 1.0, 1.0);
        assertThat(table.tailRatios(Peer.HAPROXY, 50)).isEmpty();
    }

    @Test
    void theCapacityIsTheMedianOfOneMessageInFlight() {
        add(Peer.REVPROC, PeerLoad.KEPT, 1, 1, 1);

        assertThat(table.capacity(Peer.REVPROC)).isEqualTo(1_000);
        assertThat(table.capacity(Peer.NATS)).isZero();
    }

    @Test
    void pausesAreReadFromTheLogOfTheJvm() {
        Pauses pauses = Pauses.of(List.of(
                "[2.1s][info][safepoint] Safepoint \"SerialCollectForAllocation\", Time since last: 100 ns, Reaching safepoint: "
                        + "2000 ns, Cleanup: 1000 ns, At safepoint: 997000 ns, Total: 1000000 ns",
                "[2.2s][info][safepoint] something else",
                "[2.3s][info][safepoint] Safepoint \"ICBufferFull\", Total:   500000 ns"));

        assertThat(pauses.count()).isEqualTo(2);
        assertThat(pauses.longestMicros()).isEqualTo(1_000, within(1e-9));
        assertThat(pauses.totalMicros()).isEqualTo(1_500, within(1e-9));
    }

    private void add(Peer peer, PeerLoad load, double... cpuMicros) {
        for (double micros : cpuMicros) {
            table.add(peer, load, sample(micros, 0, 0));
        }
    }

    private static PeerSample sample(double cpuMicros, long refused, long errors) {
        return new PeerSample(1_000, 1_000, cpuMicros, 20, 30, 1, 2, 3, 4, refused, errors, NO_PAUSES);
    }
}
