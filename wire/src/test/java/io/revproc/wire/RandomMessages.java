package io.revproc.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Seeded generator of messages: valid ones, odd ones, and both with bytes broken. */
final class RandomMessages {
    private static final List<String> KEYS = List.of("type", "srcid", "privPoliId", "payload", "payloadsize", "msgId",
            "idempotent", "deadlineMs", "traceparent", "receipt", "destid", "id", "privPolyId", "listenport", "mux",
            "tls",
            "lease", "token", "evidence", "zone", "proto", "weight", "maxInFlight", "event", "Status", "Error", "code",
            "retryable");
    private static final List<String> ODD_KEYS = List.of("priv\\u0050oliId", "\\u0074ype", "privPoliid", "privPolyId",
            "typ", "type ", "typf", "TYPE", "", "srcid\\u0000", "s\\u0072cid", "pay\\u006coad", "x", "é",
            "\\\"type\\\"", "😀",
            "privPoliId\\\\", "msgid", "\\ud800", "PRIVPOLIID", "privPoliId\\u0000x", "\\u0000", "\u017frcid",
            "\\u017frcid", "to\u212aen", "TO\\u212aEN\\u0000", "statu\u017f", "error", "Code", "privPol\u0130Id",
            "l\u0131stenport", "PRIVPOLYID", "payload\u0000", "Payload\\u0000payload", "id\u0301", "ID", "destidd",
            "typ\uff45");
    private static final List<String> STRINGS = List.of("PP_1", "PP_2", "PP\\u005f1", "", "}", "{", "[\\\"]", "\\\\",
            "a\\\\\\\"b", "é", "😀", "\\ud83d\\ude00", "\\ud83d", "\\udc00\\ud800", "\\u00e9", "\\/", "\\b\\f\\n\\r\\t",
            "\u2028", "\\u2028", "\\x", "\\u12g4", "\u007f", "\ufeff", "0", "7", "-1", "00", "1e2", "\\u0030",
            "\\\",\\\"privPoliId\\\":\\\"PP_9", "\\u007f", "\u0085", "\\u0085", "\\u0000", "proxy", "shutdown",
            "Deregistered", "80", "65536", "\\uD83D\\u0041", "\u0001", "\t");
    private static final List<String> NUMBERS = List.of("0", "1", "-1", "-0", "2", "17", "999999999", "9999999999",
            "123456789012345", "1234567890123456", "1.0", "1e3", "1E+3", "1e-3", "0.5", "-0.0", "1e400",
            "1234567890123456789012345678901234567890", "01", "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "--1", "1_000",
            "Infinity", "NaN", "-00", "00012", "12a", "12\u00e9", "8", "65535", "65536", "86400000", "86400001",
            "2147483647",
            "2147483648", "1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308",
            "179769313486231570000000000e282", "-0.00017976931348623159e312", "1e-400", "0e999",
            "0.0e99999999999999999999",
            "1e99999999999999999999", "1e-99999999999999999999", "1e+0000000000000000000000308", "1e308", "1e309",
            "9".repeat(308), "9".repeat(309), "1" + "0".repeat(309), "17976931348623157" + "0".repeat(292),
            "17976931348623159" + "0".repeat(292), "0." + "0".repeat(400) + "1e700", "1" + "0".repeat(998),
            "0." + "1".repeat(998), "0." + "1".repeat(999), "-0." + "1".repeat(998));
    private static final List<String> LITERALS = List.of("true", "false", "null", "tru", "True", "nul", "undefined",
            "falsey", "''", "'a'", "");
    private static final List<String> SPACES = List.of(" ", "\n", "\t", "\r", "\r\n", "  ", "\f", "\u00a0", "\u000b",
            "/**/",
            "\0");
    private static final byte[] INTERESTING = {'"', '\\', '{', '}', '[', ']', ',', ':', 'u', '0', '-', '.', 'e', ' ', 0,
            0x1f, 0x7f, (byte) 0x80, (byte) 0xbf, (byte) 0xc0, (byte) 0xc3, (byte) 0xe0, (byte) 0xed, (byte) 0xa0,
            (byte) 0xf0, (byte) 0xf4, (byte) 0x90, (byte) 0xfe, (byte) 0xff};

