package io.revproc.cli.conformance;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.revproc.cli.tls.TlsSockets;
import org.jspecify.annotations.Nullable;

/** Checks a server against the protocol: opens a stand-in proxy, waits until the server registers at it, and asks. */
public final class ServerConformance implements AutoCloseable {
    private static final List<Check<ServerTrial>> CHECKS = Stream
            .of(MessageChecks.ALL, LeaseChecks.ALL, SessionChecks.ALL).flatMap(List::stream).toList();

    private static final long LOOK_MILLIS = 50;

    private final StandIn proxy;
    private final Timing timing;

    /**
     * Listens at once.
     *
     * @param at  port 0 for any free one
     * @param tls how the stand-in proxy speaks TLS in both directions; null: in plain text
     * @throws IOException if the port can't be had
     */
    public ServerConformance(InetSocketAddress at, @Nullable TlsSockets tls, Timing timing) throws IOException {
        this.timing = timing;
        proxy = new StandIn(at, tls, timing);
    }

    public int port() {
        return proxy.port();
    }

    /**
     * Waits for a server and checks it.
     *
     * @param wait    how long a server may take to register
     * @param subject how to end the server; null: it ends by itself, and the checks of its end are skipped
     * @param only    what to check; the rest is left out
     * @param each    is told of each result as soon as it is known
     * @return the results in the order of the requirements
     */
    public List<Result> run(Duration wait, @Nullable Subject subject, Set<Requirement> only, Consumer<Result> each)
            throws InterruptedException {
        List<Check<ServerTrial>> checks = CHECKS.stream().filter(check -> only.contains(check.requirement())).toList();
        StandIn.Registered first = first(wait, subject);
        List<Result> results = new ArrayList<>();
        if (first == null) {
            String late = subject != null && subject.ended(Duration.ZERO)
                    ? "The program ended with exit code " + subject.exitCode() + ", and no server had registered."
                    : "No server registered within " + wait.toSeconds() + " s.";
            String why = proxy.faults().isEmpty() ? late : proxy.faults().getFirst();
            results.add(new Result(Requirement.S1, Result.Outcome.FAILED, why));
            checks.stream().filter(check -> check.requirement() != Requirement.S1)
                    .forEach(check -> results.add(check.skip("No server has registered.")));
        } else {
            ServerTrial trial = new ServerTrial(proxy, first, timing, subject);
            boolean leased = first.setup().proto() == 2;
            for (Check<ServerTrial> check : checks) {
                trial.refresh();
                Result result = leased || check.requirement().compareTo(Requirement.S3) < 0
                        ? check.run(trial)
                        : check.skip("The server registered without \"proto\": 2.");
                results.add(result);
                each.accept(result);
            }
        }
        results.sort(Comparator.comparing(Result::requirement));
        return results;
    }

    /**
     * Waits for the first registration, but not for one that a program which has failed can't make any more. One that ends well may have
     * left a server behind, as a launcher does: for that it waits as long as for an answer.
     */
    private StandIn.@Nullable Registered first(Duration wait, @Nullable Subject subject) throws InterruptedException {
        long end = System.nanoTime() + wait.toNanos();
        boolean over = false;
        while (true) {
            long left = Math.max(0, (end - System.nanoTime()) / 1_000_000);
            StandIn.Registered first = proxy.await(subject == null ? left : Math.min(left, LOOK_MILLIS));
            if (first != null || left == 0) {
                return first;
            }
            if (subject != null && !over && subject.ended(Duration.ZERO)) {
                over = true;
                end = Math.min(end, System.nanoTime() + (subject.exitCode() == 0 ? timing.patience().toNanos() : 0));
            }
        }
    }

    @Override
    public void close() {
        proxy.close();
    }
}
