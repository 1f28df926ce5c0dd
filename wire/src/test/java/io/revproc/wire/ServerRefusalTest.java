package io.revproc.wire;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ServerRefusalTest {
    @Test
    void theNameStandsFirstAsItWasGiven() throws WireException {
        assertThat(text(ServerRefusal.write(ErrorCode.NOT_SERVED, "no", Ident.of(7))))
                .isEqualTo("{\"msgId\": 7, \"Error\": \"no\", \"code\": \"NOT_SERVED\", \"retryable\": true}");
        byte[] odd = ServerRefusal.write(ErrorCode.TOO_LARGE, "no", new Ident("a\"\\b", true));
        assertThat(MessageCodec.read(odd, 0, odd.length))
                .isEqualTo(new Message.Refusal(ErrorCode.TOO_LARGE, "no", new Ident("a\"\\b", true), false, null));
        assertThat(text(ServerRefusal.write(ErrorCode.NOT_SERVED, "no", null))).startsWith("{\"Error\"");
    }

    @Test
    void anOldClientGetsWhatItNeeds() {
        assertThat(text(ServerRefusal.writePart1(ErrorCode.NOT_SERVED, "no", null, Ident.of(5))))
                .startsWith("{\"Error\": \"no\"").contains("\"type\": -1", "\"destid\": 5");
        assertThat(text(ServerRefusal.writePart1(ErrorCode.NOT_SERVED, "no", null, null))).doesNotContain("destid");
    }

    @Test
    void namesAreThoseOfTheMessageAtHandOnly() {
        MessageScanner shared = new MessageScanner();
        MessageFramer one = new MessageFramer(100, shared);
        offer(one, "{\"msgId\": 12, \"srcid\": \"x\"}");
        assertThat(one.poll()).isEqualTo(MessageFramer.Event.MESSAGE);
        assertThat(ServerRefusal.msgId(one)).isEqualTo(Ident.of(12));
        assertThat(ServerRefusal.client(one)).isEqualTo(Ident.of("x"));
        offer(one, "garbage");
        assertThat(one.poll()).isEqualTo(MessageFramer.Event.FRAMING_LOST);
        assertThat(ServerRefusal.msgId(one)).isNull();
    }

    private static void offer(MessageFramer framer, String text) {
        framer.offer(text.getBytes(StandardCharsets.UTF_8), 0, text.length());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
