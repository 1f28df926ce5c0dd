package io.revproc.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class EncoderTest {
    private static byte[] encode(long msgId, Request request, long deadlineMillis) {
        byte[] body = Encoder.body(request, Ident.of("c \"1\" \\"));
        ByteBuf out = Unpooled.buffer();
        Encoder.write(out, msgId, body, deadlineMillis);
        byte[] bytes = ByteBufUtil.getBytes(out);
        out.release();
        assertThat(bytes.length).isLessThanOrEqualTo(body.length + Encoder.AROUND);
        return bytes;
    }

    @Test
    void writesAsTheSeedsProgramsDoWithTheNumberFirst() {
        assertThat(new String(encode(1, Request.to("PP_2").payload("hé").from("1327"), 0), StandardCharsets.UTF_8))
                .isEqualTo("{\"msgId\": 1, \"type\": 0, \"srcid\": 1327, \"privPoliId\": \"PP_2\", "
                        + "\"payloadsize\": 2, \"payload\": \"hé\"}");
    }

    /** Whatever is sent, every reader of the protocol reads the same. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatIsWrittenIsReadByTheCodec(long seed) throws Exception {
        Random random = new Random(seed);
        int[] alphabet = {'a', '"', '\\', '{', '}', '/', '\n', '\b', 0, 0x1f, 0x7f, 0xe9, 0x20ac, 0x1f600, 0xffff};
        for (int i = 0; i < 200; i++) {
            StringBuilder payload = new StringBuilder();
            for (int n = random.nextInt(60); n > 0; n--) {
                payload.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
            }
            String text = payload.toString();
            boolean idempotent = random.nextBoolean();
            boolean receipt = random.nextBoolean();
            String traceparent = random.nextBoolean() ? "00-ab-cd-01" : null;
            long deadline = random.nextInt(3) * 1000L;
            long msgId = random.nextLong(1, 999_999_999_999_999L);
            Request request = Request.to("PP 1").payload(text);
            request = idempotent ? request.idempotent() : request;
            request = receipt ? request.receipt() : request;
            request = traceparent == null ? request : request.traceparent(traceparent);
            byte[] bytes = encode(msgId, request, deadline);
            assertThat(MessageCodec.read(bytes, 0, bytes.length)).isEqualTo(new Message.Data(
                    new Ident("c \"1\" \\", true), Ident.of("PP 1"), text.codePointCount(0, text.length()), text,
                    Ident.of(msgId), idempotent, deadline == 0 ? null : Duration.ofMillis(deadline), traceparent,
                    receipt));
        }
    }
}