    private final Random random;

    RandomMessages(long seed) {
        random = new Random(seed);
    }

    /** A message that may be wrong in any way. */
    byte[] any() {
        int form = random.nextInt(6);
        String text = form < 2 ? data() : form == 2 ? other() : object(1, true);
        byte[] message = text.getBytes(StandardCharsets.UTF_8);
        int mutations = random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 0;
        for (int i = 0; i < mutations; i++) {
            message = mutate(message);
        }
        return message;
    }

    /** A setup, an answer or a refusal, with what it needs and more. */
    private String other() {
        List<String> keys = new ArrayList<>(List.of(List.of("type", "id", "privPolyId", "listenport"),
                List.of("type", "srcid", "destid", "payload"), List.of("Error", "code")).get(random.nextInt(3)));
        for (int i = random.nextInt(4); i > 0; i--) {
            keys.add(pick(random.nextInt(4) != 0 ? KEYS : ODD_KEYS));
        }
        String type = keys.contains("id") ? "1" : "2";
        Collections.shuffle(keys, random);
        StringBuilder out = new StringBuilder("{");
        for (String key : keys) {
            String value = key.equals("type") ? type : value(key, 1, true);
            out.append(out.length() == 1 ? "" : ",").append('"').append(key).append("\":").append(value);
        }
        return out.append('}').toString();
    }

    /** A message that every rule allows. */
    byte[] valid() {
        StringBuilder out = new StringBuilder("{\"type\":0,\"privPoliId\":\"PP_").append(random.nextInt(9)).append('"');
        for (int i = random.nextInt(4); i > 0; i--) {
            out.append(space(false)).append(",\"k").append(i).append("\":").append(space(false))
                    .append(nested(2, false));
        }
        return out.append(space(false)).append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Bytes that every JSON parser takes for white space between messages. */
    byte[] gap() {
        return space(false).getBytes(StandardCharsets.UTF_8);
    }

    byte[] mutate(byte[] message) {
        int at = random.nextInt(message.length + 1);
        int other = random.nextInt(message.length + 1);
        int from = Math.min(at, other);
        int to = Math.max(at, other);
        return switch (random.nextInt(6)) {
            case 0 -> splice(message, from, Math.min(message.length, from + 1), flipped(message, from));
            case 1 -> splice(message, from, Math.min(message.length, from + 1), interesting());
            case 2 -> splice(message, from, from, interesting());
            case 3 -> splice(message, from, Math.min(message.length, from + 1 + random.nextInt(3)), new byte[0]);
            case 4 -> splice(message, to, to, Arrays.copyOfRange(message, from, to));
            default -> Arrays.copyOf(message, to);
        };
    }

    private byte[] flipped(byte[] message, int at) {
        return at < message.length ? new byte[]{(byte) (message[at] ^ 1 << random.nextInt(8))} : interesting();
    }

    private byte[] interesting() {
        byte[] bytes = new byte[1 + random.nextInt(2)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = INTERESTING[random.nextInt(INTERESTING.length)];
        }
        return bytes;
    }

    private static byte[] splice(byte[] message, int from, int to, byte[] middle) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(message, 0, from);
        out.writeBytes(middle);
        out.write(message, to, message.length - to);
        return out.toByteArray();
    }

