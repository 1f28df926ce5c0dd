package io.revproc.wire;

import java.time.Duration;
import java.util.Locale;

import io.revproc.wire.Message.Ack;
import io.revproc.wire.Message.Data;
import io.revproc.wire.Message.Deregister;
import io.revproc.wire.Message.Deregistered;
import io.revproc.wire.Message.Drain;
import io.revproc.wire.Message.Draining;
import io.revproc.wire.Message.Heartbeat;
import io.revproc.wire.Message.HeartbeatSeen;
import io.revproc.wire.Message.Hello;
import io.revproc.wire.Message.Notice;
import io.revproc.wire.Message.Refusal;
import io.revproc.wire.Message.Setup;
import io.revproc.wire.Message.SetupAccepted;
import org.jspecify.annotations.Nullable;

import static io.revproc.wire.JsonObject.bad;

/** Makes a message of a JSON object's fields: which one it is, what it needs, what its fields may hold. */
final class MessageReader {
    /** The type that a refusal shows to clients of Part 1. */
    static final int REFUSAL_TYPE = -1;

    private static final int MAX_MILLIS = 86_400_000;
    private static final int MAX_IN_FLIGHT = 1_000_000;
    private static final int MAX_WEIGHT = 1_000;
    private static final int MAX_PORT = 65_535;
    private static final int MAX_RECEIPT = 8_192;

    private MessageReader() {}

    static Message message(JsonObject in) throws WireException {
        if (!in.has("type")) {
            return answer(in);
        }
        int type = in.numberOrText("type", REFUSAL_TYPE, 7);
        return switch (type) {
            case REFUSAL_TYPE -> refusal(in);
            case 0 -> data(in);
            case 1 -> setup(in);
            // A server may refuse as old clients expect it: with the type of an ACK and the key Error.
            case 2 -> in.has("Error") ? refusal(in) : ack(in);
            case 3 -> in.has("lease") ? new Heartbeat(in.text("lease")) : new HeartbeatSeen();
            case 4 -> drain(in);
            case 5 -> new Deregister(in.text("lease"));
            case 6 -> new Notice(event(in));
            case 7 -> new Hello(in.text("lease"));
            default -> throw new AssertionError(type);
        };
    }

    /** What has no type: a refusal or a status. */
    private static Message answer(JsonObject in) throws WireException {
        if (in.has("Error")) {
            return refusal(in);
        }
        if (!in.has("Status")) {
            throw bad("type is missing; add it.");
        }
        return switch (in.string("Status")) {
            case SetupAccepted.STATUS -> new SetupAccepted(session(in));
            case Deregistered.STATUS -> new Deregistered();
            default -> throw bad("Status must be \"" + SetupAccepted.STATUS + "\" or \"" + Deregistered.STATUS + "\".");
        };
    }

    private static SetupAccepted.@Nullable Session session(JsonObject in) throws WireException {
        if (in.number("proto", 1, 2, 1) == 1) {
            return null;
        }
        return new SetupAccepted.Session(in.text("lease"),
                Duration.ofMillis(in.number("heartbeatMs", 1, MAX_MILLIS)),
                Duration.ofMillis(in.number("ttlMs", 1, MAX_MILLIS)));
    }

    private static Data data(JsonObject in) throws WireException {
        return new Data(in.ident("srcid"), in.ident("privPoliId"), in.payloadSize(), in.string("payload"), in.msgId(),
                in.flag("idempotent"),
                in.has("deadlineMs") ? Duration.ofMillis(in.number("deadlineMs", 1, MAX_MILLIS)) : null,
                // W3C Trace Context: what can't be used is ignored, not refused.
                in.stringIfUsable("traceparent", JsonObject.MAX_TEXT), in.isTrue("receipt"));
    }

    private static Ack ack(JsonObject in) throws WireException {
        return new Ack(in.ident("srcid"), in.ident("destid"), in.payloadSize(), in.string("payload"), in.msgId(),
                in.stringIfUsable("receipt", MAX_RECEIPT));
    }

    private static Setup setup(JsonObject in) throws WireException {
        Ident id = in.ident("id");
        Ident policy = policyOfSetup(in);
        int port = in.numberOrText("listenport", 1, MAX_PORT);
        // A token is read from every setup: whether it is needed is the proxy's business, not the protocol version's.
        String token = in.textOrNull("token");
        if (in.number("proto", 1, 2, 1) == 1) {
            return new Setup(id, policy, port, 1, false, 1, null, 0, token, false);
        }
        return new Setup(id, policy, port, 2, in.flag("mux"), in.number("weight", 1, MAX_WEIGHT, 1),
                in.textOrNull("zone"), in.number("maxInFlight", 0, MAX_IN_FLIGHT, 0), token, in.flag("tls"));
    }

    /** Both spellings of the key may be there, for proxies that know one of them, if they say the same. */
    private static Ident policyOfSetup(JsonObject in) throws WireException {
        Ident policy = in.ident(in.has("privPoliId") ? "privPoliId" : "privPolyId");
        if (in.has("privPolyId") && !in.ident("privPolyId").equals(policy)) {
            throw bad("privPolyId and privPoliId name different policies; give one of them, or the same twice.");
        }
        String text = policy.text();
        if (text.equals(".") || text.equals("..") || text.indexOf('\\') >= 0) {
            throw bad("A policy is not named . or .. and has no backslash in its name; choose another name.");
        }
        return policy;
    }

    private static Message drain(JsonObject in) throws WireException {
        if (in.has("lease")) {
            return new Drain(in.text("lease"));
        }
        if (in.has("inFlight")) {
            return new Draining(in.number("inFlight", 0, Integer.MAX_VALUE));
        }
        throw bad("lease is missing; add it.");
    }

    private static Notice.Event event(JsonObject in) throws WireException {
        String name = in.string("event");
        for (Notice.Event event : Notice.Event.values()) {
            if (name(event).equals(name)) {
                return event;
            }
        }
        throw bad("event must be \"shutdown\", \"maintenance\" or \"resumed\".");
    }

    static String name(Notice.Event event) {
        return event.name().toLowerCase(Locale.ROOT);
    }

    private static Refusal refusal(JsonObject in) throws WireException {
        String sentence = in.string("Error");
        boolean part1 = in.has("type") && in.numberOrText("type", REFUSAL_TYPE, 7) == REFUSAL_TYPE;
        return new Refusal(code(in, sentence), sentence, in.msgId(), part1, part1 ? in.identOrNull("destid") : null);
    }

    /**
     * The seed's refusals have no code; its one sentence says which it is. What is unknown counts as
     * {@link ErrorCode#SERVER_FAILED}: nobody knows what became of the message, so it is not to be sent again unasked.
     */
    private static ErrorCode code(JsonObject in, String sentence) throws WireException {
        if (in.has("code")) {
            return ErrorCode.of(in.string("code"));
        }
        if (sentence.equals(ErrorCode.NO_SERVER.sentence())) {
            return ErrorCode.NO_SERVER;
        }
        return ErrorCode.SERVER_FAILED;
    }
}
