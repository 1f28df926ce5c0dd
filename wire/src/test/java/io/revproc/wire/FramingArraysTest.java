package io.revproc.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FramingArraysTest {
    @Test
    void aLargeArrayIsLentAgain() {
        FramingArrays arrays = new FramingArrays(1 << 20);
        byte[] first = arrays.take(100_000);
        arrays.giveBack(first);
        assertThat(arrays.bytes()).isEqualTo(100_000);
        assertThat(arrays.take(50_000)).isSameAs(first);
        assertThat(arrays.bytes()).isZero();
        assertThat(arrays.take(50_000)).isNotSameAs(first);
    }

    @Test
    void theLargestIsLentFirst() {
        FramingArrays arrays = new FramingArrays(1 << 20);
        byte[] small = new byte[20_000];
        byte[] large = new byte[200_000];
        arrays.giveBack(large);
        arrays.giveBack(small);
        assertThat(arrays.take(20_000)).isSameAs(large);
        assertThat(arrays.take(20_000)).isSameAs(small);
    }

    @Test
    void neitherSmallOnesNorMoreThanTheBoundAreKept() {
        FramingArrays arrays = new FramingArrays(100_000);
        arrays.giveBack(new byte[FramingArrays.SMALLEST - 1]);
        assertThat(arrays.bytes()).isZero();
        arrays.giveBack(new byte[80_000]);
        arrays.giveBack(new byte[80_000]);
        assertThat(arrays.bytes()).isEqualTo(80_000);
    }

    @Test
    void bestOfThoseThatAreLargeEnoughIsLent() {
        FramingArrays arrays = new FramingArrays(FramingArrays.SMALLEST + 20_000);
        byte[] smallest = new byte[FramingArrays.SMALLEST];
        byte[] larger = new byte[20_000];
        arrays.giveBack(smallest);
        arrays.giveBack(larger);
        assertThat(arrays.bytes()).as("exactly the bound").isEqualTo(smallest.length + larger.length);
        assertThat(arrays.take(FramingArrays.SMALLEST / 2 - 1)).as("small ones are new").hasSize(8191);
        assertThat(arrays.take(20_000)).as("as large as is wanted").isSameAs(larger);
        assertThat(arrays.take(FramingArrays.SMALLEST / 2)).isSameAs(smallest);
        assertThat(arrays.bytes()).isZero();
    }

    @Test
    void framersThatShareArraysNeverSeeEachOthersBytes() {
        FramingArrays arrays = new FramingArrays(4 << 20);
        MessageScanner scanner = new MessageScanner();
        Random random = new Random(20261124);
        int connections = 5;
        List<MessageFramer> framers = new ArrayList<>();
        List<byte[]> streams = new ArrayList<>();
        List<List<String>> sent = new ArrayList<>();
        int[] at = new int[connections];
        for (int i = 0; i < connections; i++) {
            framers.add(new MessageFramer(1 << 20, scanner, arrays));
            List<String> messages = new ArrayList<>();
            for (int j = 0; j < 12; j++) {
                messages.add("{\"type\": 0, \"srcid\": " + i + ", \"privPoliId\": \"PP_" + i + "\", \"payload\": \""
                        + Character.toString('a' + i).repeat(random.nextInt(200_000)) + j + "\"}");
            }
            sent.add(messages);
            streams.add(String.join("", messages).getBytes(StandardCharsets.UTF_8));
        }
        List<List<String>> received = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            received.add(new ArrayList<>());
        }
        byte[] scratch = new byte[64 * 1024];
        while (IntStream.range(0, connections).anyMatch(i -> at[i] < streams.get(i).length)) {
            int i = random.nextInt(connections);
            MessageFramer framer = framers.get(i);
            int n = Math.min(streams.get(i).length - at[i], 1 + random.nextInt(scratch.length));
            if (framer.hasPartial()) {
                System.arraycopy(streams.get(i), at[i], framer.writableArray(n), framer.writableAt(), n);
                framer.advance(n);
            } else {
                System.arraycopy(streams.get(i), at[i], scratch, 0, n);
                framer.offer(scratch, 0, n);
            }
            at[i] += n;
            MessageFramer.Event event;
            while ((event = framer.poll()) == MessageFramer.Event.MESSAGE) {
                received.get(i).add(new String(framer.array(), framer.start(), framer.end() - framer.start(),
                        StandardCharsets.UTF_8));
            }
            assertThat(event).isEqualTo(MessageFramer.Event.NEED_MORE);
            framer.park();
            Arrays.fill(scratch, (byte) 'x');
        }
        assertThat(received).isEqualTo(sent);
        assertThat(arrays.bytes()).isPositive().isLessThanOrEqualTo(4 << 20);
    }

    @Test
    void aClosedFramerGivesItsArrayBack() {
        FramingArrays arrays = new FramingArrays(1 << 20);
        MessageFramer framer = new MessageFramer(1 << 20, new MessageScanner(), arrays);
        byte[] beginning = ("{\"type\": 0, \"payload\": \"" + "x".repeat(40_000)).getBytes(StandardCharsets.UTF_8);
        framer.offer(beginning, 0, beginning.length);
        assertThat(framer.poll()).isEqualTo(MessageFramer.Event.NEED_MORE);
        framer.park();
        assertThat(framer.hasPartial()).isTrue();
        assertThat(arrays.bytes()).isZero();
        framer.close();
        framer.close();
        assertThat(framer.hasPartial()).isFalse();
        assertThat(arrays.bytes()).isEqualTo(beginning.length);
    }
}
