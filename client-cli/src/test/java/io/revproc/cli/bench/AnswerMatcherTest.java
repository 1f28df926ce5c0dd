package io.revproc.cli.bench;

import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class AnswerMatcherTest {
    private final PreparedMessages prepared = PreparedMessages.of(List.of("PP_1"), 32, Verify.SHA1);
    private final AnswerMatcher matcher = new AnswerMatcher(prepared, Verify.SHA1);

    @Test
    void theSecondAnswerOfTheSameBytesIsKnown() {
        String answer = ack(1, 0);
        for (int i = 0; i < 2; i++) {
            assertThat(match(0, answer + ack(1, 1))).isEqualTo(answer.length());
            assertThat(matcher.error()).isNull();
        }
    }

    @Test
    void anotherMessagesHashIsWrongEvenIfItWasRightBefore() {
        match(0, ack(1, 0));

        assertThat(match(1, ack(1, 0))).isPositive();
        assertThat(matcher.error()).isEqualTo("HASH");
    }

    @Test
    void everyPrefixOfAnAnswerIsIncompleteKnownOrNot() {
        String answer = ack(1, 0);
        for (int round = 0; round < 2; round++) {
            for (int n = 1; n < answer.length(); n++) {
                assertThat(match(0, answer.substring(0, n))).isEqualTo(AnswerMatcher.INCOMPLETE);
            }
            assertThat(match(0, answer)).isEqualTo(answer.length());
        }
    }

    @Test
    void bracesAndQuotesInStringsDoNotEndAnAnswer() {
        String answer = "{\"Error\": \"a } and a \\\" and {\", \"code\": \"BAD_MESSAGE\"}";

        assertThat(match(0, answer + "{")).isEqualTo(answer.length());
        assertThat(matcher.error()).isEqualTo("BAD_MESSAGE");
    }

    @Test
    void aRefusalWithoutACodeIsCalledRefused() {
        match(0, "{\"Error\": \"No server\"}");

        assertThat(matcher.error()).isEqualTo("REFUSED");
    }

    @Test
    void whatIsNoObjectIsGarbage() {
        assertThat(match(0, "HTTP/1.1 400")).isEqualTo(AnswerMatcher.GARBAGE);
    }

    @Test
    void manyServersOfOnePolicyAreAllUnderstood() {
        for (int server = 0; server < 50; server++) {
            assertThat(match(0, ack(server, 0))).isPositive();
            assertThat(matcher.error()).isNull();
        }
    }

    private int match(int message, String answer) {
        byte[] bytes = ("xx" + answer).getBytes(StandardCharsets.UTF_8);
        int end = matcher.match(message, bytes, 2, bytes.length);
        return end < 0 ? end : end - 2;
    }

    private String ack(int server, int message) {
        return "{\"type\": 2, \"srcid\": " + server + ", \"destid\": 1327, \"payloadsize\": 40, \"payload\": "
                + new String(prepared.expected[message], StandardCharsets.US_ASCII) + "}";
    }
}
