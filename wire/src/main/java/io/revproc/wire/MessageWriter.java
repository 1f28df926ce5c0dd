package io.revproc.wire;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;

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
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.MinimalPrettyPrinter;

/** Writes messages with the keys in the order of the contract's examples, and with the separators of the seed's programs. */
final class MessageWriter {
    private static final JsonFactory JSON = new JsonFactory();

    /** A space after each comma and colon, as Python's json.dumps writes them. Old programs compare bytes. */
    private static final PrettyPrinter SEED = new MinimalPrettyPrinter() {
        @Override
        public void writeObjectNameValueSeparator(JsonGenerator out) {
            out.writeRaw(": ");
        }

        @Override
        public void writeObjectEntrySeparator(JsonGenerator out) {
            out.writeRaw(", ");
        }

        @Override
        public void writeArrayValueSeparator(JsonGenerator out) {
            out.writeRaw(", ");
        }
    };

    private static final ObjectWriteContext CONTEXT = new ObjectWriteContext.Base() {
        @Override
        public PrettyPrinter getPrettyPrinter() {
            return SEED;
        }

        @Override
        public boolean hasPrettyPrinter() {
            return true;
        }
    };

    private final JsonGenerator out;

    private MessageWriter(JsonGenerator out) {
        this.out = out;
    }

    static byte[] bytes(Message message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator out = JSON.createGenerator(CONTEXT, bytes, JsonEncoding.UTF8)) {
            out.writeStartObject();
            new MessageWriter(out).fields(message);
            out.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private void fields(Message message) {
        // Before the switch, which is linked at its first use: a client that sends one message would wait 10 ms for that.
        if (message instanceof Data data) {
            data(data);
            return;
        }
        switch (message) {
            case Data data -> data(data);
            case Setup setup -> setup(setup);
            case SetupAccepted accepted -> accepted(accepted.session());
            case Ack ack -> ack(ack);
            case Heartbeat heartbeat -> {
                typeAndLease(3, heartbeat.lease());
                text("evidence", heartbeat.evidence());
            }
            case HeartbeatSeen seen -> {
                type(3);
                text("evidence", seen.evidence());
            }
            case Drain drain -> typeAndLease(4, drain.lease());
            case Draining draining -> {
                type(4);
                out.writeNumberProperty("inFlight", draining.inFlight());
            }
            case Deregister deregister -> typeAndLease(5, deregister.lease());
            case Deregistered done -> string("Status", Deregistered.STATUS);
            case Notice notice -> {
                type(6);
                string("event", MessageReader.name(notice.event()));
            }
            case Hello hello -> typeAndLease(7, hello.lease());
            case Introduction introduction -> {
                ident("msgId", introduction.msgId());
                type(Introduction.TYPE);
                string("token", introduction.token());
            }
            case Introduced introduced -> introduced(introduced);
            case Refusal refusal -> refusal(refusal);
        }
    }

    private void data(Data data) {
        ident("msgId", data.msgId());
        type(0);
        ident("srcid", data.srcId());
        ident("privPoliId", data.policy());
        payload(data.payloadSize(), data.payload());
        if (data.idempotent()) {
            out.writeBooleanProperty("idempotent", true);
        }
        Duration deadline = data.deadline();
        if (deadline != null) {
            out.writeNumberProperty("deadlineMs", deadline.toMillis());
        }
        text("traceparent", data.traceparent());
        if (data.receipt()) {
            out.writeBooleanProperty("receipt", true);
        }
    }

    private void setup(Setup setup) {
        type(1);
        boolean part2 = setup.proto() >= 2;
        if (part2) {
            out.writeNumberProperty("proto", setup.proto());
        }
        ident("id", setup.id());
        ident("privPolyId", setup.policy());
        out.writeNumberProperty("listenport", setup.listenPort());
        if (part2) {
            out.writeBooleanProperty("mux", setup.mux());
            out.writeNumberProperty("weight", setup.weight());
            text("zone", setup.zone());
            if (setup.maxInFlight() > 0) {
                out.writeNumberProperty("maxInFlight", setup.maxInFlight());
            }
        }
        text("token", setup.token());
        if (part2) {
            out.writeBooleanProperty("tls", setup.tls());
        }
        text("evidence", setup.statement().evidence());
        text("region", setup.statement().region());
        texts("purposes", setup.statement().purposes());
        if (setup.statement().wider()) {
            out.writeBooleanProperty("wider", true);
        }
    }

    private void accepted(SetupAccepted.@Nullable Session session) {
        string("Status", SetupAccepted.STATUS);
        if (session != null) {
            out.writeNumberProperty("proto", 2);
            string("lease", session.lease());
            out.writeNumberProperty("heartbeatMs", session.heartbeat().toMillis());
            out.writeNumberProperty("ttlMs", session.ttl().toMillis());
            texts("alsoServes", session.alsoServes());
        }
    }

    private void ack(Ack ack) {
        ident("msgId", ack.msgId());
        type(2);
        ident("srcid", ack.srcId());
        ident("destid", ack.destId());
        payload(ack.payloadSize(), ack.payload());
        text("receipt", ack.receipt());
    }

    private void introduced(Introduced introduced) {
        ident("msgId", introduced.msgId());
        type(Introduction.TYPE);
        Duration ttl = introduced.ttl();
        if (ttl != null) {
            out.writeNumberProperty("ttlMs", ttl.toMillis());
        }
    }

    private void refusal(Refusal refusal) {
        string("Error", refusal.sentence());
        string("code", refusal.code().name());
        out.writeBooleanProperty("retryable", refusal.code().retryable());
        ident("msgId", refusal.msgId());
        if (refusal.part1()) {
            type(MessageReader.REFUSAL_TYPE);
            string("srcid", "proxy");
            if (refusal.destId() == null) {
                // The key is there all the same: an old client that looks for it would end with an exception.
                out.writeNullProperty("destid");
            } else {
                ident("destid", refusal.destId());
            }
            // old clients that know no Error show the payload
            payload(refusal.sentence().codePointCount(0, refusal.sentence().length()), refusal.sentence());
        }
    }

    private void type(int type) {
        out.writeNumberProperty("type", type);
    }

    private void typeAndLease(int type, String lease) {
        type(type);
        string("lease", lease);
    }

    private void payload(int size, String payload) {
        if (size >= 0) {
            out.writeNumberProperty("payloadsize", size);
        }
        string("payload", payload);
    }

    private void ident(String name, @Nullable Ident ident) {
        if (ident == null) {
            return;
        }
        if (ident.quoted()) {
            string(name, ident.text());
        } else {
            out.writeNumberProperty(name, Long.parseLong(ident.text()));
        }
    }

    private void text(String name, @Nullable String text) {
        if (text != null) {
            string(name, text);
        }
    }

    private void texts(String name, List<String> texts) {
        if (texts.isEmpty()) {
            return;
        }
        out.writeName(name);
        out.writeStartArray();
        for (String text : texts) {
            out.writeString(encodable(name, text));
        }
        out.writeEndArray();
    }

    /** Jackson would write half a surrogate pair as an escape, which {@link MessageScanner} refuses. */
    private static String encodable(String name, String text) {
        if (!Utf8.canEncode(text)) {
            throw new IllegalArgumentException(name + " holds half a surrogate pair");
        }
        return text;
    }

    private void string(String name, String text) {
        out.writeStringProperty(name, encodable(name, text));
    }
}
