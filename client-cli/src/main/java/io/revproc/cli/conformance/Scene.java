package io.revproc.cli.conformance;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

import io.revproc.wire.Message;

/** The behaviours of the stand-in proxy towards a client's messages, in this order. */
enum Scene {
    PLAIN(Requirement.C1, true, "ANSWER"), BYTE_BY_BYTE(Requirement.C2, true, "ANSWER \u00fc \uD83D\uDE00"), GLUED(
            Requirement.C3, true, "ANSWER"),
    LARGE(Requirement.C4, true, "x".repeat(1_000_000)), ESCAPES(Requirement.C5,
            true, "ANSWER \u00fc \uD83D\uDE00 \"/"),
    UNKNOWN_KEYS(Requirement.C6, true, "ANSWER"), REFUSED(
            Requirement.C7, false,
            ""),
    REFUSED_FOR_NOW(Requirement.C8, false, ""), CLOSED(Requirement.C9, false, ""), HALF(
            Requirement.C10, false, "ANSWER"),
    SILENT(Requirement.C11, false, "");

    private final Requirement requirement;
    private final boolean answered;
    private final String payload;

    Scene(Requirement requirement, boolean answered, String payload) {
        this.requirement = requirement;
        this.answered = answered;
        this.payload = payload;
    }

    Requirement requirement() {
        return requirement;
    }

    /** Returns whether the client gets a whole answer. */
    boolean answered() {
        return answered;
    }

    /** The payload of the answer. */
    String payload() {
        return payload;
    }

    /** Does it. @return whether the connection goes on */
    boolean play(Peer peer, List<Message.Data> messages) throws IOException, InterruptedException {
        switch (this) {
            case PLAIN, LARGE -> peer.send(answers(messages, ServerTrial.quote(payload), "", ""));
            case BYTE_BY_BYTE -> peer.sendInPieces(answers(messages, ServerTrial.quote(payload), "", ""), 1);
            case GLUED -> peer.send("\r\n \t" + answers(messages, ServerTrial.quote(payload), "", "\n\n") + "\n");
            case ESCAPES -> peer.send(answers(messages, "\"ANSWER \\u00fc \\ud83d\\ude00 \\\"\\/\"", "", ""));
            case UNKNOWN_KEYS -> peer.send(answers(messages, ServerTrial.quote(payload),
                    "\"x\": {\"payload\": \"}\", \"Error\": [\"{\"]}, \"receipt\": \"e30.e30.e30\", \"n\": null, ",
                    ""));
            case REFUSED -> peer.send(refusals(messages, "BAD_MESSAGE", false));
            case REFUSED_FOR_NOW -> peer.send(refusals(messages, "NO_SERVER", true));
            case HALF -> {
                String whole = answers(messages.subList(0, 1), ServerTrial.quote(payload), "", "");
                peer.send(whole.substring(0, whole.length() - 1));
            }
            case CLOSED, SILENT -> {
            }
        }
        return this != CLOSED && this != HALF;
    }

    private static String answers(List<Message.Data> messages, String payload, String more, String between) {
        return messages.stream().map(data -> "{" + name(data) + more + "\"type\": 2, \"srcid\": 1, \"destid\": "
                + ident(data.srcId()) + ", \"payloadsize\": 6, \"payload\": " + payload + "}")
                .collect(Collectors.joining(between));
    }

    private static String refusals(List<Message.Data> messages, String code, boolean retryable) {
        return messages.stream().map(data -> {
            String refusal = StandIn.refusal("This is a test of the refusal " + code, code, retryable);
            return data.msgId() == null
                    ? refusal
                    : refusal.substring(0, refusal.length() - 1) + ", \"msgId\": " + ident(data.msgId()) + "}";
        }).collect(Collectors.joining());
    }

    private static String name(Message.Data data) {
        return data.msgId() == null ? "" : "\"msgId\": " + ident(data.msgId()) + ", ";
    }

    private static String ident(io.revproc.wire.Ident ident) {
        return ident.quoted() ? ServerTrial.quote(ident.text()) : ident.text();
    }
}
