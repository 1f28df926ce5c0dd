package io.revproc.cli.conformance;

import java.io.IOException;
import java.util.List;

import io.revproc.wire.ErrorCode;
import io.revproc.wire.Message;

import static io.revproc.cli.conformance.Requirement.S10;
import static io.revproc.cli.conformance.Requirement.S11;
import static io.revproc.cli.conformance.Requirement.S12;
import static io.revproc.cli.conformance.Requirement.S13;
import static io.revproc.cli.conformance.Requirement.S14;

/** Whom a server answers. */
final class LeaseChecks {
    static final List<Check<ServerTrial>> ALL = List.of(new Check<>(S10, LeaseChecks::foreignLease),
            new Check<>(S11, LeaseChecks::noHello), new Check<>(S12, LeaseChecks::otherPolicy),
            new Check<>(S13, LeaseChecks::broken), new Check<>(S14, LeaseChecks::halfClose));

    private LeaseChecks() {}

    private static String foreignLease(ServerTrial trial) throws IOException, CheckException {
        try (Peer peer = trial.connect()) {
            peer.send(ServerTrial.hello("not-" + trial.registered().lease()) + trial.message("\"secret\""));
            if (!trial.endsUnanswered(peer, trial.timing.patienceMillis())) {
                throw CheckException.failed("The connection with a lease that is not the server's stays open.");
            }
            return "A connection with another lease is closed, and its message is not answered.";
        }
    }

    private static String noHello(ServerTrial trial) throws IOException, CheckException {
        try (Peer peer = trial.connect()) {
            peer.send(trial.message("\"secret\""));
            trial.endsUnanswered(peer, trial.timing.quietMillis());
            return "A message without a hello before it is not answered.";
        }
    }

    private static String otherPolicy(ServerTrial trial) throws IOException, CheckException {
        try (Peer peer = trial.open()) {
            String name = trial.name();
            String right = trial.message("\"right\"");
            peer.send(ServerTrial.message(name, ServerTrial.CLIENT, "\"not-"
                    + trial.registered().setup().policy().text().replaceAll("[\"\\\\]", "") + '"', "\"secret\""));
            Peer.Said said = trial.next(peer);
            if (said == null || !(said.message() instanceof Message.Refusal refusal)) {
                throw CheckException.failed("A message for another policy than the lease's was "
                        + (said == null ? "not refused: the connection was closed." : "answered."));
            }
            if (refusal.code() != ErrorCode.NOT_SERVED || !said.raw().matches("(?s).*\"retryable\"\\s*:\\s*true.*")) {
                throw CheckException.failed("A message for another policy was refused with " + refusal.code()
                        + ", not with NOT_SERVED and retryable true.");
            }
            if (trial.mux()) {
                if (refusal.msgId() == null || !name.contains(" " + refusal.msgId().text() + ",")) {
                    throw CheckException.failed("The refusal does not have the msgId of the message.");
                }
                peer.send(right);
                trial.answer(peer, right);
            }
            return "A message for another policy is refused with NOT_SERVED"
                    + (trial.mux() ? "; the next one is answered." : ".");
        }
    }

    private static String broken(ServerTrial trial) throws IOException, CheckException, InterruptedException {
        try (Peer bystander = trial.open()) {
            trial.connect().close();
            for (String end : List.of("", "{\"msgId\": 1, \"type\": 0, \"srcid\": 1, \"payl",
                    "}}} no JSON {{{\u0000")) {
                try (Peer peer = trial.open()) {
                    peer.send(end);
                }
            }
            // time to do what it should not
            Thread.sleep(trial.timing.quiet().dividedBy(4));
            String message = trial.message("\"still there\"");
            bystander.send(message);
            trial.answer(bystander, message);
            trial.ask("\"new\"");
            return "Connections that end early, or bring no JSON, harm no other.";
        }
    }

    private static String halfClose(ServerTrial trial) throws IOException, CheckException {
        if (trial.registered().setup().tls()) {
            throw CheckException.skipped("By TLS a connection is not closed by halves.");
        }
        try (Peer peer = trial.open()) {
            String message = trial.message("\"last words\"");
            peer.send(message);
            peer.halfClose();
            trial.answer(peer, message);
            if (!trial.endsUnanswered(peer, trial.timing.patienceMillis())) {
                throw CheckException.failed("The server keeps a connection that the proxy has ended.");
            }
            return "The answer comes after the proxy's end of the connection, and then the server's.";
        }
    }
}
