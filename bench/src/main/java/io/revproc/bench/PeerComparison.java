package io.revproc.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** Compares this proxy with those of its peers that are installed. */
final class PeerComparison {
    private final Path home;
    private final Path scratch;
    private final @Nullable Path haproxy;
    private final List<String> options;

    /**
     * Runs by the clock.
     *
     * @param percents of the capacity of each; none: no such runs
     */
    record Tails(List<Integer> percents, int seconds) {}

    /**
     * @param haproxy the program to run as HAProxy; null: there is none
     * @param options further options of this proxy
     */
    PeerComparison(Path home, Path scratch, @Nullable Path haproxy, List<String> options) {
        this.home = home;
        this.scratch = scratch;
        this.haproxy = haproxy;
        this.options = options;
    }

    /** Returns those that are there, this proxy first; says how to get the others. */
    private List<Peer> present(List<Peer> wanted) {
        List<Peer> present = new ArrayList<>(List.of(Peer.REVPROC));
        for (Peer peer : wanted) {
            String install = peer == Peer.HAPROXY && haproxy != null ? null : peer.toInstall();
            if (install != null) {
                System.err.printf("%s is not installed and is left out; to compare with it: %s%n", peer.title,
                        install);
            } else if (!present.contains(peer)) {
                present.add(peer);
            }
        }
        return present;
    }

    /** Runs each load against each, in turn, so many times. */
    PeerTable run(List<Peer> wanted, int turns, int seconds, Tails tails) throws IOException, InterruptedException {
        PeerTable table = new PeerTable();
        try (PeerRun run = new PeerRun(home, scratch, present(wanted), haproxy, options)) {
            for (PeerLoad load : PeerLoad.values()) {
                for (PeerRun.Target target : run.targets().values()) {
                    run.warmUp(target, load);
                }
                for (int turn = 0; turn < turns; turn++) {
                    for (Map.Entry<Peer, PeerRun.Target> target : run.targets().entrySet()) {
                        table.add(target.getKey(), load, run.run(target.getValue(), load, seconds, 0));
                    }
                    // The servers refuse what comes to them under another policy, and without a proxy half of (m) would.
                    table.addDirect(load, run.run(run.direct(), load == PeerLoad.MIXED ? PeerLoad.PIPELINED : load,
                            seconds, 0));
                }
                System.err.printf(Locale.ROOT, "(%s) done%n", load.letter);
            }
            tails(run, table, turns, tails);
        }
        return table;
    }

    /** What has no proxy runs at this proxy's rates: so late is the load side by itself. */
    private static void tails(PeerRun run, PeerTable table, int turns, Tails tails)
            throws IOException, InterruptedException {
        for (int turn = 0; turn < turns; turn++) {
            for (int percent : tails.percents()) {
                for (Map.Entry<Peer, PeerRun.Target> target : run.targets().entrySet()) {
                    double rate = Math.rint(table.capacity(target.getKey()) * percent / 100);
                    table.addTail(target.getValue().name(), percent, new PeerTable.Tail(rate, tails.seconds(),
                            run.run(target.getValue(), PeerLoad.PIPELINED, tails.seconds(), rate)));
                }
                double rate = Math.rint(table.capacity(Peer.REVPROC) * percent / 100);
                table.addTail(run.direct().name(), percent, new PeerTable.Tail(rate, tails.seconds(),
                        run.run(run.direct(), PeerLoad.PIPELINED, tails.seconds(), rate)));
            }
        }
    }
}
