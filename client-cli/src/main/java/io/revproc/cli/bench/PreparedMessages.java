package io.revproc.cli.bench;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;

/**
 * The messages that are sent over and over, with the payloads that must come back. Several for each policy, all different: an
 * answer that belongs to another message is noticed.
 */
final class PreparedMessages {
    private static final int PER_POLICY = 16;
    private static final int MAX_MESSAGES = 4096;
    private static final long MAX_BYTES = 64L * 1024 * 1024;
    private static final Ident SOURCE = Ident.of(1327);

    final byte[][] messages;
    /** The payload in quotes, as it stands in the answer; empty where any is right. */
    final byte[][] expected;

    private PreparedMessages(byte[][] messages, byte[][] expected) {
        this.messages = messages;
        this.expected = expected;
    }

    static PreparedMessages of(List<String> policies, int payloadSize, Verify verify) {
        long affordable = Math.max(1, MAX_BYTES / Math.max(1, payloadSize) / policies.size());
        int each = Math.clamp(Math.min(affordable, MAX_MESSAGES / policies.size()), 1, PER_POLICY);
        Random random = new Random(1327);
        List<byte[]> messages = new ArrayList<>();
        List<byte[]> expected = new ArrayList<>();
        for (int i = 0; i < each; i++) {
            for (String policy : policies) {
                String payload = letters(random, payloadSize);
                messages.add(MessageCodec.write(Message.Data.of(SOURCE, Ident.of(policy), payload)));
                String reply = verify == Verify.NONE ? "" : "\"" + verify.expected(payload) + "\"";
                expected.add(reply.getBytes(StandardCharsets.US_ASCII));
            }
        }
        return new PreparedMessages(messages.toArray(byte[][]::new), expected.toArray(byte[][]::new));
    }

    int size() {
        return messages.length;
    }

    private static String letters(Random random, int size) {
        byte[] letters = new byte[size];
        for (int i = 0; i < size; i++) {
            letters[i] = (byte) ('a' + random.nextInt(26));
        }
        return new String(letters, StandardCharsets.US_ASCII);
    }
}
