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
import io.revproc.wire.Message.Introduced;
import io.revproc.wire.Message.Introduction;
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

    private MessageReader() {}

    static Message message(JsonObject in) throws WireException {
        if (!in.has(Field.TYPE)) {
            return answer(in);
        }
        int type = in.number(Field.TYPE);
        return switch (type) {
            case REFUSAL_TYPE -> refusal(in);
            case 0 -> data(in);
            case 1 -> setup(in);
            // A server may refuse as old clients expect it: with the type of an ACK and the key Error.
            case 2 -> in.has(Field.ERROR) ? refusal(in) : ack(in);
            case 3 -> in.has(Field.LEASE)
                    ? new Heartbeat(in.string(Field.LEASE), in.stringOrNull(Field.EVIDENCE))
                    : new HeartbeatSeen(in.stringOrNull(Field.EVIDENCE));
            case 4 -> drain(in);
            case 5 -> new Deregister(in.string(Field.LEASE));
            case 6 -> new Notice(event(in));
            case 7 -> new Hello(in.string(Field.LEASE));
            case Introduction.TYPE -> introduction(in);
            default -> throw new AssertionError(type);
        };
    }

    private static Message introduction(JsonObject in) throws WireException {
        Ident msgId = in.identOrNull(Field.MSG_ID);
        if (in.has(Field.ERROR)) {
            return refusal(in);
        }
        String token = in.stringOrNull(Field.TOKEN);
        return token != null
                ? new Introduction(token, msgId)
                : new Introduced(in.has(Field.TTL_MILLIS) ? Duration.ofMillis(in.number(Field.TTL_MILLIS)) : null,
                        msgId);
    }

    /** Reads a message without a type: a refusal or a status. */
    private static Message answer(JsonObject in) throws WireException {
        if (in.has(Field.ERROR)) {
            return refusal(in);
        }
        if (!in.has(Field.STATUS)) {
            throw bad(Field.TYPE.missing);
        }
        return switch (in.string(Field.STATUS)) {
            case SetupAccepted.STATUS -> new SetupAccepted(session(in));
            case Deregistered.STATUS -> new Deregistered();
            default -> throw bad("Status must be \"" + SetupAccepted.STATUS + "\" or \"" + Deregistered.STATUS + "\".");
        };
    }

    private static SetupAccepted.@Nullable Session session(JsonObject in) throws WireException {
        if (in.number(Field.PROTO, 1) == 1) {
            return null;
        }
        return new SetupAccepted.Session(in.string(Field.LEASE),
                Duration.ofMillis(in.number(Field.HEARTBEAT_MILLIS)),
                Duration.ofMillis(in.number(Field.TTL_MILLIS)), in.texts(Field.ALSO_SERVES));
    }

    private static Data data(JsonObject in) throws WireException {
        Ident client = in.ident(Field.SRC_ID);
        Ident policy = in.ident(Field.PRIV_POLI_ID);
        if (!in.has(Field.PAYLOAD)) {
            throw bad(Field.PAYLOAD.missing);
        }
        onePolicy(in, policy);
        return new Data(client, policy, in.number(Field.PAYLOAD_SIZE, -1),
                in.string(Field.PAYLOAD), in.identOrNull(Field.MSG_ID),
                in.flag(Field.IDEMPOTENT),
                in.has(Field.DEADLINE) ? Duration.ofMillis(in.number(Field.DEADLINE)) : null,
                in.stringOrNull(Field.TRACEPARENT), in.flag(Field.RECEIPT));
    }

    private static Ack ack(JsonObject in) throws WireException {
        return new Ack(in.ident(Field.SRC_ID), in.ident(Field.DEST_ID), in.number(Field.PAYLOAD_SIZE, -1),
                in.string(Field.PAYLOAD), in.identOrNull(Field.MSG_ID),
                in.stringOrNull(Field.RECEIPT));
    }

    private static Setup setup(JsonObject in) throws WireException {
        Ident id = in.ident(Field.ID);
        Ident policy = policyOfSetup(in);
        int port = in.number(Field.LISTEN_PORT);
        // A token is read from every setup: whether it is needed is the proxy's business, not the protocol version's.
        String token = in.stringOrNull(Field.TOKEN);
        Setup.Statement statement = new Setup.Statement(in.stringOrNull(Field.REGION), in.texts(Field.PURPOSES),
                in.flag(Field.WIDER), in.stringOrNull(Field.EVIDENCE));
        if (in.number(Field.PROTO, 1) == 1) {
            return new Setup(id, policy, port, 1, false, 1, null, 0, token, false, statement);
        }
        return new Setup(id, policy, port, 2, in.flag(Field.MUX), in.number(Field.WEIGHT, 1),
                in.stringOrNull(Field.ZONE), in.number(Field.MAX_IN_FLIGHT, 0), token, in.flag(Field.TLS),
                statement);
    }

    /** Both spellings of the key may be there, for proxies that know one of them, if they say the same. */
    private static Ident policyOfSetup(JsonObject in) throws WireException {
        Ident policy = in.ident(in.has(Field.PRIV_POLI_ID) ? Field.PRIV_POLI_ID : Field.PRIV_POLY_ID);
        onePolicy(in, policy);
        String text = policy.text();
        if (text.equals(".") || text.equals("..") || text.indexOf('\\') >= 0) {
            throw bad("A policy is not named . or .. and has no backslash in its name; choose another name.");
        }
        return policy;
    }

    private static void onePolicy(JsonObject in, Ident policy) throws WireException {
        if (in.has(Field.PRIV_POLY_ID) && !in.ident(Field.PRIV_POLY_ID).equals(policy)) {
            throw bad(Field.TWO_POLICIES);
        }
    }

    private static Message drain(JsonObject in) throws WireException {
        if (in.has(Field.LEASE)) {
            return new Drain(in.string(Field.LEASE));
        }
        if (in.has(Field.IN_FLIGHT)) {
            return new Draining(in.number(Field.IN_FLIGHT));
        }
        throw bad(Field.LEASE.missing);
    }

    private static Notice.Event event(JsonObject in) throws WireException {
        String name = in.string(Field.EVENT);
        for (Notice.Event event : Notice.Event.values()) {
            if (name(event).equals(name)) {
                return event;
            }
        }
        throw bad("event must be \"shutdown\", \"maintenance\", \"resumed\" or \"renew\".");
    }

    static String name(Notice.Event event) {
        return event.name().toLowerCase(Locale.ROOT);
    }

    private static Refusal refusal(JsonObject in) throws WireException {
        String sentence = in.string(Field.ERROR);
        boolean part1 = in.has(Field.TYPE) && in.number(Field.TYPE) == REFUSAL_TYPE;
        return new Refusal(code(in, sentence), sentence, in.identOrNull(Field.MSG_ID), part1,
                part1 ? in.identOrNull(Field.DEST_ID) : null);
    }

    /**
     * The seed's refusals have no code; its one sentence says which it is. What is unknown counts as
     * {@link ErrorCode#SERVER_FAILED}: nobody knows what became of the message, so it is not to be sent again unasked.
     */
    private static ErrorCode code(JsonObject in, String sentence) throws WireException {
        if (in.has(Field.CODE)) {
            return ErrorCode.of(in.string(Field.CODE));
        }
        if (sentence.equals(ErrorCode.NO_SERVER.sentence())) {
            return ErrorCode.NO_SERVER;
        }
        return ErrorCode.SERVER_FAILED;
    }
}
