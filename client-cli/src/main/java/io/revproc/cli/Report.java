package io.revproc.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

/** Tells the user what became of each packet: matches on standard output, the rest on standard error; with JSON all on standard output. */
final class Report {
    private final Terminal terminal;
    private final boolean json;
    private final UnaryOperator<String> noServer;

    /** @param noServer a better sentence than the proxy's for a policy that no server serves */
    Report(Terminal terminal, boolean json, UnaryOperator<String> noServer) {
        this.terminal = terminal;
        this.json = json;
        this.noServer = noServer;
    }

    void show(Delivery delivery) {
        if (json) {
            terminal.out().println(Json.write(fields(delivery)));
        } else if (delivery.outcome() == Delivery.Outcome.MATCHED) {
            terminal.out().println(line(delivery));
        } else {
            terminal.say(sentence(delivery));
        }
    }

    private String line(Delivery delivery) {
        Style style = terminal.style();
        String server = delivery.answer() instanceof Answer.Ack ack ? "  server " + ack.server() : "";
        String msgId = delivery.answer() instanceof Answer.Ack ack && ack.msgId() != null
                ? "  msgId " + ack.msgId()
                : "";
        String receipt = delivery.answer() instanceof Answer.Ack ack && ack.receipt() != null
                ? "\n" + ack.receipt()
                : "";
        return style.bold(delivery.packet().policy()) + "  " + style.good("hash matched") + server + msgId + "  "
                + style.dim(Durations.show(delivery.nanos())) + receipt;
    }

    private String sentence(Delivery delivery) {
        Style style = terminal.style();
        if (delivery.answer() instanceof Answer.Refused refused) {
            return isNoServer(refused)
                    ? noServer.apply(delivery.packet().policy())
                    : delivery.packet().policy() + ": " + refused.sentence()
                            + (refused.code() == null ? "" : style.dim(" (" + refused.code() + ")"))
                            + (Boolean.TRUE.equals(refused.retryable()) ? "; it is safe to send it again" : "");
        }
        return delivery.answer() instanceof Answer.Ack ack
                ? delivery.packet().policy() + ": server " + ack.server() + ": " + delivery.reason()
                : delivery.reason();
    }

    private static boolean isNoServer(Answer.Refused refused) {
        return "NO_SERVER".equals(refused.code())
                || refused.code() == null && refused.sentence().startsWith("No server currently serving");
    }

    private static Map<String, @Nullable Object> fields(Delivery delivery) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("policy", delivery.packet().policy());
        fields.put("srcid", delivery.packet().source());
        fields.put("outcome", delivery.outcome().name());
        fields.put("matched", delivery.outcome() == Delivery.Outcome.MATCHED);
        if (delivery.answer() instanceof Answer.Ack ack) {
            fields.put("server", ack.server());
            fields.put("payload", ack.payload());
            put(fields, "receipt", ack.receipt());
            put(fields, "msgId", ack.msgId());
        } else if (delivery.answer() instanceof Answer.Refused refused) {
            fields.put("error", refused.sentence());
            fields.put("code", refused.code());
            fields.put("retryable", refused.retryable());
            put(fields, "msgId", refused.msgId());
        } else {
            fields.put("error", delivery.reason());
        }
        fields.put("micros", delivery.nanos() / 1_000);
        return fields;
    }

    private static void put(Map<String, @Nullable Object> fields, String name, @Nullable Object value) {
        if (value != null) {
            fields.put(name, value);
        }
    }
}
