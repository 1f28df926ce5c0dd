package io.revproc.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The framer ends a message where Jackson does, and finds the same however the bytes are cut into reads. */
class FramerOracleTest {
    private static final int STREAMS = 3_000;
    private static final int LIMIT = 400;

    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void endsMessagesWhereJacksonDoes(long seed) {
        RandomMessages messages = new RandomMessages(seed);
        Random random = new Random(seed);
        for (int i = 0; i < STREAMS; i++) {
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            List<String> expected = new ArrayList<>();
            for (int n = random.nextInt(5); n >= 0; n--) {
                byte[] message = messages.valid();
                assertThat(JacksonOracle.read(message, 0, message.length).end()).isEqualTo(message.length);
                stream.writeBytes(messages.gap());
                stream.writeBytes(message);
                expected.add("MESSAGE " + new String(message, StandardCharsets.ISO_8859_1));
            }
            byte[] bytes = stream.toByteArray();
            int readSize = 1 + random.nextInt(bytes.length);
            assertThat(FramedEvents.of(bytes, readSize, 1 << 20))
                    .as("seed %d, stream %d, reads of %d", seed, i, readSize)
                    .isEqualTo(expected);
        }
    }

    /** Broken streams: the first message is Jackson's too, or refused; and reads do not matter. */
    @ParameterizedTest
    @ValueSource(longs = {21, 22})
    void findsTheSameHoweverTheBytesAreCut(long seed) {
        RandomMessages messages = new RandomMessages(seed);
        Random random = new Random(seed);
        Map<String, Integer> seen = new TreeMap<>();
        for (int i = 0; i < STREAMS; i++) {
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            for (int n = random.nextInt(4); n >= 0; n--) {
                stream.writeBytes(random.nextInt(3) == 0 ? messages.any() : messages.valid());
            }
            byte[] bytes = random.nextInt(4) == 0 ? messages.mutate(stream.toByteArray()) : stream.toByteArray();
            List<String> whole = FramedEvents.of(bytes, Math.max(1, bytes.length), LIMIT);
            int readSize = 1 + random.nextInt(Math.max(1, bytes.length));
            String label = "seed " + seed + ", stream " + i + ", reads of " + readSize;
            assertThat(FramedEvents.of(bytes, readSize, LIMIT)).as(label).isEqualTo(whole);
            assertThat(FramedEvents.of(bytes, 1, LIMIT)).as(label).isEqualTo(whole);

            for (String event : whole) {
                seen.merge(event.split(" ", 2)[0], 1, Integer::sum);
                if (event.startsWith("MESSAGE ")) {
                    byte[] message = event.substring(8).getBytes(StandardCharsets.ISO_8859_1);
                    JacksonOracle oracle = JacksonOracle.read(message, 0, message.length);
                    assertThat(oracle.accepts()).as(label).isTrue();
                    assertThat(oracle.end()).as(label).isEqualTo(message.length);
                } else if (event.startsWith("BAD_MESSAGE ")) {
                    byte[] message = event.substring(12).getBytes(StandardCharsets.ISO_8859_1);
                    assertThat(JacksonOracle.read(message, 0, message.length).accepts()).as(label).isFalse();
                }
            }
        }
        for (String event : List.of("MESSAGE", "BAD_MESSAGE", "FRAMING_LOST", "TOO_LARGE")) {
            assertThat(seen.getOrDefault(event, 0)).as(event).isGreaterThan(STREAMS / 50);
        }
    }

    /** Long strings, which are not read again with every piece; two connections whose framers share a scanner take turns. */
    @ParameterizedTest
    @ValueSource(longs = {31, 32})
    void findsTheSameLongStringsHoweverTheBytesAreCut(long seed) {
        Random random = new Random(seed);
        Map<String, Integer> seen = new TreeMap<>();
        MessageScanner shared = new MessageScanner();
        for (int i = 0; i < STREAMS / 3; i++) {
            byte[] bytes = longStrings(random).getBytes(StandardCharsets.ISO_8859_1);
            int limit = 500 + random.nextInt(2_500);
            List<String> whole = FramedEvents.of(bytes, bytes.length, limit);
            FramedEvents one = new FramedEvents(new MessageFramer(limit, shared));
            FramedEvents other = new FramedEvents(new MessageFramer(limit, shared));
            int oneAt = 0;
            int otherAt = 0;
            while (oneAt < bytes.length || otherAt < bytes.length) {
                int oneTo = Math.min(bytes.length, oneAt + 1 + random.nextInt(400));
                int otherTo = Math.min(bytes.length, otherAt + 1 + random.nextInt(40));
                one.read(bytes, oneAt, oneTo);
                other.read(bytes, otherAt, otherTo);
                oneAt = oneTo;
                otherAt = otherTo;
            }
            assertThat(one.events()).as("seed %d, stream %d", seed, i).isEqualTo(whole);
            assertThat(other.events()).as("seed %d, stream %d", seed, i).isEqualTo(whole);
            whole.forEach(event -> {
                seen.merge(event.split(" ", 2)[0], 1, Integer::sum);
                if (event.startsWith("MESSAGE ")) {
                    byte[] message = event.substring(8).getBytes(StandardCharsets.ISO_8859_1);
                    assertThat(JacksonOracle.read(message, 0, message.length).accepts()).isTrue();
                }
            });
        }
        for (String event : List.of("MESSAGE", "BAD_MESSAGE", "TOO_LARGE")) {
            assertThat(seen.getOrDefault(event, 0)).as(event).isGreaterThan(STREAMS / 150);
        }
    }

    private static String longStrings(Random random) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(3); n >= 0; n--) {
            text.append(random.nextInt(8) == 0 ? "{\"a\": {}, \"c\":" : "{\"type\": 0, \"payload\": ");
            text.append('"').append(longText(random)).append("\", \"b\": \"").append(longText(random)).append('"');
            text.append(random.nextInt(20) == 0 ? " x" : "").append('}');
        }
        return text.toString();
    }

    private static String longText(Random random) {
        String[] odd = {"\\n", "\\\\", "\\\"", "\\u00e9", "\\ud83d\\ude00", "\u00c3\u00a9", "\u00f0\u009f\u0098\u0080",
                "{", "}", "]"};
        String[] bad = {"\u0001", "\u00ff", "\u00c3", "\\x", "\\ud83d", "\t"};
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(1_200);
        while (text.length() < length) {
            text.append("abcdefghij klmnop!".repeat(1 + random.nextInt(12)), 0, 1 + random.nextInt(18));
            text.append("x".repeat(random.nextInt(100)));
            text.append(random.nextInt(4) > 0
                    ? ""
                    : random.nextInt(60) > 0 ? odd[random.nextInt(odd.length)] : bad[random.nextInt(bad.length)]);
        }
        return text.toString();
    }
}
