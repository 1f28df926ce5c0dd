package io.revproc.transport;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandler;
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

    /** What an engine may wait for the rest of, in the buffer that it was read into: records of SSL 2 and DTLS, and one of an impossible length. */
    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n\r\n", "{\"type\": 0}", "\u0016\u0002\u0003\u0000\u0001x",
            "\u0080\u007f\u0001\u0003\u0003", "\u0001\u0001\u0001\u0001\u0003", "\u0017\u00fe\u00fd\u0000\u0000\u0000",
            "\u0017\u0003\u0003\u00ff\u00ff"})
    void whatIsNoTlsIsRefusedAtOnceAndNotKept(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        byte[] before = record(23, 20);
        for (int cut : new int[]{0, 3, 4}) {
            EmbeddedChannel fresh = new EmbeddedChannel(new TlsRecords(held::add));
            ByteBuf first = Unpooled.directBuffer().writeBytes(before).writeBytes(bytes, 0, cut);
            ByteBuf rest = Unpooled.directBuffer().writeBytes(bytes, cut, bytes.length - cut);
            ByteBuf more = Unpooled.directBuffer().writeBytes(before);
            fresh.writeInbound(first);
            fresh.writeInbound(rest);
            fresh.writeInbound(more);
            ByteBuf good = fresh.readInbound();
            assertThat(ByteBufUtil.getBytes(good)).isEqualTo(before);
            good.release();
            ByteBuf refused = fresh.readInbound();
            assertThat(SslHandler.isEncrypted(refused, true)).as("cut at %d", cut).isFalse();
            assertThat(refused.readableBytes()).isEqualTo(2 * TlsRecords.HEADER);
            assertThat(fresh.<Object>readInbound()).isNull();
            assertThat(rest.refCnt() + more.refCnt()).isZero();
            assertThat(held.isEmpty() || held.getLast() == 0).isTrue();
            fresh.finishAndReleaseAll();
        }
    }

    @Test
    void beginningIsDroppedWithTheConnection() {
        read(record(22, 500), 0, 300);
        channel.close();
        assertThat(held.getLast()).isZero();
        assertThat(handedOn()).isEmpty();
    }
}
