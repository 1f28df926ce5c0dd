package io.revproc.cli.conformance;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.revproc.wire.Ident;
import io.revproc.wire.Message;

import static io.revproc.cli.conformance.Requirement.S1;
import static io.revproc.cli.conformance.Requirement.S2;
import static io.revproc.cli.conformance.Requirement.S3;
import static io.revproc.cli.conformance.Requirement.S4;
import static io.revproc.cli.conformance.Requirement.S5;
import static io.revproc.cli.conformance.Requirement.S6;
import static io.revproc.cli.conformance.Requirement.S7;
import static io.revproc.cli.conformance.Requirement.S8;
import static io.revproc.cli.conformance.Requirement.S9;

/** Checks how a server handles messages. */
final class MessageChecks {
    static final List<Check<ServerTrial>> ALL = List.of(new Check<>(S1, MessageChecks::setup),
            new Check<>(S2, MessageChecks::listening), new Check<>(S5, MessageChecks::answer),
            new Check<>(S3, MessageChecks::pieces), new Check<>(S4, MessageChecks::glued),
            new Check<>(S6, MessageChecks::inFlight), new Check<>(S7, MessageChecks::text),
            new Check<>(S8, MessageChecks::dialects), new Check<>(S9, MessageChecks::large));

    private static final int MAX_IN_FLIGHT = 100;
    private static final int LARGE = 1_000_000;

    private MessageChecks() {}

    private static String setup(ServerTrial trial) throws CheckException {
        if (!trial.proxy.faults().isEmpty()) {
            throw CheckException.failed(trial.proxy.faults().getFirst());
        }
        Message.Setup setup = trial.registered().setup();
        if (setup.proto() != 2) {
            throw CheckException
                    .failed("The setup has no \"proto\": 2, so the server gets no lease and no heartbeats.");
        }
        return "Server " + setup.id() + " registers for " + setup.policy()
                + (setup.mux() ? " with mux." : " without mux.");
    }

    private static String listening(ServerTrial trial) throws CheckException {
        if (!trial.registered().listening()) {
            throw CheckException.failed("Nobody took a connection to the data port when the setup had come.");
        }
        return "The data port " + trial.registered().address().getPort() + " took a connection.";
    }

    private static String answer(ServerTrial trial) throws IOException, CheckException {
        try (Peer peer = trial.open()) {
            String message = trial.message("\"hello\"");
            peer.send(message);
            Peer.Said said = trial.next(peer);
            if (said == null || !(said.message() instanceof Message.Ack ack)) {
                throw CheckException.failed("A plain message was not answered with an ACK (type 2).");
            }
            if (trial.mux() && !said.raw().matches("(?s)\\s*\\{\\s*\"msgId\"\\s*:.*")) {
                throw CheckException.failed("msgId is not the answer's first key.");
            }
            if (trial.mux() && (ack.msgId() == null || !ack.msgId().text().equals(ServerTrial.name(message)))) {
                throw CheckException.failed("The answer has another msgId than the message.");
            }
            if (!ack.destId().text().equals(ServerTrial.CLIENT)) {
                throw CheckException.failed("destid is not the message's srcid.");
            }
            if (!ack.srcId().equals(trial.registered().setup().id())) {
                throw CheckException.failed("srcid is not the id of the setup.");
            }
            return "A message is answered as it should be.";
        }
    }

    private static String pieces(ServerTrial trial) throws IOException, CheckException, InterruptedException {
        String payload = "\"grüße {\\\"} \uD83D\uDE00\"";
        for (int size : List.of(1, 7)) {
            try (Peer peer = trial.connect()) {
                String message = trial.message(payload);
                peer.sendInPieces(trial.hello() + message, size);
                trial.answer(peer, message);
            }
        }
        return "A hello and a message byte by byte, and in pieces of seven bytes, are answered.";
    }

    private static String glued(ServerTrial trial) throws IOException, CheckException {
        for (String space : List.of("", "\n", " \r\n\t")) {
            try (Peer peer = trial.connect()) {
                String first = trial.message("\"one\"");
                String second = trial.mux() ? trial.message("\"two\"") : "";
                peer.send(trial.hello() + space + first + space + second);
                if (trial.mux()) {
                    answers(trial, peer, List.of(first, second));
                } else {
                    trial.answer(peer, first);
                }
            }
        }
        return "A hello and messages that come in one read are all taken.";
    }

