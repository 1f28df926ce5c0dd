package io.revproc.acceptance.faults;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A message to be sent.
 *
 * @param number in the ledger
 * @param bytes  as they go out
 * @param msgId  the client's own, as text; empty for a message whose reply comes in order
 * @param ack    the payload of its answer
 */
record Shot(int number, byte[] bytes, String msgId, String ack) {
    /** The number in a payload that {@link #payload} made; -1 if it is none. */
    static int number(String payload) {
        int at = 1;
        int number = 0;
        if (payload.isEmpty() || payload.charAt(0) != 'm') {
            return -1;
        }
        while (at < payload.length() && Character.isDigit(payload.charAt(at))) {
            number = 10 * number + payload.charAt(at++) - '0';
        }
        return at == 1 ? -1 : number;
    }

    static String payload(int number) {
        return "m" + number + " uddi";
    }

    /** Where messages come from. Thread-safe. */
    interface Source {
        /** The next one; null if there are no more. */
        Shot next();
    }

    /** Endless plain messages for one policy. */
    static Source plain(Ledger ledger, String policy) {
        return plain(ledger, policy, false, 0);
    }

    /** Endless plain messages for these policies in turn. */
    static Source plain(Ledger ledger, List<String> policies) {
        List<Source> each = policies.stream().map(policy -> plain(ledger, policy)).toList();
        AtomicInteger turn = new AtomicInteger();
        return () -> each.get(Math.floorMod(turn.getAndIncrement(), each.size())).next();
    }

    /**
     * Endless messages for one policy: every other one with a {@code msgId}.
     *
     * @param deadlineMillis 0: the proxy's default
     */
    static Source plain(Ledger ledger, String policy, boolean idempotent, int deadlineMillis) {
        return () -> {
            int number = ledger.add(policy, idempotent);
            boolean ordered = number % 2 == 0;
            String payload = payload(number);
            String text = "{" + (ordered ? "" : "\"msgId\": " + number + ", ")
                    + (idempotent ? "\"idempotent\": true, " : "")
                    + (deadlineMillis == 0 ? "" : "\"deadlineMs\": " + deadlineMillis + ", ")
                    + "\"type\": 0, \"srcid\": " + number % 97 + ", \"privPoliId\": \"" + policy
                    + "\", \"payloadsize\": " + payload.length() + ", \"payload\": \"" + payload + "\"}";
            return new Shot(number, text.getBytes(StandardCharsets.UTF_8), ordered ? "" : "" + number,
                    Digest.sha1(payload));
        };
    }
}
