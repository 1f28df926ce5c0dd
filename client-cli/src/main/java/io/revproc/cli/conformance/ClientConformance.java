package io.revproc.cli.conformance;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import io.revproc.cli.tls.TlsSockets;
import org.jspecify.annotations.Nullable;

/** Checks a client against the protocol: opens a stand-in proxy that the client sends to, once for each check. */
public final class ClientConformance implements AutoCloseable {
    /** A client that sends a refused message more often than this in one run does not pause. */
    private static final int MAX_SENDS = 10;

    /** Runs the client. */
    @FunctionalInterface
    public interface Runner {
        /** Starts it; it is to send one message and to end. */
        Run start() throws IOException;
    }

    /** One run of a client; ended when this is closed. */
    public interface Run extends AutoCloseable {
        /** Waits for its end. @return whether it has ended */
        boolean ended(Duration patience) throws InterruptedException;

        /** Of a run that has ended. */
        int exitCode();

        /** The client's output so far. */
        String output();

        @Override
        void close();
    }

    private final ClientStandIn proxy;
    private final Timing timing;
    /** Whether the client prints what it is answered, so that what it has understood can be compared. */
    private boolean prints;

    /**
     * Listens at once.
     *
     * @param at  port 0 for any free one
     * @param tls how the stand-in proxy speaks TLS; null: in plain text
     * @throws IOException if the port can't be had
     */
    public ClientConformance(InetSocketAddress at, @Nullable TlsSockets tls, Timing timing) throws IOException {
        this.timing = timing;
        proxy = new ClientStandIn(at, tls);
    }

    public int port() {
        return proxy.port();
    }

    /**
     * Checks a client.
     *
     * @param wait   how long a client may take to send a message, or to end
     * @param runner starts the client, once for each check; null: somebody else does, and only what comes over the network is looked at
     * @param only   what to check; the rest is left out
     * @param next   is told what is checked next, once a message may come
     * @param each   is told of each result as soon as it is known
     * @return the results in the order of the requirements
     */
    public List<Result> run(Duration wait, @Nullable Runner runner, Set<Requirement> only, Consumer<Requirement> next,
            Consumer<Result> each) throws InterruptedException {
        List<Result> results = new ArrayList<>();
        for (Scene scene : Scene.values()) {
            if (!only.contains(scene.requirement())) {
                continue;
            }
            Result result = new Check<>(scene.requirement(), (Scene played) -> {
                proxy.play(played);
                next.accept(played.requirement());
                return runner == null ? watch(played, wait) : run(played, wait, runner);
            }).run(scene);
            results.add(result);
            each.accept(result);
        }
        return results;
    }

    private String run(Scene scene, Duration wait, Runner runner)
            throws IOException, CheckException, InterruptedException {
        try (Run client = runner.start()) {
            boolean ended = client.ended(wait);
            if (ended && client.exitCode() != 0 && proxy.faults().isEmpty() && proxy.isUntouched()) {
                throw CheckException
                        .failed("The client ended with exit code " + client.exitCode() + ", and no message came.");
            }
            String first = first(0);
            if (!ended) {
                throw CheckException.failed("The client had not ended after " + wait.toSeconds() + " s.");
            }
            boolean fine = client.exitCode() == 0;
            if (scene == Scene.PLAIN) {
                prints = client.output().contains(scene.payload());
            }
            if (scene.answered() && !fine) {
                throw CheckException
                        .failed("The client ended with exit code " + client.exitCode() + " after an answer.");
            }
            if (scene.answered() && prints && !client.output().contains(scene.payload())) {
                throw CheckException.failed("The client did not print the answer's payload as it is.");
            }
            if (!scene.answered() && fine) {
                throw CheckException.failed("The client ended with exit code 0, as after an answer.");
            }
            int again = sentAgain(first, 0);
            judge(scene, first, again);
            return scene.answered()
                    ? "The client took the answer."
                    : "The client did not take it for an answer; exit code " + client.exitCode() + ".";
        }
    }

    private String watch(Scene scene, Duration wait) throws CheckException, InterruptedException {
        String first = first(wait.toMillis());
        if (scene.answered()) {
            if (!proxy.ends(timing.patience().toMillis()) && proxy.message(0) == null) {
                throw CheckException
                        .failed("After the answer the client neither ended its connection nor sent another message.");
            }
            return "The client went on after the answer.";
        }
        judge(scene, first, sentAgain(first, timing.quiet().toMillis()));
        if (scene == Scene.SILENT && !proxy.ends(wait.toMillis())) {
            throw CheckException.failed("The client still waits after " + wait.toSeconds() + " s.");
        }
        return "The client did not send the message again at once.";
    }

    private String first(long millis) throws CheckException, InterruptedException {
        String message = proxy.message(millis);
        if (!proxy.faults().isEmpty()) {
            throw CheckException.failed(proxy.faults().removeFirst());
        }
        if (message == null) {
            throw CheckException.failed("No message came.");
        }
        return message;
    }

    private int sentAgain(String first, long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        int again = 0;
        for (long left = millis; left >= 0; left = (end - System.nanoTime()) / 1_000_000) {
            String next = proxy.message(left);
            if (next == null) {
                break;
            }
            again += next.equals(first) ? 1 : 0;
        }
        return again;
    }

    private static void judge(Scene scene, String first, int again) throws CheckException {
        boolean idempotent = first.matches("(?s).*\"idempotent\"\\s*:\\s*true.*");
        boolean mayBeSentAgain = scene == Scene.REFUSED_FOR_NOW || (idempotent && scene != Scene.REFUSED);
        if (again > (mayBeSentAgain ? MAX_SENDS : 0)) {
            throw CheckException.failed("The client sent the message again, " + again + " times"
                    + (mayBeSentAgain ? " in a row." : ": it may be handled twice."));
        }
    }

    @Override
    public void close() {
        proxy.close();
    }
}
