package io.revproc.cli.conformance;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import io.revproc.wire.Message;

import static io.revproc.cli.conformance.Requirement.S15;
import static io.revproc.cli.conformance.Requirement.S16;
import static io.revproc.cli.conformance.Requirement.S17;
import static io.revproc.cli.conformance.Requirement.S18;
import static io.revproc.cli.conformance.Requirement.S19;
import static io.revproc.cli.conformance.Requirement.S20;
import static io.revproc.cli.conformance.Requirement.S21;
import static io.revproc.cli.conformance.Requirement.S22;

/** Checks how a server keeps its registration, in this order: the last two end it. */
final class SessionChecks {
    static final List<Check<ServerTrial>> ALL = List.of(new Check<>(S15, SessionChecks::heartbeats),
            new Check<>(S16, SessionChecks::notices), new Check<>(S17, SessionChecks::refusedHeartbeat),
            new Check<>(S19, SessionChecks::silence), new Check<>(S20, SessionChecks::refusedSetup),
            new Check<>(S18, SessionChecks::lostSession), new Check<>(S21, SessionChecks::drain),
            new Check<>(S22, SessionChecks::end));

    private static final int BEATS = 5;
    /** More setups than this in a second are no pause. */
    private static final int MAX_SETUPS = 12;
    private static final Duration MAX_END = Duration.ofSeconds(15);

    private SessionChecks() {}

