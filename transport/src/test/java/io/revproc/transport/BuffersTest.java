package io.revproc.transport;

import java.nio.charset.StandardCharsets;
import java.util.Random;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What an event loop lends: the buffer of reads, and the array that a turn's writes are gathered in. */
class BuffersTest {
    @Test
    void allReadsShareABufferUnlessSomebodyKeptIt() {
        SharedReadBuffer shared = new SharedReadBuffer(64);
        RecvByteBufAllocator.ExtendedHandle handle = (RecvByteBufAllocator.ExtendedHandle) shared.newHandle();
        ByteBuf first = handle.allocate(UnpooledByteBufAllocator.DEFAULT);
        first.writeZero(10);
        first.release();
        ByteBuf second = handle.allocate(UnpooledByteBufAllocator.DEFAULT);
        assertThat(second).isSameAs(first);
        assertThat(second.readableBytes()).isZero();
        assertThat(second.capacity()).isEqualTo(64);
        second.writeByte(7);
        ByteBuf third = handle.allocate(UnpooledByteBufAllocator.DEFAULT);
        assertThat(third).as("the second was kept").isNotSameAs(second);
        assertThat(second.readByte()).isEqualTo((byte) 7);
        second.release();
        third.release();
        assertThat(second.refCnt()).isZero();
        shared.release();
        assertThat(third.refCnt()).isZero();
    }

    @Test
    void connectionThatKeepsSendingLeavesTheLoopToOthers() {
        SharedReadBuffer shared = new SharedReadBuffer(64);
        RecvByteBufAllocator.ExtendedHandle handle = (RecvByteBufAllocator.ExtendedHandle) shared.newHandle();
        handle.reset(new EmbeddedChannel().config());
        int reads = 0;
        do {
            handle.attemptedBytesRead(64);
            handle.lastBytesRead(64);
            handle.incMessagesRead(1);
            reads++;
        } while (handle.continueReading());
        assertThat(reads).isEqualTo(4);
        handle.reset(new EmbeddedChannel().config());
        handle.attemptedBytesRead(64);
        handle.lastBytesRead(63);
        handle.incMessagesRead(1);
        assertThat(handle.continueReading()).as("there was not more").isFalse();
    }

    @Test
    void whatATurnWroteLeavesInOneFlushAndWhole() {
        EmbeddedChannel channel = new EmbeddedChannel();
        try (HeldLoop loop = new HeldLoop()) {
            TurnWriter writer = new TurnWriter(loop.context(), channel);
            Random random = new Random(3);
            StringBuilder expected = new StringBuilder();
            for (int turn = 0; turn < 50; turn++) {
                for (int i = random.nextInt(20); i >= 0; i--) {
                    String piece = ("" + (char) ('a' + random.nextInt(26))).repeat(random.nextInt(10) == 0
                            ? 10_000 + random.nextInt(30_000)
                            : 1 + random.nextInt(300));
                    expected.append(piece);
                    writer.append(piece.getBytes(StandardCharsets.US_ASCII));
                }
                assertThat(writer.isPending()).isTrue();
                writer.run();
                assertThat(writer.isPending()).isFalse();
            }
            StringBuilder got = new StringBuilder();
            ByteBuf buffer;
            while ((buffer = channel.readOutbound()) != null) {
                got.append(buffer.toString(StandardCharsets.US_ASCII));
                buffer.release();
            }
            assertThat(got.toString()).isEqualTo(expected.toString());
            writer.append(new byte[]{1});
            writer.discard();
            writer.run();
            Object outbound = channel.readOutbound();
            assertThat(outbound).as("dropped: the channel is gone").isNull();
        } finally {
            channel.finishAndReleaseAll();
        }
    }
}
