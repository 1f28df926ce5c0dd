package io.revproc.wire;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/** A server's refusal of one message: its {@code msgId} stands first, by which the proxy tells whose it is. */
public final class ServerRefusal {
    private ServerRefusal() {}

    /**
     * Writes the refusal of a message from a proxy that said hello.
     *
     * @param msgId null: the connection carries one message, so no name is needed
     */
    public static byte[] write(ErrorCode code, String sentence, @Nullable Ident msgId) {
        byte[] rest = MessageCodec.write(new Message.Refusal(code, sentence, null, false, null));
        if (msgId == null) {
            return rest;
        }
        byte[] first = ("{\"msgId\": " + json(msgId) + ", ").getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[first.length + rest.length - 1];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(rest, 1, all, first.length, rest.length - 1);
        return all;
    }

    /**
     * Writes the refusal of a message that came without a hello. An old proxy hands it to its client as it is, and an old client needs
     * more than a sentence.
     *
     * @param client the message's {@code srcid}; null if it has none
     */
    public static byte[] writePart1(ErrorCode code, String sentence, @Nullable Ident msgId, @Nullable Ident client) {
        return MessageCodec.write(new Message.Refusal(code, sentence, msgId, client != null, client));
    }

    /** The {@code msgId} of the message that the framer last polled, or last skipped; null if it has none, or it was not read. */
    public static @Nullable Ident msgId(MessageFramer framer) {
        MessageFields fields = framer.scanner().fields();
        return ident(framer, fields.msgIdStart(), fields.msgIdEnd());
    }

    /** Its {@code srcid}; null if it has none, or it was not read. */
    public static @Nullable Ident client(MessageFramer framer) {
        MessageFields fields = framer.scanner().fields();
        return ident(framer, fields.srcIdStart(), fields.srcIdEnd());
    }

    private static @Nullable Ident ident(MessageFramer framer, int from, int to) {
        if (from < 0 || framer.start() != framer.scanner().fields().start()) {
            return null;
        }
        String json = new String(framer.array(), from, to - from, StandardCharsets.UTF_8);
        try {
            return json.startsWith("\"") && json.indexOf('\\') < 0
                    ? new Ident(json.substring(1, json.length() - 1), true)
                    : new Ident(json, false);
        } catch (IllegalArgumentException e) {
            // An odd one, spelt with escapes.
            return null;
        }
    }

    private static String json(Ident ident) {
        return ident.quoted()
                ? '"' + ident.text().replace("\\", "\\\\").replace("\"", "\\\"") + '"'
                : ident.text();
    }
}