    /** Each message is answered once, in any order, to its own client. */
    static void answers(ServerTrial trial, Peer peer, List<String> messages) throws IOException, CheckException {
        Map<String, String> open = new HashMap<>();
        messages.forEach(message -> open.put(ServerTrial.name(message), message));
        while (!open.isEmpty()) {
            Peer.Said said = trial.next(peer);
            if (said == null) {
                throw CheckException.failed("The server closed the connection with " + open.size() + " of "
                        + messages.size() + " messages unanswered.");
            }
            if (!(said.message() instanceof Message.Ack ack)) {
                throw CheckException.failed("One of several messages was not answered with an ACK.");
            }
            Ident name = ack.msgId();
            String message = name == null ? null : open.remove(name.text());
            if (message == null) {
                throw CheckException.failed("An answer has a msgId that is not in flight, or none.");
            }
            if (!message.contains("\"srcid\": " + ack.destId().text() + ",")) {
                throw CheckException.failed("An answer has the destid of another message's client.");
            }
        }
    }

    private static String inFlight(ServerTrial trial) throws IOException, CheckException {
        trial.needMux();
        int asked = trial.registered().setup().maxInFlight();
        int count = asked == 0 ? MAX_IN_FLIGHT : Math.min(asked, MAX_IN_FLIGHT);
        List<String> messages = new java.util.ArrayList<>();
        for (int i = 0; i < count; i++) {
            messages.add(ServerTrial.message(trial.name(), "" + (1_000 + i), trial.policy(), "\"message " + i + "\""));
        }
        try (Peer peer = trial.open()) {
            peer.send(String.join("", messages));
            answers(trial, peer, messages);
        }
        return count + " messages in flight are answered, each once.";
    }

    private static String text(ServerTrial trial) throws IOException, CheckException {
        boolean repeats = trial.ask("\"same\"").equals(trial.ask("\"same\""));
        String escaped = trial.ask("\"gr\\u00fc\\u00dfe \\ud83d\\ude00 \\/\"");
        String plain = trial.ask("\"grüße \uD83D\uDE00 /\"");
        trial.ask("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\\u2028{[}] \"");
        trial.ask("\"\"");
        if (repeats && !escaped.equals(plain)) {
            throw CheckException.failed("The same text, once with escapes and once without, is answered differently.");
        }
        return repeats
                ? "Escapes, control characters and characters beyond ASCII are answered."
                : "Answered; what the answers say can't be compared, since the same message is answered differently.";
    }

    private static String dialects(ServerTrial trial) throws IOException, CheckException {
        String expected = trial.ask("\"dialect\"");
        boolean repeats = expected.equals(trial.ask("\"dialect\""));
        String policy = trial.policy();
        Ident ident = trial.registered().setup().policy();
        String other = Ident.of(ident.text()).quoted()
                ? policy
                : policy.startsWith("\"") ? ident.text() : '"' + policy + '"';
        for (String rest : List.of(
                "\"type\": \"0\", \"srcid\": \"client-7\", \"privPoliId\": " + policy + ", \"payload\": \"dialect\"",
                "\"payload\": \"dialect\", \"payloadsize\": \"7\", \"privPoliId\": " + other
                        + ", \"srcid\": \"7\", \"type\": 0",
                "\"type\":0,\"srcid\":7,\"x\":{\"type\":1,\"payload\":[\"}\",{\"privPoliId\":\"x\"}]},\"privPoliId\":"
                        + policy
                        + ",\"payload\":\"dialect\",\"n\":null,\"f\":-1.5e3,\"traceparent\":\"00-1-2-01\",\"idempotent\":true")) {
            try (Peer peer = trial.open()) {
                String message = "{" + trial.name() + rest + "}";
                peer.send(message);
                Message.Ack ack = trial.answer(peer, message);
                String client = rest.contains("client-7") ? "client-7" : "7";
                if (!ack.destId().text().equals(client)) {
                    throw CheckException.failed("destid is not the message's srcid, which was "
                            + (rest.contains("\"srcid\":7") ? "a number." : "a string."));
                }
                if (repeats && !ack.payload().equals(expected)) {
                    throw CheckException
                            .failed("The same payload in a message of another spelling is answered differently.");
                }
            }
        }
        return "Other spellings of a message, and unknown keys, are taken.";
    }

    private static String large(ServerTrial trial) throws IOException, CheckException {
        try (Peer peer = trial.open()) {
            String message = trial.message('"' + "x".repeat(LARGE) + '"');
            peer.send(message);
            Peer.Said said = trial.next(peer);
            if (said == null) {
                throw CheckException.failed("The server closed the connection over a message of 1 MiB.");
            }
            boolean refused = said.message() instanceof Message.Refusal;
            if (trial.mux()) {
                Ident name = said.message() instanceof Message.Ack ack
                        ? ack.msgId()
                        : said.message() instanceof Message.Refusal refusal ? refusal.msgId() : null;
                if (name == null || !name.text().equals(ServerTrial.name(message))) {
                    throw CheckException.failed("The answer to a message of 1 MiB does not have its msgId.");
                }
                String next = trial.message("\"next\"");
                peer.send(next);
                trial.answer(peer, next);
            }
            return "A message of " + LARGE + " characters is " + (refused ? "refused by its msgId." : "answered.");
        }
    }
}
