package io.revproc.transport;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The TLS engine gets whole records, in whatever pieces they came. */
class TlsRecordsTest {
    private final List<Integer> held = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel(new TlsRecords(held::add));

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
    }

    private static byte[] record(int type, int length) {
        byte[] bytes = new byte[TlsRecords.HEADER + length];
        bytes[0] = (byte) type;
        bytes[1] = 3;
        bytes[2] = 3;
        bytes[3] = (byte) (length >> 8);
        bytes[4] = (byte) length;
        for (int i = 0; i < length; i++) {
            bytes[TlsRecords.HEADER + i] = (byte) (i + length);
        }
        return bytes;
    }

    private void read(byte[] bytes, int from, int to) {
        ByteBuf buffer = Unpooled.directBuffer(to - from).writeBytes(bytes, from, to - from);
        channel.writeInbound(buffer);
    }

    private List<byte[]> handedOn() {
        List<byte[]> all = new ArrayList<>();
        for (ByteBuf buffer = channel.readInbound(); buffer != null; buffer = channel.readInbound()) {
            all.add(ByteBufUtil.getBytes(buffer));
            buffer.release();
        }
        return all;
    }

    private static boolean isWhole(byte[] bytes) {
        int at = 0;
        while (at + TlsRecords.HEADER <= bytes.length) {
            at += TlsRecords.HEADER + ((bytes[at + 3] & 0xFF) << 8 | bytes[at + 4] & 0xFF);
        }
        return at == bytes.length;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 23, 24, 25, 64, 1_000, 4_096, 16_384, 100_000})
    void recordsAreHandedOnWholeAndNoByteIsLost(int piece) {
        ByteBuf sent = Unpooled.buffer();
        for (int length : new int[]{0, 1, 2, 19, 35, 152, 1_000, 16_384, 16_640, 18_432, 19}) {
            if (length <= 500 * piece) {
                sent.writeBytes(record(23, length));
            }
        }
        byte[] all = ByteBufUtil.getBytes(sent);
        ByteBuf received = Unpooled.buffer();
        for (int at = 0; at < all.length; at += piece) {
            read(all, at, Math.min(all.length, at + piece));
            for (byte[] each : handedOn()) {
                assertThat(isWhole(each)).isTrue();
                received.writeBytes(each);
            }
        }
        assertThat(ByteBufUtil.getBytes(received)).isEqualTo(all);
        assertThat(held.isEmpty() || held.getLast() == 0).as("nothing is kept at the end").isTrue();
    }

    @Test
    void whatIsReadIsNotKeptAndTheBeginningTakesNoMoreThanFourTimesItsBytes() {
        byte[] record = record(23, 16_000);
        ByteBuf first = Unpooled.directBuffer(16_384).writeBytes(record, 0, 100);
        channel.writeInbound(first);
        assertThat(first.refCnt()).as("it may be what all connections read into").isZero();
        assertThat(held).containsExactly(256);
        read(record, 100, 5_000);
        assertThat(held.getLast()).isBetween(5_000, 4 * 5_000);
        assertThat(handedOn()).isEmpty();
        read(record, 5_000, record.length);
        assertThat(held.getLast()).isZero();
        assertThat(handedOn()).containsExactly(record);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n\r\n", "{\"type\": 0}", "\u0016\u0002\u0003\u0000\u0001x"})
    void whatIsNoTlsIsTheEnginesToRefuseAtOnce(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        read(bytes, 0, 3);
        assertThat(handedOn()).isEmpty();
        read(bytes, 3, 5);
        read(bytes, 5, bytes.length);
        ByteBuf received = Unpooled.buffer();
        handedOn().forEach(received::writeBytes);
        assertThat(ByteBufUtil.getBytes(received)).isEqualTo(bytes);
    }

    @Test
    void recordOfAnImpossibleLengthIsTheEnginesToRefuse() {
        byte[] header = {23, 3, 3, (byte) 0xFF, (byte) 0xFF};
        read(header, 0, header.length);
        assertThat(handedOn()).containsExactly(header);
    }

    @Test
    void beginningIsDroppedWithTheConnection() {
        read(record(22, 500), 0, 300);
        channel.close();
        assertThat(held.getLast()).isZero();
        assertThat(handedOn()).isEmpty();
    }
}
