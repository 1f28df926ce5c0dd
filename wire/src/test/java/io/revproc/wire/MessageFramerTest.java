package io.revproc.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.revproc.wire.MessageFramer.Event;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class MessageFramerTest {
    private static final int LIMIT = 1024;
    private static final String BRACES = """
            {"a": "}{][", "b": "\\"}", "c": "\\\\", "d": ["{", {"e": "\\\\\\"]"}], "f": "é😀\\u007d"}""";

    private final MessageFramer framer = new MessageFramer(LIMIT);

    @Test
    void messageIsFoundWhereverItIsSplit() {
        byte[] bytes = utf8(BRACES);
        for (int cut = 0; cut <= bytes.length; cut++) {
            FramedEvents connection = new FramedEvents(LIMIT).read(bytes, 0, cut).read(bytes, cut, bytes.length);
            assertThat(connection.events()).as("cut at %d", cut).containsExactly("MESSAGE " + iso(bytes));
            assertThat(connection.framer().hasPartial()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\n", "\r\n\t "})
    void gluedMessagesAreToldApart(String between) {
        byte[] bytes = utf8(between + BRACES + between + "{}" + between + "{\"type\":3}" + between);
        for (int size = 1; size <= bytes.length; size++) {
            assertThat(FramedEvents.of(bytes, size, LIMIT)).as("reads of %d", size)
                    .containsExactly("MESSAGE " + iso(utf8(BRACES)), "MESSAGE {}", "MESSAGE {\"type\":3}");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"type\" 3}", "{type: {}}", "{\"a\": [1,]}", "{\"a\": tru}", "{\"type\": 0, \"type\": 0}",
            "{\"a\": \"\u00c3(\"}", "{\"a\": \"\\x\"}", "{,}", "{\"a\": 01}", "{\"priv\\u0050oliId\": \"P\"}",
            "{nul{}[[]]}"})
    void goesOnAfterABadMessage(String bad) {
        byte[] bytes = (BRACES.replace("é😀", "") + bad + "{}").getBytes(StandardCharsets.ISO_8859_1);
        for (int size : new int[]{1, 2, 7, bytes.length}) {
            assertThat(FramedEvents.of(bytes, size, LIMIT)).as("reads of %d", size)
                    .containsExactly("MESSAGE " + BRACES.replace("é😀", ""), "BAD_MESSAGE " + bad, "MESSAGE {}");
        }
    }

    @Test
    void countsTheMemoryThatWaits() {
        offer("{\"a\": 1}{\"b\"");
        assertThat(framer.poll()).isEqualTo(Event.MESSAGE);
        assertThat(framer.poll()).isEqualTo(Event.NEED_MORE);
        assertThat(framer.waiting()).isEqualTo(4);
        assertThat(framer.held()).as("the array is the reader's").isEqualTo(4);
        framer.park();
        assertThat(framer.held()).as("a copy").isEqualTo(framer.writableArray(0).length).isGreaterThanOrEqualTo(4);
        framer.close();
        assertThat(framer.held()).isZero();
    }

    @Test
    void keepsNothingOfWhatIsLost() {
        offer("nonsense");
        assertThat(framer.poll()).isNotEqualTo(Event.MESSAGE);
        assertThat(framer.held()).isZero();
        MessageFramer small = new MessageFramer(4);
        byte[] large = utf8("{\"a\": \"xxxxxxxxxxxx");
        small.offer(large, 0, large.length);
        assertThat(small.poll()).isEqualTo(Event.TOO_LARGE);
        assertThat(small.held()).isZero();
    }

    @Test
    void badMessageHasAReason() {
        offer("{\"type\" 3} {\"type\": [1}");
        assertThat(framer.poll()).isEqualTo(Event.BAD_MESSAGE);
        assertThat(framer.reason()).isEqualTo("A ':' is missing after a key.");
        assertThat(framer.poll()).isEqualTo(Event.FRAMING_LOST);
        assertThat(framer.reason()).isEqualTo("The brackets of a message do not match");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            GET / HTTP/1.1   | A message is a JSON object
            [1]              | A message is a JSON object
            }                | A message is a JSON object
            "{}"             | A message is a JSON object
            \u00ef\u00bb{}     | A message is a JSON object
            \u00ef\u00bb\u00bf\u00ef\u00bb\u00bf{} | A message is a JSON object
            {]               | The brackets of a message do not match
            {"a": [1, 2}     | The brackets of a message do not match
            {"a": {"b": 1]}  | The brackets of a message do not match
            """)
    void framingIsLostForGood(String bytes, String reason) {
        assertThat(FramedEvents.of(latin1(bytes), 1, LIMIT)).containsExactly("FRAMING_LOST");
        framer.offer(latin1(bytes), 0, bytes.length());
        assertThat(framer.poll()).isEqualTo(Event.FRAMING_LOST);
        assertThat(framer.reason()).startsWith(reason);
        framer.park();
        offer("{}");
        assertThat(framer.poll()).isEqualTo(Event.FRAMING_LOST);
        assertThat(framer.reason()).startsWith(reason);
    }

    /** Some programs put one before all that they write. In the middle of the stream it is garbage. */
    @Test
    void byteOrderMarkIsSkippedBeforeTheFirstMessageOnly() {
        byte[] marked = utf8("\ufeff {\"a\": 1}\n{}");
        for (int size = 1; size <= marked.length; size++) {
            assertThat(FramedEvents.of(marked, size, LIMIT)).containsExactly("MESSAGE {\"a\": 1}", "MESSAGE {}");
        }
        assertThat(FramedEvents.of(utf8("\ufeff"), 1, LIMIT)).isEmpty();
        assertThat(FramedEvents.of(utf8("{}\ufeff{}"), 3, LIMIT)).containsExactly("MESSAGE {}", "FRAMING_LOST");
    }

    @Test
    void trailingGarbageIsRefusedAfterTheMessage() {
        offer("{} x");
        assertThat(framer.poll()).isEqualTo(Event.MESSAGE);
        assertThat(framer.poll()).isEqualTo(Event.FRAMING_LOST);
    }

    @Test
    void messageOfTheLimitIsTakenAndOneByteMoreIsNot() {
        byte[] fits = utf8("{\"a\":\"" + "x".repeat(LIMIT - 8) + "\"}");
        byte[] over = utf8("{\"a\":\"" + "x".repeat(LIMIT - 7) + "\"}");
        assertThat(fits).hasSize(LIMIT);
        for (int size : new int[]{1, 100, LIMIT - 1, LIMIT, LIMIT + 1}) {
            assertThat(FramedEvents.of(fits, size, LIMIT)).containsExactly("MESSAGE " + iso(fits));
            assertThat(FramedEvents.of(over, size, LIMIT)).containsExactly("TOO_LARGE");
        }
    }

    @Test
    void tooLargeStaysTooLarge() {
        offer("{\"a\":\"" + "x".repeat(LIMIT));
        assertThat(framer.poll()).isEqualTo(Event.TOO_LARGE);
        framer.park();
        offer("\"}{}");
        assertThat(framer.poll()).isEqualTo(Event.TOO_LARGE);
    }

    @Test
    void whiteSpaceBeforeAMessageDoesNotCountAsItsSize() {
        byte[] bytes = utf8(" ".repeat(10 * LIMIT) + "{}");
        assertThat(FramedEvents.of(bytes, 100, 2)).containsExactly("MESSAGE {}");
    }

    /** Nothing else would ever end a connection that sends nothing but that, and it takes the loop's time from others. */
    @ParameterizedTest
    @CsvSource({"100, 65536", "65536, 65536", "100000, 100000"})
    void whiteSpaceInARowHasALimit(int maxMessageSize, int most) {
        byte[] fits = utf8(" ".repeat(most) + "{}" + "\n".repeat(most) + "{}");
        byte[] over = utf8(" ".repeat(most) + "{}" + "\n".repeat(most + 1) + "{}");
        for (int size : new int[]{1, 1000, most, most + 1, over.length}) {
            assertThat(FramedEvents.of(fits, size, maxMessageSize)).containsExactly("MESSAGE {}", "MESSAGE {}");
            assertThat(FramedEvents.of(over, size, maxMessageSize)).containsExactly("MESSAGE {}", "FRAMING_LOST");
        }
    }

    @ParameterizedTest
    @CsvSource({"63, MESSAGE", "64, FRAMING_LOST"})
    void arraysAndObjectsNest64Deep(int inner, Event event) {
        for (String open : List.of("[", "{\"a\":")) {
            String close = open.equals("[") ? "]" : "}";
            byte[] bytes = utf8(
                    "{\"x\":" + open.repeat(inner) + (open.equals("[") ? "" : "1") + close.repeat(inner) + "}");
            for (int size : new int[]{1, 50, bytes.length}) {
                assertThat(FramedEvents.of(bytes, size, LIMIT)).singleElement().asString().startsWith(event.name());
            }
        }
    }

    @Test
    void callerMayStopBetweenTwoMessages() {
        byte[] buffer = utf8("{\"n\":1}{\"n\":2}{\"n\"");
        framer.offer(buffer, 0, buffer.length);
        assertThat(framer.poll()).isEqualTo(Event.MESSAGE);
        assertThat(framer.hasPartial()).isTrue();
        framer.park();
        Arrays.fill(buffer, (byte) 0);

        assertThat(framer.poll()).isEqualTo(Event.MESSAGE);
        assertThat(FramedEvents.text(framer)).isEqualTo("{\"n\":2}");
        framer.park();
        offer(":3}");
        assertThat(framer.poll()).isEqualTo(Event.MESSAGE);
        assertThat(FramedEvents.text(framer)).isEqualTo("{\"n\":3}");
        assertThat(framer.poll()).isEqualTo(Event.NEED_MORE);
        assertThat(framer.hasPartial()).isFalse();
    }

    @Test
    void holdsNoBufferBetweenMessages() {
        offer("{\"a\":");
        assertThat(framer.poll()).isEqualTo(Event.NEED_MORE);
        framer.park();
        assertThat(framer.hasPartial()).isTrue();
        offer("1}\n");
        assertThat(framer.poll()).isEqualTo(Event.MESSAGE);
        assertThat(framer.poll()).isEqualTo(Event.NEED_MORE);
        framer.park();
        assertThat(framer.array()).isEmpty();
    }

    @Test
    void wholeMessageIsNotCopied() {
        byte[] buffer = utf8("xx{\"a\":1}yy");
        framer.offer(buffer, 2, buffer.length - 2);
        assertThat(framer.poll()).isEqualTo(Event.MESSAGE);
        assertThat(framer.array()).isSameAs(buffer);
    }

    @Test
    void scannerHoldsTheFieldsOfTheLastMessage() {
        offer("{\"type\":0,\"privPoliId\":\"PP_1\"}{\"type\":0,\"privPoliId\":\"PP_2\"}");
        framer.poll();
        assertThat(framer.scanner().policyText()).isEqualTo("PP_1");
        framer.poll();
        assertThat(framer.scanner().policyText()).isEqualTo("PP_2");
    }

    @Test
    void fieldsOfAnotherConnectionAreNotTakenForThoseOfALostMessage() {
        MessageScanner shared = new MessageScanner();
        MessageFramer lost = new MessageFramer(LIMIT, shared);
        MessageFramer large = new MessageFramer(20, shared);
        for (MessageFramer framer : List.of(lost, large)) {
            framer.offer(utf8("{\"a\":"), 0, 5);
            assertThat(framer.poll()).isEqualTo(Event.NEED_MORE);
            framer.park();
        }
        byte[] other = utf8("{\"type\":0,\"srcid\":1327}");
        assertThat(shared.scan(other, 0, other.length)).isPositive();

        lost.offer(utf8("]"), 0, 1);
        assertThat(lost.poll()).isEqualTo(Event.FRAMING_LOST);
        assertThat(lost.start()).isEqualTo(MessageFramer.UNKNOWN).isNotEqualTo(shared.fields().start());
        large.offer(other, 0, other.length);
        assertThat(large.poll()).isEqualTo(Event.TOO_LARGE);
        assertThat(large.start()).isEqualTo(MessageFramer.UNKNOWN);
    }

    @Test
    void whatWasReadOfALostMessageIsKnownUntilTheNextPoll() {
        offer(" {\"srcid\":1327,\"type\":0]");
        assertThat(framer.poll()).isEqualTo(Event.FRAMING_LOST);
        MessageFields fields = framer.scanner().fields();
        assertThat(framer.start()).isEqualTo(fields.start()).isEqualTo(1);
        assertThat(new String(framer.array(), fields.srcIdStart(), 4, StandardCharsets.UTF_8)).isEqualTo("1327");
        assertThat(framer.poll()).isEqualTo(Event.FRAMING_LOST);
        assertThat(framer.start()).isEqualTo(MessageFramer.UNKNOWN);
    }

    @Test
    void largeMessageInSmallReadsIsFound() {
        int limit = 1 << 20;
        byte[] bytes = utf8("{\"payload\":\"" + "x".repeat(900 * 1024) + "\"}");
        assertThat(FramedEvents.of(bytes, 4096, limit)).containsExactly("MESSAGE " + iso(bytes));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1, MessageFramer.MAX_SIZE + 1, Integer.MAX_VALUE})
    void limitHasBounds(int limit) {
        assertThatIllegalArgumentException().isThrownBy(() -> new MessageFramer(limit)).withMessageContaining("2 to");
    }

    /** Wherever the bytes are cut: what is given up is told by its name, and what follows it is found. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100, LIMIT, 5000})
    void goesOnBehindAMessageThatWasGivenUp(int size) {
        byte[] bytes = utf8(
                "{\"msgId\": 7, \"payload\": \"" + "x{\\\"".repeat(LIMIT) + "\", \"a\": [{}]} {\"type\": 3}{}");
        List<String> found = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += size) {
            framer.offer(bytes, at, Math.min(bytes.length, at + size));
            for (Event event = framer.poll(); event != Event.NEED_MORE; event = framer.poll()) {
                found.add(event.name());
                if (event == Event.TOO_LARGE) {
                    framer.skip(100_000);
                    MessageFields fields = framer.scanner().fields();
                    assertThat(fields.start()).isEqualTo(framer.start());
                    assertThat(framer.array()[fields.msgIdStart()]).isEqualTo((byte) '7');
                }
            }
            framer.park();
        }
        assertThat(found).containsExactly("TOO_LARGE", "MESSAGE", "MESSAGE");
        assertThat(framer.hasPartial()).isFalse();
        assertThat(framer.skipping()).isFalse();
    }

    @Test
    void whatIsGivenUpIsDroppedOnlySoFar() {
        offer("{\"a\": \"" + "x".repeat(LIMIT - 6));
        assertThat(framer.poll()).isEqualTo(Event.TOO_LARGE);
        framer.skip(100);
        offer("x".repeat(99));
        assertThat(framer.poll()).isEqualTo(Event.NEED_MORE);
        offer("xx");
        assertThat(framer.poll()).isEqualTo(Event.FRAMING_LOST);
    }

    @Test
    void aMessageThatWasPutBackIsFoundAgain() {
        offer("{\"type\": 3}{\"type\": 4}");
        assertThat(framer.poll()).isEqualTo(Event.MESSAGE);
        framer.again();
        framer.park();
        assertThat(framer.poll()).isEqualTo(Event.MESSAGE);
        assertThat(framer.scanner().type()).isEqualTo(3);
        assertThat(framer.poll()).isEqualTo(Event.MESSAGE);
        assertThat(framer.scanner().type()).isEqualTo(4);
    }

    private void offer(String text) {
        byte[] bytes = utf8(text);
        framer.offer(bytes, 0, bytes.length);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String iso(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