    /** All that routing needs, in any order, among other keys. */
    private String data() {
        List<String> keys = new ArrayList<>(List.of("type", "srcid", "privPoliId", "payload"));
        for (int i = random.nextInt(4); i > 0; i--) {
            keys.add(random.nextInt(6) == 0 ? "privPolyId" : pick(random.nextInt(3) == 0 ? KEYS : ODD_KEYS));
        }
        Collections.shuffle(keys, random);
        StringBuilder out = new StringBuilder("{");
        for (String key : keys) {
            String value = switch (key) {
                case "type" -> pick(List.of("0", "\"0\"", "1"));
                // both keys of a policy, often enough with the same text
                case "privPoliId", "privPolyId" -> random.nextBoolean()
                        ? pick(List.of("17", "\"17\"", "\"\\u0031\\u0037\"", "\"P\u00e9\"", "\"P\\u00e9\""))
                        : value(key, 1, true);
                default -> value(key, 1, true);
            };
            out.append(out.length() == 1 ? "" : ",").append('"').append(key).append("\":").append(value);
        }
        return out.append('}').toString();
    }

    private String object(int depth, boolean odd) {
        StringBuilder out = new StringBuilder("{").append(space(odd));
        int fields = random.nextInt(7);
        for (int i = 0; i < fields; i++) {
            String key = once(odd, 12) ? pick(ODD_KEYS) : pick(KEYS);
            out.append(i == 0 ? "" : ",").append(space(odd)).append('"').append(key).append('"').append(space(odd))
                    .append(':').append(space(odd)).append(value(key, depth, odd)).append(space(odd));
        }
        return out.append(once(odd, 60) ? "," : "").append('}').toString();
    }

    /** Mostly of the kind that fits the key, so that whole messages are valid often enough. */
    private String value(String key, int depth, boolean odd) {
        if (once(odd, 8)) {
            return nested(depth + 1, odd);
        }
        return switch (key) {
            case "idempotent", "receipt", "mux", "tls", "retryable" -> random.nextBoolean() ? "true" : "false";
            case "type", "deadlineMs", "listenport", "proto", "weight", "payloadsize" ->
                Integer.toString(random.nextInt(9));
            case "payload", "traceparent", "Error", "code", "event", "Status" -> string(odd);
            default -> random.nextInt(4) == 0 ? Integer.toString(random.nextInt(2000)) : string(odd);
        };
    }

    private String nested(int depth, boolean odd) {
        return switch (random.nextInt(depth > 6 ? 4 : 7)) {
            case 0 -> string(odd);
            case 1 -> odd ? pick(NUMBERS) : NUMBERS.get(random.nextInt(16));
            case 2 -> odd ? pick(LITERALS) : LITERALS.get(random.nextInt(3));
            case 3 -> long_(odd);
            case 4 -> object(depth, odd);
            case 5 -> "[" + space(odd) + nested(depth + 1, odd) + space(odd) + "," + nested(depth + 1, odd) + "]";
            default -> odd && random.nextInt(4) == 0 ? deep() : "[]";
        };
    }

    /** Strings around the lengths where a bound, or the scanner's step of eight bytes, lies. */
    private String long_(boolean odd) {
        int length = random.nextInt(20) == 0 ? 500 + random.nextInt(300) : random.nextInt(70);
        StringBuilder out = new StringBuilder("\"");
        while (out.length() < length) {
            out.append(random.nextInt(20) == 0 ? plain(odd) : "abcdefg".charAt(random.nextInt(7)));
        }
        return out.append('"').toString();
    }

    /** Nesting around the limit: objects and arrays mixed. */
    private String deep() {
        int depth = 61 + random.nextInt(4);
        StringBuilder open = new StringBuilder();
        StringBuilder close = new StringBuilder();
        for (int i = 0; i < depth; i++) {
            boolean array = random.nextBoolean();
            open.append(array ? "[" : "{\"type\":");
            close.insert(0, array ? ']' : '}');
        }
        return open + "1" + close;
    }

    private String string(boolean odd) {
        return "\"" + plain(odd) + "\"";
    }

    private String plain(boolean odd) {
        return odd ? pick(STRINGS) : STRINGS.get(random.nextInt(12));
    }

    private String space(boolean odd) {
        return random.nextInt(3) != 0 ? "" : once(odd, 40) ? pick(SPACES) : SPACES.get(random.nextInt(6));
    }

    private boolean once(boolean odd, int in) {
        return odd && random.nextInt(in) == 0;
    }

    private String pick(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }
}
