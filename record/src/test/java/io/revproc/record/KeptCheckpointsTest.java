package io.revproc.record;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;

import io.revproc.record.tlog.TreeHead;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Files of kept checkpoints that somebody edited: what is not as it was signed is not compared with anything. */
class KeptCheckpointsTest {
    private static final ChainCheckpoint CHAIN = ChainCheckpoint.sign(Sample.KEY, 1, 5, 1000, new byte[32]);
    private static final Checkpoint LOG = Checkpoint.sign(Sample.KEY, 1, 1000,
            new TreeHead(Sample.ORIGIN, 5, new byte[32]));

    private static KeptCheckpoints read(String text) {
        return KeptCheckpoints.read(text, List.of(Sample.PUBLIC));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "\"sequence\":5 | \"sequence\":6                    | its checkpoint 6 was not signed by the key that was given",
            "\"sequence\":5 | \"sequence\":-5                   | its checkpoint -5 was not signed by the key that was given",
            "\"sequence\":5 | \"sequence\":18446744073709551621 | its sequence is not a whole number",
            "\"sequence\":5 | \"sequence\":5.0                  | its sequence is not a whole number",
            "\"sequence\":5 | \"sequence\":5.7                  | its sequence is not a whole number",
            "\"sequence\":5 | \"sequence\":1e400                | its sequence is not a whole number",
            "\"sequence\":5 | \"sequence\":\"5\"                | it has no sequence",
            "\"sequence\":5 | \"sequence\":null                 | it has no sequence",
            "\"sequence\":5 | \"sequence\":[5]                  | it has no sequence",
            "\"sequence\":5 | \"sequence\":9,\"sequence\":5     | it is not JSON, or names something twice",
            "\"segment\":1  | \"segment\":4294967297            | its checkpoint 5 was not signed by the key that was given",
            "\"segment\":1  | \"segment\":1.5                   | its segment is not a whole number",
            "T00:00:01Z     | T00:00:01.0009Z                   | its time is not one in milliseconds",
            "T00:00:01Z     | T00:00:01                         | its time is not one in milliseconds",
            "1970-01-01T    | +1000000000-12-31T                | its time is not one in milliseconds",
            "\"hash\":\"00  | \"hash\":\"0g                     | a digest has 64 hexadecimal digits",
            "\"hash\":\"00  | \"hash\":\"                       | a digest has 64 hexadecimal digits",
            "\"signature\":\" | \"signature\":\"A               | its signature has not 64 bytes",
            "\"signature\":\" | \"signature\":\"?               | its signature is not base64url without padding",
            "\"signature\"  | \"signatur\"                      | it has no signature"})
    void checkpointOfTheEarlierFormatThatWasEditedIsRefused(String was, String is, String sentence) {
        assertThat(read(CHAIN.json()).chain()).containsExactly(CHAIN);
        assertThatThrownBy(() -> read(CHAIN.json().replaceFirst(was, Matcher.quoteReplacement(is))))
                .isExactlyInstanceOf(IllegalArgumentException.class).hasMessage(sentence);
    }

    @Test
    void signatureIsWrittenInOneWay() {
        String text = CHAIN.signatureText();
        char last = text.charAt(text.length() - 1);
        for (String other : List.of(text + "==", text.substring(0, text.length() - 1) + (char) (last + 1),
                text.substring(0, text.length() - 1) + (char) (last + 2))) {
            assertThatThrownBy(() -> read(CHAIN.json().replace(text, other)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "\"segment\":1 | \"segment\":1.5           | its segment is not a whole number",
            "\"segment\":1 | \"segment\":99999999999999999999 | its segment is not a whole number",
            "\"time\":\"   | \"time\":\"x              | its time can't be read",
            "\"size\":5    | \"note\":\"x\"            | it is not JSON, or names something twice",
            "log\\n5       | log\\n6                   | its checkpoint of 6 entries was not signed by the key that was given",
            "log\\n5       | log\\n05                  | it is not a checkpoint",
            "log\\n5       | log\\r\\n5                | it has a control character",
            "log\\n5       | log\\ud800\\n5            | it has half a character"})
    void checkpointThatWasEditedIsRefused(String was, String is, String sentence) {
        assertThat(read(LOG.json()).log()).containsExactly(LOG);
        assertThatThrownBy(() -> read(LOG.json().replace(was, is))).hasMessage(sentence);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', ignoreLeadingAndTrailingWhitespace = true, value = {
            "``                     | it is not a signed note", "null                   | it is not a signed note",
            "\"x\"                  | it is not a signed note", "{}                     | it has no segment",
            "[]                     | it holds no checkpoint", "[[], {\"checkpoints\":[]}] | it holds no checkpoint",
            "[null]                 | it has something that is not a checkpoint",
            "[1]                    | it has something that is not a checkpoint",
            "{\"checkpoints\":{}}   | it has no segment", "{\"note\":\"x\"}      | it is not a signed note",
            "{\"note\":7}           | it has no segment",
            "{                      | it is not JSON, or names something twice",
            "{\"a\":                | it is not JSON, or names something twice",
            "[1,                    | it is not JSON, or names something twice",
            "[1 2]                  | it is not JSON, or names something twice"})
    void whatIsNoCheckpointIsRefused(String text, String sentence) {
        assertThatThrownBy(() -> read(text)).isExactlyInstanceOf(IllegalArgumentException.class).hasMessage(sentence);
    }

    @Test
    void fileThatWasCutAnywhereHoldsNoFewerCheckpointsInSilence() {
        String all = "{\"checkpoints\":[" + LOG.json() + "," + CHAIN.json() + "]}";
        assertThat(read(all).count()).isEqualTo(2);
        for (int i = 0; i < all.length(); i++) {
            String cut = all.substring(0, i);
            assertThatThrownBy(() -> read(cut)).as("cut at %s", i).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> read("[".repeat(100_000))).hasMessageStartingWith("it is not JSON");
    }

    @Test
    void onePerLineMayHaveTheLineEndsOfAnyMachine() {
        for (String end : List.of("\n", "\r\n", "\n\n", " ", "")) {
            KeptCheckpoints kept = read(LOG.json() + end + CHAIN.json() + end);
            assertThat(kept.log()).containsExactly(LOG);
            assertThat(kept.chain()).containsExactly(CHAIN);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"1-3 | the first entry is now 7 | 1 3 7", "1-3 | | 1 3 -1", "3 | x | -",
            "1-3- | x | -", "1-12345678901 | x | -", "1-\u0663 | x | -", "-1-3 | x | -",
            "1-3 | the first entry is now 7, or so | 1 3 -1", "1-3 | the first entry is now -7 | 1 3 -1",
            "1-3 | the first entry is now 999999999999999999 | 1 3 999999999999999999",
            "1-3 | the first entry is now 9999999999999999999 | 1 3 -1"})
    void removalIsReadAsTheProxyWritesIt(String subject, String detail, String read) {
        Entry.Event event = new Entry.Event(0, LOG.time(), Entry.Event.SEGMENTS_REMOVED, "proxy", subject,
                String.valueOf(detail));
        RemovedSegments removed = RemovedSegments.of(event);
        assertThat(removed == null ? "-" : removed.first() + " " + removed.last() + " " + removed.keptFrom())
                .isEqualTo(read);
        assertThat(RemovedSegments.of(new Entry.Event(0, LOG.time(), "other", "proxy", subject, ""))).isNull();
    }

    @Test
    void removalAllowsARecordThatBeginsThereOrEarlierAndNoneThatBeginsLater() {
        List<String> allowed = new ArrayList<>();
        for (long segment : new long[]{3, 4, 5}) {
            for (long entry : new long[]{0, 6, 7, 8}) {
                allowed.add(new RemovedSegments(1, 3, 7).allows(segment, entry) ? segment + ":" + entry : "");
            }
        }
        assertThat(allowed).filteredOn(each -> !each.isEmpty()).isEqualTo(
                Arrays.asList("3:0", "3:6", "3:7", "4:0", "4:6", "4:7"));
        RemovedSegments earlier = new RemovedSegments(1, 3, -1);
        assertThat(earlier.allows(4, Long.MAX_VALUE)).isTrue();
        assertThat(earlier.allows(5, 0)).isFalse();
    }
}