    private static String heartbeats(ServerTrial trial) throws CheckException, InterruptedException {
        long wanted = trial.timing.heartbeat().toMillis();
        long end = System.nanoTime() + trial.timing.ttl().toNanos() + BEATS * 2 * trial.timing.heartbeat().toNanos();
        while (trial.proxy.beats().size() < BEATS && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        List<Long> beats = List.copyOf(trial.proxy.beats());
        if (beats.size() < BEATS) {
            throw CheckException.failed("Only " + beats.size() + " heartbeats with the lease came in the time of "
                    + 2 * BEATS + ", with heartbeatMs " + wanted + ".");
        }
        List<Long> gaps = new ArrayList<>();
        for (int i = 1; i < beats.size(); i++) {
            gaps.add((beats.get(i) - beats.get(i - 1)) / 1_000_000);
        }
        Collections.sort(gaps);
        long middle = gaps.get(gaps.size() / 2);
        String seen = "With heartbeatMs " + wanted + " there are " + middle + " ms between two heartbeats";
        if (middle < wanted / 3 || middle > wanted * 2) {
            throw CheckException.failed(seen + ".");
        }
        return seen + " (the median).";
    }

    private static String notices(ServerTrial trial) throws IOException, CheckException, InterruptedException {
        String lease = trial.registered().lease();
        trial.registered().session()
                .send("{\"type\": 6, \"event\": \"maintenance\"}{\"type\": 6, \"event\": \"resumed\"}");
        int before = trial.proxy.beats().size();
        long end = System.nanoTime() + trial.timing.ttl().toNanos();
        while (trial.proxy.beats().size() < before + 2 && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        if (trial.proxy.await(0) != null || trial.proxy.beats().size() < before + 2) {
            throw CheckException.failed("The session of " + lease + " did not outlive a notice of maintenance.");
        }
        if (!trial.proxy.faults().isEmpty()) {
            throw CheckException.failed(trial.proxy.faults().getFirst());
        }
        trial.ask("\"after the notice\"");
        return "Heartbeats and answers go on after notices.";
    }

    private static String refusedHeartbeat(ServerTrial trial) throws IOException, CheckException, InterruptedException {
        long longest = 0;
        for (StandIn.Beats how : List.of(StandIn.Beats.REFUSED, StandIn.Beats.REFUSED_BY_AN_UNKNOWN_CODE)) {
            trial.proxy.answer(how);
            longest = Math.max(longest,
                    trial.awaitRegistration(trial.timing.patience().toMillis(), "a heartbeat was answered with "
                            + (how == StandIn.Beats.REFUSED ? "NOT_ALLOWED" : "an Error of an unknown code")));
            trial.ask("\"under the new lease\"");
        }
        return "It did so within " + longest + " ms, and messages under the new lease are answered.";
    }

    private static String lostSession(ServerTrial trial) throws IOException, CheckException, InterruptedException {
        trial.registered().session().close();
        long millis = trial.awaitRegistration(trial.timing.patience().toMillis(), "the proxy closed its session");
        trial.ask("\"under the new lease\"");
        return "It did so within " + millis + " ms.";
    }

    private static String silence(ServerTrial trial) throws IOException, CheckException, InterruptedException {
        trial.proxy.answer(StandIn.Beats.NOT_ANSWERED);
        long millis;
        try {
            millis = trial.awaitRegistration(trial.timing.ttl().plus(trial.timing.patience()).toMillis(),
                    "the proxy fell silent; ttlMs is " + trial.timing.ttl().toMillis());
        } finally {
            trial.proxy.answer(StandIn.Beats.ANSWERED);
        }
        trial.ask("\"under the new lease\"");
        return "It did so after " + millis + " ms, with ttlMs " + trial.timing.ttl().toMillis() + ".";
    }

    private static String refusedSetup(ServerTrial trial) throws IOException, CheckException, InterruptedException {
        int before = trial.proxy.setups();
        trial.proxy.refuse(true);
        try {
            trial.registered().session().close();
            Thread.sleep(trial.timing.quiet());
        } finally {
            trial.proxy.refuse(false);
        }
        int setups = trial.proxy.setups() - before;
        long most = MAX_SETUPS * trial.timing.quiet().toMillis() / 1_000 + 2;
        if (setups > most) {
            throw CheckException.failed("The server sent " + setups + " setups in " + trial.timing.quiet().toMillis()
                    + " ms that were all refused: pause between them, longer each time, half of it chance.");
        }
        trial.awaitRegistration(trial.timing.patience().toMillis(), "refused setups");
        trial.ask("\"at last\"");
        return "It sent " + setups + " setups in " + trial.timing.quiet().toMillis()
                + " ms that were refused, and got in after that.";
    }

    private static String drain(ServerTrial trial) throws IOException, CheckException, InterruptedException {
        Subject subject = subject(trial);
        try (Peer peer = trial.open()) {
            String first = trial.message("\"before\"");
            peer.send(first);
            trial.answer(peer, first);
            trial.proxy.hold();
            subject.terminate();
            Message farewell = trial.proxy.farewell(trial.timing.patience().toMillis());
            if (farewell instanceof Message.Deregister) {
                trial.proxy.again(farewell);
                throw CheckException.failed(
                        "The server deregistered without a drain (type 4): messages on their way are lost.");
            }
            if (farewell == null) {
                throw CheckException.failed("No drain (type 4) came after SIGTERM.");
            }
            try {
                answersWhileDraining(trial, peer);
            } finally {
                trial.registered().session().send("{\"type\": 4, \"inFlight\": 0}");
            }
            return "It drains, and answers what is on its way.";
        }
    }

    private static void answersWhileDraining(ServerTrial trial, Peer peer)
            throws IOException, CheckException, InterruptedException {
        trial.registered().session().send("{\"type\": 4, \"inFlight\": 1}");
        if (trial.mux()) {
            String second = trial.message("\"on its way\"");
            peer.send(second);
            trial.answer(peer, second);
        } else {
            trial.ask("\"on its way\"");
        }
        Message early = trial.proxy.farewell(2 * trial.timing.heartbeat().toMillis());
        if (early != null) {
            trial.proxy.again(early);
            throw CheckException.failed("The server deregistered while the proxy still said inFlight 1.");
        }
    }

    private static String end(ServerTrial trial) throws IOException, CheckException, InterruptedException {
        Subject subject = subject(trial);
        if (!(trial.proxy.farewell(trial.timing.patience().toMillis()) instanceof Message.Deregister)) {
            throw CheckException.failed("No deregister (type 5) came after inFlight 0.");
        }
        try {
            trial.registered().session().send("{\"Status\": \"Deregistered\"}");
        } catch (IOException e) {
            // It has deregistered and is gone, as it may.
        }
        if (!subject.ended(MAX_END)) {
            throw CheckException.failed("The process did not end within " + MAX_END.toSeconds() + " s.");
        }
        return "It deregisters, and its process ends.";
    }

    private static Subject subject(ServerTrial trial) throws CheckException {
        if (trial.subject == null) {
            throw CheckException.skipped("Only for a server that is started by this command, after --.");
        }
        return trial.subject;
    }
}
