package io.revproc.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What a scanner remembers of earlier messages makes it quicker, and changes none of its answers. */
class RecentMemberTest {
    private static final int AT = 3;

    private final RecentMember member = new RecentMember();
    private final MessageScanner reused = new MessageScanner();

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 15, 16, 17, 23, 24, 25, 31, 32})
    void memberIsFoundAgainOnlyIfEachByteIsTheSame(int size) {
        byte[] bytes = around(text(size) + "\"");
        remember(bytes, size, Field.SRC_ID);

        assertThat(nextKey(bytes)).isEqualTo(AT + size);
        assertThat(member.nextKey(bytes, AT, AT + size)).as("the next key is not there yet").isNegative();
        assertThat(member.nextKey(bytes, AT, AT + size + 1)).isEqualTo(AT + size);
        for (int at = AT; at <= AT + size; at++) {
            byte[] other = bytes.clone();
            other[at] ^= 1;
            assertThat(nextKey(other)).as("byte %d", at).isNegative();
        }
    }

    @ParameterizedTest
    @CsvSource({"7, SRC_ID, STRING", "33, SRC_ID, STRING", "20, PAYLOAD, STRING", "20, MSG_ID, STRING",
            "20, TOKEN, STRING",
            "20, LEASE, STRING", "20, EVIDENCE, STRING",
            "20, PRIV_POLI_ID, ESCAPED", "20, SRC_ID, NESTED", "20, SRC_ID, DECIMAL"})
    void memberOfAnotherKindIsNotRemembered(int size, Field field, String kind) {
        byte[] bytes = around(text(size) + "\"");
        int value = switch (kind) {
            case "STRING" -> Json.STRING;
            case "ESCAPED" -> Json.ESCAPED;
            case "NESTED" -> Json.NESTED;
            default -> Json.DECIMAL;
        };
        member.remember(bytes, AT, AT + size, field.ordinal(), AT + 2, AT + 4, value);

        assertThat(nextKey(bytes)).isNegative();
    }

    @Test
    void newScannerRemembersNothing() {
        assertThat(nextKey(new byte[64])).isNegative();
    }

    /** Nor may a message that ends in the middle of it, or says one of its keys twice. */
    @ParameterizedTest
    @ValueSource(strings = {
            "{'type':0,'srcid':1327,'privPoliId':'PP_1','payloadsize':3,'payload':'abc'}",
            "{'type': 0, 'srcid': 1327, 'privPoliId': 'PP_1', 'payloadsize': 3, 'payload': 'abc'}",
            "{'deadlineMs':5000,'idempotent':true,'srcid':'c','type':'0','privPoliId':'é','payload':'abc'}",
            "{ 'type':0 ,'type2':1,'srcid':1327,  'privPoliId':\t'PP_1','payload':'x','msgId':'7'}",
            "{'type':2,'srcid':'s','destid':null,'Error':'x','payload':'abc','receipt':false}",
            "{'mux':true,'listenport':8080,'privPolyId':'PP_2','type':1,'id':77,'proto':2,'lease':'abcdefgh','tls':false}"})
    void messageThatDiffersInOneByteIsReadAsByANewScanner(String text) {
        byte[] message = text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < message.length; at++) {
            for (byte[] other : changedAt(message, at)) {
                reused.scan(message, 0, message.length);
                same(other, text + " changed at " + at + ": " + new String(other, StandardCharsets.ISO_8859_1));
            }
        }
    }

    private static List<byte[]> changedAt(byte[] message, int at) {
        List<byte[]> changed = new ArrayList<>();
        changed.add(Arrays.copyOf(message, at));
        for (char c : "\" ,:{}01\\x\n".toCharArray()) {
            byte[] replaced = message.clone();
            replaced[at] = (byte) c;
            changed.add(replaced);
            byte[] inserted = new byte[message.length + 1];
            System.arraycopy(message, 0, inserted, 0, at);
            inserted[at] = (byte) c;
            System.arraycopy(message, at, inserted, at + 1, message.length - at);
            changed.add(inserted);
        }
        return changed;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            {"srcid":1327,"type":0,"privPoliId":"PP_1"}          | {"type":0,"type":0,"privPoliId":"PP_1"}
            {"type":0,"privPoliId":"PP_1","srcid":1327,"z":1}    | {"privPoliId":"PP_2","privPoliId":"PP_1","srcid":1327,"z":1}
            """)
    void keyThatComesTwiceIsRefusedWhereItIsRemembered(String before, String twice) {
        byte[] message = CodecText.utf8(before);
        reused.scan(message, 0, message.length);

        byte[] next = CodecText.utf8(twice);
        assertThat(reused.scan(next, 0, next.length)).isEqualTo(MessageScanner.INVALID);
        assertThat(reused.reason()).contains("twice");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void randomMessagesAreReadAsByANewScanner(long seed) {
        RandomMessages messages = new RandomMessages(seed);
        for (int i = 0; i < 4_000; i++) {
            byte[] message = messages.any();
            same(message, "message " + i);
            same(message, "message " + i + " again");
            for (int change = 0; change < 3; change++) {
                same(messages.mutate(message), "message " + i + " changed");
            }
        }
    }

    private void same(byte[] message, String label) {
        byte[] bytes = new byte[message.length + 40];
        Arrays.fill(bytes, (byte) '"');
        System.arraycopy(message, 0, bytes, AT, message.length);
        MessageScanner fresh = new MessageScanner();
        int expected = fresh.scan(bytes, AT, AT + message.length);

        assertThat(reused.scan(bytes, AT, AT + message.length)).as(label).isEqualTo(expected);
        assertThat(all(reused, expected)).as(label).isEqualTo(all(fresh, expected));
    }

    private static List<Object> all(MessageScanner scanner, int outcome) {
        MessageFields fields = scanner.fields();
        List<Object> all = new ArrayList<>();
        all.add(outcome == MessageScanner.INVALID ? scanner.reason() : "");
        all.add(scanner.type());
        all.add(fields.deadlineMillis());
        all.add(fields.msgIdKey());
        if (fields.policyStart() >= 0) {
            all.add(scanner.policyText());
            all.add(fields.policyStart());
        }
        for (Field field : Field.ALL) {
            all.add(fields.kind(field));
            all.add(fields.start(field));
            all.add(fields.end(field));
        }
        return all;
    }

    private void remember(byte[] bytes, int size, Field field) {
        member.remember(bytes, AT, AT + size, field.ordinal(), AT + 2, AT + 4, Json.STRING);
    }

    private int nextKey(byte[] bytes) {
        return member.nextKey(bytes, AT, bytes.length);
    }

    private static String text(int size) {
        return "abcdefghijklmnopqrstuvwxyz0123456789".substring(0, size);
    }

    private static byte[] around(String text) {
        return CodecText.utf8("xyz" + text + "0123456789".repeat(4));
    }
}
