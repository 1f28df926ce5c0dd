package io.revproc.cli;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

import io.revproc.cli.bench.Verify;
import org.jspecify.annotations.Nullable;

/**
 * Tells the user what became of each packet: replies on standard output, details and failures on standard error; with JSON all on
 * standard output.
 */
final class Report {
    private final Terminal terminal;
    private final boolean json;
    private final boolean verbose;
    private final UnaryOperator<String> noServer;

    /**
     * @param verbose  whether each reply's details are said
     * @param noServer a better sentence than the proxy's for a policy that no server serves
     */
    Report(Terminal terminal, boolean json, boolean verbose, UnaryOperator<String> noServer) {
        this.terminal = terminal;
        this.json = json;
        this.verbose = verbose;
        this.noServer = noServer;
    }

    void show(Delivery delivery) {
        show(delivery, "");
    }

    /** @param name which of many packets it was, for the sentence on a failure */
    void show(Delivery delivery, String name) {
        if (json) {
            terminal.out().println(Json.write(fields(delivery)));
        } else if (delivery.outcome() == Delivery.Outcome.ANSWERED && delivery.answer() instanceof Answer.Ack ack) {
            print(ack.payload());
            details(delivery, ack);
        } else {
            terminal.say(name + sentence(delivery));
        }
    }

    /** The reply as it is, but for what would steer a terminal; with an end of line, unless it has one. */
    private void print(String reply) {
        String shown = (terminal.interactive() ? Style.safeLines(reply) : reply) + (reply.endsWith("\n") ? "" : "\n");
        terminal.out().writeBytes(shown.getBytes(StandardCharsets.UTF_8));
        terminal.out().flush();
    }

    private void details(Delivery delivery, Answer.Ack ack) {
        if (verbose) {
            Style style = terminal.style();
            String verified = delivery.verified() == null
                    ? ""
                    : "  " + style.good(delivery.verify() == Verify.SHA1 ? "hash matched" : "echo matched");
            String msgId = ack.msgId() == null ? "" : "  msgId " + ack.msgId();
            terminal.err().println(style.bold(Style.safe(delivery.packet().policy())) + verified + "  server "
                    + ack.server() + msgId + "  " + style.dim(Durations.show(delivery.nanos())));
        }
        if (ack.receipt() != null) {
            terminal.err().println(ack.receipt().stripTrailing());
        } else if (ack.noReceipt() != null) {
            terminal.err().println("no receipt: " + ack.noReceipt());
        }
    }

    private String sentence(Delivery delivery) {
        if (delivery.answer() instanceof Answer.Refused refused) {
            return isNoServer(refused)
                    ? noServer.apply(delivery.packet().policy())
                    : delivery.packet().policy() + ": " + refused.sentence()
                            + (refused.code() == null ? "" : " (" + refused.code() + ")")
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
        fields.put("verified", delivery.verified());
        if (delivery.answer() instanceof Answer.Ack ack) {
            fields.put("server", ack.server());
            fields.put("payload", ack.payload());
            put(fields, "receipt", ack.receipt());
            put(fields, "receiptError", ack.noReceipt());
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
