package io.revproc.transport;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.revproc.wire.MessageFramer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** One turn of an event loop: its clock, its end, and the bytes that it gives to framers. */
class LoopContextTest {
    private final HeldLoop loop = new HeldLoop();
    private final LoopContext context = loop.context();

    @AfterEach
    void end() {
        loop.close();
    }

    @Test
    void clockStandsStillWithinATurn() throws InterruptedException {
        long now = context.now();
        Thread.onSpinWait();
        assertThat(context.now()).isEqualTo(now);
        context.run();
        long later = context.now();
        assertThat(later - now).isPositive();
        assertThat(later - System.nanoTime()).isNotPositive();
    }

    @Test
    void tasksOfATurnRunOnceInOrderAndTheirOwnTasksInTheNextTurn() {
        List<String> ran = new ArrayList<>();
        context.atEndOfTurn(() -> {
            ran.add("first");
            context.atEndOfTurn(() -> ran.add("next turn"));
        });
        context.atEndOfTurn(() -> ran.add("second"));
        assertThat(ran).isEmpty();
        context.run();
        assertThat(ran).containsExactly("first", "second");
        context.run();
        assertThat(ran).containsExactly("first", "second", "next turn");
        context.run();
        assertThat(ran).hasSize(3);
    }

    @Test
    void taskThatFailsKeepsNoOtherFromRunning() {
        List<String> ran = new ArrayList<>();
        context.atEndOfTurn(() -> {
            throw new IllegalStateException("one connection's trouble");
        });
        context.atEndOfTurn(() -> ran.add("other"));
        context.run();
        assertThat(ran).containsExactly("other");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1_000, LoopContext.LARGEST_READ, 3 * LoopContext.LARGEST_READ})
    void messagesComeOutWholeHoweverTheyAreRead(int size) {
        StringBuilder sent = new StringBuilder();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String message = "{\"type\": 0, \"payload\": \"" + "x".repeat(i * 1_000) + "\"}";
            expected.add(message);
            sent.append(message);
        }
        byte[] bytes = sent.toString().getBytes(StandardCharsets.US_ASCII);
        MessageFramer framer = context.framer(1 << 20, context.clientScanner());
        List<String> received = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += size) {
            ByteBuf buffer = Unpooled.copiedBuffer(bytes, at, Math.min(size, bytes.length - at));
            while (context.offer(buffer, framer)) {
                while (framer.poll() == MessageFramer.Event.MESSAGE) {
                    received.add(new String(framer.array(), framer.start(), framer.end() - framer.start(),
                            StandardCharsets.US_ASCII));
                }
                framer.park();
            }
            assertThat(buffer.isReadable()).as("used up").isFalse();
            assertThat(buffer.refCnt()).as("it is the caller's").isOne();
            buffer.release();
        }
        assertThat(received).isEqualTo(expected);
        assertThat(framer.hasPartial()).isFalse();
    }

    @Test
    void arraysOfATurnAreLentAgain() {
        byte[] first = context.borrow();
        byte[] second = context.borrow();
        assertThat(first).isNotSameAs(second).hasSameSizeAs(second);
        context.giveBack(first);
        context.giveBack(second);
        assertThat(context.borrow()).isSameAs(second);
        assertThat(context.borrow()).isSameAs(first);
        for (int i = 0; i < 1_000; i++) {
            context.giveBack(new byte[1]);
        }
        int kept = 0;
        while (context.borrow().length == 1) {
            kept++;
        }
        assertThat(kept).as("a bound").isEqualTo(128);
    }

    @Test
    void connectionsReadIntoTheLoopsOwnBuffer() {
        EmbeddedChannel one = new EmbeddedChannel();
        EmbeddedChannel other = new EmbeddedChannel();
        context.adopt(one);
        context.adopt(other);
        assertThat(context.transport()).isSameAs(Transport.NIO);
        assertThat((Object) one.config().getRecvByteBufAllocator()).isInstanceOf(SharedReadBuffer.class)
                .isSameAs(other.config().getRecvByteBufAllocator());
        assertThat(context.index()).isZero();
    }
}
