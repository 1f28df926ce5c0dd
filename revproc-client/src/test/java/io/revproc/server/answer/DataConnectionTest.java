package io.revproc.server.answer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.revproc.server.transcript.Transcript;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import io.revproc.wire.MessageCodec;
import io.revproc.wire.MessageFramer;
import io.revproc.wire.PayloadDigest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** One connection without a network: what it makes of exactly these reads. */
class DataConnectionTest {
    private static final DataPortSettings SETTINGS = new DataPortSettings(Ident.of("srv \"1\" \\"), "127.0.0.1", 0,
            1 << 20, 1 << 22, 10, 1 << 20, Duration.ofSeconds(30), 1000, 1 << 20, "address", "port");

    private final LoopBuffers loop = new LoopBuffers(SETTINGS.id(), SETTINGS.maxPartialPerLoop());
    private final List<EmbeddedChannel> channels = new ArrayList<>();

    @AfterEach
    void close() {
        channels.forEach(EmbeddedChannel::finishAndReleaseAll);
    }

    private final Leases leases = new Leases(List.of(Ident.of("PP_1")));

    private EmbeddedChannel connection() {
        leases.grantWithoutHello(Ident.of("PP_1"));
        EmbeddedChannel channel = new EmbeddedChannel(new DataConnection(SETTINGS, leases, Digests::atOnce,
                new InFlight(SETTINGS.maxInFlight(), SETTINGS.maxInFlightBytes()), Transcript.off(), loop,
                new Counters(), new Complaints(System::nanoTime)));
        channels.add(channel);
        return channel;
    }

    private static byte[] message(int client, String payload, int msgId) {
        return MessageCodec
                .write(new Message.Data(Ident.of(client), Ident.of("PP_1"), 0, payload, Ident.of(msgId), false,
                        null, null, false));
    }

    @Test
    void allAnswersOfOneReadLeaveInOneBuffer() {
        EmbeddedChannel channel = connection();
        ByteBuf read = Unpooled.buffer();
        for (int i = 0; i < 100; i++) {
            read.writeBytes(message(1, "x" + i, i));
        }
        channel.writeInbound(read);
        ByteBuf written = channel.readOutbound();
        assertThat(written.toString(StandardCharsets.UTF_8).split("\\{\"msgId\": ")).hasSize(101);
        assertThat(channel.<ByteBuf>readOutbound()).isNull();
        written.release();
    }

    @Test
    void theHalvesOfTwoConnectionsDoNotMix() {
        EmbeddedChannel one = connection();
        EmbeddedChannel two = connection();
        byte[] first = message(1, "first", 1);
        byte[] second = message(2, "second", 2);
        one.writeInbound(Unpooled.copiedBuffer(first, 0, 30));
        two.writeInbound(Unpooled.copiedBuffer(second, 0, 40));
        one.writeInbound(Unpooled.copiedBuffer(first, 30, first.length - 30));
        two.writeInbound(Unpooled.copiedBuffer(second, 40, second.length - 40));
        assertThat(text(one)).contains("\"msgId\": 1", PayloadDigest.of("first"));
        assertThat(text(two)).contains("\"msgId\": 2", PayloadDigest.of("second"));
        assertThat(loop.heldBytes).isZero();
    }

    /** Whatever the payloads are and wherever the stream is cut, each message gets its own answer, in order. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void randomMessagesCutAtRandomAreAnsweredOneByOne(long seed) throws Exception {
        Random random = new Random(seed);
        List<String> payloads = new ArrayList<>();
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (int i = 0; i < 200; i++) {
            payloads.add(payload(random));
            stream.writeBytes(message(i, payloads.getLast(), i));
            stream.writeBytes(" \n\t".substring(random.nextInt(4)).getBytes(StandardCharsets.UTF_8));
        }
        byte[] bytes = stream.toByteArray();
        EmbeddedChannel channel = connection();
        for (int at = 0; at < bytes.length;) {
            int length = Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 8 : 4000));
            ByteBuf read = random.nextBoolean()
                    ? channel.alloc().directBuffer(length)
                    : channel.alloc().heapBuffer(length);
            channel.writeInbound(read.writeBytes(bytes, at, length));
            at += length;
        }
        byte[] answers = text(channel).getBytes(StandardCharsets.UTF_8);
        MessageFramer framer = new MessageFramer(1 << 20);
        framer.offer(answers, 0, answers.length);
        for (int i = 0; i < payloads.size(); i++) {
            assertThat(framer.poll()).isEqualTo(MessageFramer.Event.MESSAGE);
            assertThat(MessageCodec.read(framer.array(), framer.start(), framer.end())).isEqualTo(
                    Message.Ack.of(SETTINGS.id(), Ident.of(i), PayloadDigest.of(payloads.get(i)), Ident.of(i)));
        }
        assertThat(framer.poll()).isEqualTo(MessageFramer.Event.NEED_MORE);
        assertThat(loop.heldBytes).isZero();
    }

    private static String payload(Random random) {
        int[] alphabet = {'a', '"', '\\', '{', '}', '/', '\n', 0, 0x1f, 0x7f, 0xe9, 0x20ac, 0x1f600, 0xffff};
        StringBuilder payload = new StringBuilder();
        for (int i = random.nextInt(300); i > 0; i--) {
            payload.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
        }
        return payload.toString();
    }

    /** Everything that was written. */
    private static String text(EmbeddedChannel channel) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuf written = channel.readOutbound(); written != null; written = channel.readOutbound()) {
            all.writeBytes(ByteBufUtil.getBytes(written));
            written.release();
        }
        return all.toString(StandardCharsets.UTF_8);
    }
}
