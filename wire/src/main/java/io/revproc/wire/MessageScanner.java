package io.revproc.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * Reads one message's routing fields in a single strict pass over its bytes, without building anything: positions only. It
 * takes what every JSON parser takes and reads the same way (RFC 8259, valid UTF-8, no lone surrogates, nesting of at most
 * {@value #MAX_DEPTH}), and nothing else. Stricter than a JSON parser with the top level's known keys: one that comes twice
 * or is spelt with escapes is refused, and so is a value of the wrong kind. Other keys may come twice; nothing routes on them.
 *
 * <p>One instance is reused for many messages; its answers hold until the next {@link #scan}. Not thread-safe. A scan
 * allocates nothing (an escaped policy name is decoded into a buffer of the scanner's own).
 */
public final class MessageScanner {
    /** How deep objects and arrays may nest. */
    public static final int MAX_DEPTH = 64;
    /** Answer of {@link #scan}: the bytes end before the message does. */
    public static final int INCOMPLETE = -1;
    /** Answer of {@link #scan}: not a valid message, see {@link #reason()}. */
    public static final int INVALID = -2;
    /** Answer of {@link #type()} where the message has none. */
    public static final int NO_TYPE = Integer.MIN_VALUE;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH = 0x8080808080808080L;
    private static final int MAX_MSG_ID = 66;
    /** Bytes of an id's JSON: its quotes, and each character as an escape. A refusal repeats the id. */
    private static final int MAX_ID = 2 + 6 * Ident.MAX_LENGTH;

    /** What a value is; also the order in which a kind is asked for. */
    private static final int STRING = 1;
    private static final int NUMBER = 2;
    private static final int TRUE = 3;
    private static final int FALSE = 4;
    private static final int OTHER = 5;

    private byte[] in = new byte[0];
    private int limit;
    private String reason = "";
    private int outcome;

    private final MessageFields fields = new MessageFields();
    /** The policy, if it was written with escapes. */
    private final byte[] decoded = new byte[4 * Ident.MAX_LENGTH];
    /** A key that was written with escapes; apart from the policy, which may have been read before it. */
    private final byte[] decodedKey = new byte[16];

    /** Set by {@link #string}: whether the string just read holds an escape. */
    private boolean escaped;
    /** Set by {@link #number}: whether the number just read is an integer. */
    private boolean integer;
    private int kind;

    /**
     * Scans the message that starts at {@code from} (a {@code '{'}).
     *
     * @return the position after its last byte, {@link #INCOMPLETE} or {@link #INVALID}
     */
    public int scan(byte[] bytes, int from, int to) {
        in = bytes;
        limit = to;
        outcome = 0;
        fields.clear(from);
        if (from >= to) {
            return INCOMPLETE;
        }
        if (bytes[from] != '{') {
            invalid("A message is a JSON object");
            return outcome;
        }
        int at = topLevel(from + 1);
        return at < 0 ? outcome : at;
    }

    /** Why the last scan was {@link #INVALID}: a sentence without payload bytes. */
    public String reason() {
        return reason;
    }

    /** The {@code type}, given as a number or as a string; {@link #NO_TYPE} if there is none. */
    public int type() {
        return fields.type;
    }

    /** Positions of the routing fields of the last scan. */
    public MessageFields fields() {
        return fields;
    }

    /**
     * Checks that the scanned message is one a client may send: what a server of any age needs is there.
     *
     * @return null if it is, else the sentence for the client
     */
    public @Nullable String dataProblem() {
        if (fields.type != 0) {
            return "type must be 0 in a client's message";
        }
        if (fields.srcIdStart < 0) {
            return "srcid is missing";
        }
        if (fields.policyStart < 0) {
            return "privPoliId is missing";
        }
        if (fields.payloadStart < 0) {
            return "payload is missing";
        }
        return null;
    }

    /**
     * Whether the scanned message refuses another: it has a sentence under the key {@code Error}, and no type but that of a
     * refusal. An answer (type 2) with that key is none.
     */
    public boolean isRefusal() {
        return fields.errorStart >= 0 && (fields.type == NO_TYPE || fields.type == MessageReader.REFUSAL_TYPE);
    }

    /**
     * Returns the code of a refusal, {@link ErrorCode#SERVER_FAILED} if it has none that is known. Allocates; call only where
     * {@link #isRefusal()}.
     */
    public ErrorCode refusalCode() {
        return ErrorCode.of(text(fields.codeStart, fields.codeEnd));
    }

    /** Returns the sentence of a refusal. Allocates; call only where {@link #isRefusal()}. */
    public String refusalSentence() {
        return text(fields.errorStart, fields.errorEnd);
    }

    private String text(int from, int to) {
        if (from < 0) {
            return "";
        }
        // no escape is shorter than what it stands for
        byte[] out = new byte[to - from];
        return new String(out, 0, JsonEscapes.decode(in, from, to, out), StandardCharsets.UTF_8);
    }

    private int topLevel(int start) {
        byte[] b = in;
        int end = limit;
        int at = skipSpace(start);
        if (at < 0) {
            return at;
        }
        if (b[at] == '}') {
            return at + 1;
        }
        while (true) {
            if (b[at] != '"') {
                return invalid("A key of an object must be a string");
            }
            int keyStart = at + 1;
            int keyEnd;
            int key;
            int known = keyStart + KnownKeys.REACH <= end ? KnownKeys.at(b, keyStart) : 0;
            if (known != 0) {
                key = known >>> 8;
                keyEnd = keyStart + (known & 0xff);
            } else {
                keyEnd = string(keyStart);
                if (keyEnd < 0) {
                    return keyEnd;
                }
                key = escaped ? escapedKey(keyStart, keyEnd) : MessageFields.keyOf(b, keyStart, keyEnd);
                if (key < 0) {
                    return invalid("A routing field's key must be written without escapes");
                }
            }
            // most messages have one space behind a colon and a comma: look for that first
            int valueStart = keyEnd + 3;
            if (valueStart >= end || b[keyEnd + 1] != ':' || b[keyEnd + 2] != ' ' || b[valueStart] <= ' ') {
                valueStart = behindColon(keyEnd + 1);
                if (valueStart < 0) {
                    return valueStart;
                }
            }
            int valueEnd = value(valueStart, 1);
            if (valueEnd < 0) {
                return valueEnd;
            }
            if (key > 0 && !take(key, keyStart, valueStart, valueEnd)) {
                return outcome;
            }
            at = valueEnd + 2;
            if (at >= end || b[valueEnd] != ',' || b[valueEnd + 1] != ' ' || b[at] <= ' ') {
                at = skipSpace(valueEnd);
                if (at < 0) {
                    return at;
                }
                if (b[at] == '}') {
                    return at + 1;
                }
                if (b[at] != ',') {
                    return invalid("A ',' or '}' is missing after a value");
                }
                at = skipSpace(at + 1);
                if (at < 0) {
                    return at;
                }
            }
        }
    }

    /** Reads the colon behind a key; answers where the value starts. */
    private int behindColon(int at) {
        int colon = skipSpace(at);
        if (colon < 0) {
            return colon;
        }
        if (in[colon] != ':') {
            return invalid("A ':' is missing after a key");
        }
        return skipSpace(colon + 1);
    }

    /** Notes a known field; false if it came twice or is of the wrong kind. */
    private boolean take(int key, int keyStart, int start, int end) {
        if (!fields.first(key)) {
            return no("A field that the routing reads is given twice");
        }
        boolean quoted = kind == STRING;
        int from = quoted ? start + 1 : start;
        int to = quoted ? end - 1 : end;
        switch (key) {
            case MessageFields.TYPE -> {
                if (kind != STRING && kind != NUMBER || !smallInteger(from, to)) {
                    return no("type must be an integer");
                }
                fields.type = intValue(from, to);
            }
            case MessageFields.SRC_ID, MessageFields.DEST_ID -> {
                if (kind != STRING && kind != NUMBER || end - start > MAX_ID) {
                    return no("srcid and destid must be a number or a string of at most " + Ident.MAX_LENGTH
                            + " characters");
                }
                if (key == MessageFields.SRC_ID) {
                    fields.srcIdStart = start;
                    fields.srcIdEnd = end;
                } else {
                    fields.destIdStart = start;
                    fields.destIdEnd = end;
                }
            }
            case MessageFields.PRIV_POLI_ID -> {
                return policy(quoted, from, to);
            }
            case MessageFields.PAYLOAD_SIZE -> fields.hasPayloadSize = true;
            case MessageFields.PAYLOAD -> {
                if (!quoted) {
                    return no("payload must be a string");
                }
                fields.payloadStart = from;
                fields.payloadEnd = to;
                fields.payloadEscaped = escaped;
            }
            case MessageFields.MSG_ID -> {
                if (!(quoted || kind == NUMBER && integer) || end - start > MAX_MSG_ID) {
                    return no("msgId must be an integer or a string of at most 64 bytes");
                }
                fields.msgIdKey = keyStart - 1;
                fields.msgIdStart = start;
                fields.msgIdEnd = end;
            }
            case MessageFields.IDEMPOTENT -> {
                if (kind != TRUE && kind != FALSE) {
                    return no("idempotent must be true or false");
                }
                fields.idempotent = kind == TRUE;
            }
            case MessageFields.RECEIPT -> {
                // A server's ACK is free to carry one of its own kind; only a client's true is a wish.
                fields.receipt = kind == TRUE;
            }
            case MessageFields.DEADLINE -> {
                if (kind != NUMBER || !smallInteger(start, end) || intValue(start, end) < 1) {
                    return no("deadlineMs must be a positive integer of at most 9 digits");
                }
                fields.deadlineMillis = intValue(start, end);
            }
            case MessageFields.TRACEPARENT -> {
                if (quoted && !escaped) {
                    fields.traceparentStart = from;
                    fields.traceparentEnd = to;
                }
            }
            case MessageFields.ERROR -> {
                if (quoted) {
                    fields.errorStart = from;
                    fields.errorEnd = to;
                }
            }
            case MessageFields.CODE -> {
                if (quoted) {
                    fields.codeStart = from;
                    fields.codeEnd = to;
                }
            }
            case MessageFields.RETRYABLE -> fields.retryable = kind == TRUE;
            default -> throw new AssertionError(key);
        }
        return true;
    }

    private boolean policy(boolean quoted, int from, int to) {
        if (quoted && escaped) {
            int length = JsonEscapes.decode(in, from, to, decoded);
            if (length < 0) {
                return no("privPoliId has at most " + Ident.MAX_LENGTH + " characters");
            }
            fields.policy = decoded;
            fields.policyStart = 0;
            fields.policyEnd = length;
        } else {
            if (!quoted && (kind != NUMBER || !integer || !exactInteger(from, to))) {
                return no("privPoliId must be a string or an integer of at most 15 digits");
            }
            fields.policy = in;
            fields.policyStart = from;
            fields.policyEnd = to;
        }
        int length = fields.policyEnd - fields.policyStart;
        if (length == 0 || length > 4 * Ident.MAX_LENGTH) {
            return no("privPoliId has 1 to " + Ident.MAX_LENGTH + " characters");
        }
        return true;
    }

    /** Whether every parser reads this integer as the same number. */
    private boolean exactInteger(int from, int to) {
        int digits = in[from] == '-' ? from + 1 : from;
        return to - digits <= 15 && !(digits > from && in[digits] == '0');
    }

    private boolean smallInteger(int from, int to) {
        int digits = from < to && in[from] == '-' ? from + 1 : from;
        if (to - digits < 1 || to - digits > 9 || in[digits] == '0' && to - from > 1) {
            return false;
        }
        for (int i = digits; i < to; i++) {
            if (in[i] < '0' || in[i] > '9') {
                return false;
            }
        }
        return true;
    }

    private int intValue(int from, int to) {
        boolean negative = in[from] == '-';
        int value = 0;
        for (int i = negative ? from + 1 : from; i < to; i++) {
            value = 10 * value + in[i] - '0';
        }
        return negative ? -value : value;
    }

    /** 0: an unknown key that happens to hold an escape; -1: a known key in disguise. */
    private int escapedKey(int from, int to) {
        int length = JsonEscapes.decode(in, from, to, decodedKey);
        return length > 0 && MessageFields.keyOf(decodedKey, 0, length) > 0 ? -1 : 0;
    }

    /** Reads a value; leaves what it is in {@link #kind}. */
    private int value(int at, int depth) {
        switch (in[at]) {
            case '"' -> {
                int end = string(at + 1);
                kind = STRING;
                return end < 0 ? end : end + 1;
            }
            case '{' -> {
                int end = nested(at, depth);
                kind = OTHER;
                return end;
            }
            case '[' -> {
                int end = nested(at, depth);
                kind = OTHER;
                return end;
            }
            case 't' -> {
                kind = TRUE;
                return literal(at, "true");
            }
            case 'f' -> {
                kind = FALSE;
                return literal(at, "false");
            }
            case 'n' -> {
                kind = OTHER;
                return literal(at, "null");
            }
            default -> {
                kind = NUMBER;
                return number(at);
            }
        }
    }

    /**
     * Reads an object or array below the top level without recursion: one bit per level says which of the two is open.
     */
    private int nested(int start, int outerDepth) {
        long objects = 0;
        int depth = 0;
        int at = start;
        while (true) {
            // here: at the first byte of a value
            int b = in[at];
            if (b == '{' || b == '[') {
                if (++depth + outerDepth > MAX_DEPTH) {
                    return invalid("Objects and arrays nest at most " + MAX_DEPTH + " deep");
                }
                objects = objects << 1 | (b == '{' ? 1 : 0);
                at = skipSpace(at + 1);
                if (at < 0) {
                    return at;
                }
                boolean empty = in[at] == (b == '{' ? '}' : ']');
                if (!empty) {
                    at = b == '{' ? key(at) : at;
                    if (at < 0) {
                        return at;
                    }
                    continue;
                }
                depth--;
                objects >>>= 1;
                at++;
            } else {
                at = value(at, outerDepth);
                if (at < 0) {
                    return at;
                }
            }
            // here: after a value; close what ends, or go to the next value
            while (true) {
                if (depth == 0) {
                    return at;
                }
                at = skipSpace(at);
                if (at < 0) {
                    return at;
                }
                boolean inObject = (objects & 1) != 0;
                if (in[at] == ',') {
                    at = skipSpace(at + 1);
                    if (at >= 0 && inObject) {
                        at = key(at);
                    }
                    if (at < 0) {
                        return at;
                    }
                    break;
                }
                if (in[at] != (inObject ? '}' : ']')) {
                    return invalid("A ',' or a closing bracket is missing after a value");
                }
                depth--;
                objects >>>= 1;
                at++;
            }
        }
    }

    /** Reads a key and its colon; answers where the value starts. */
    private int key(int at) {
        if (in[at] != '"') {
            return invalid("A key of an object must be a string");
        }
        int end = string(at + 1);
        if (end < 0) {
            return end;
        }
        return behindColon(end + 1);
    }

    private int literal(int at, String word) {
        for (int i = 0; i < word.length(); i++) {
            if (at + i >= limit) {
                return incomplete();
            }
            if (in[at + i] != word.charAt(i)) {
                return invalid("A value is not JSON");
            }
        }
        return at + word.length();
    }

    private int number(int start) {
        int at = start;
        if (in[at] == '-') {
            at++;
        }
        if (at >= limit) {
            return incomplete();
        }
        int first = in[at];
        if (first < '0' || first > '9') {
            return invalid("A value is not JSON");
        }
        at++;
        if (first != '0') {
            at = digits(at);
        }
        integer = true;
        if (at < limit && in[at] == '.') {
            integer = false;
            int end = digits(at + 1);
            if (end == at + 1) {
                return end < limit ? invalid("A number needs a digit after its point") : incomplete();
            }
            at = end;
        }
        if (at < limit && (in[at] == 'e' || in[at] == 'E')) {
            integer = false;
            at++;
            if (at < limit && (in[at] == '+' || in[at] == '-')) {
                at++;
            }
            int end = digits(at);
            if (end == at) {
                return end < limit ? invalid("A number needs a digit in its exponent") : incomplete();
            }
            at = end;
        }
        return at < limit ? at : incomplete();
    }

    private int digits(int at) {
        int i = at;
        while (i < limit && in[i] >= '0' && in[i] <= '9') {
            i++;
        }
        return i;
    }

    /**
     * Reads a string from the byte after its opening quote; answers the position of its closing quote. Eight bytes at a time
     * while they are plain ASCII (the zero-byte test of "Bit Twiddling Hacks", S. E. Anderson; exact for the lowest hit).
     */
    private int string(int start) {
        escaped = false;
        byte[] b = in;
        int at = start;
        while (true) {
            while (at + 8 <= limit) {
                long v = (long) LONG.get(b, at);
                long quote = v ^ 0x2222222222222222L;
                long slash = v ^ 0x5c5c5c5c5c5c5c5cL;
                long hit = (v | (quote - ONES) & ~quote | (slash - ONES) & ~slash
                        | (v - 0x2020202020202020L) & ~v) & HIGH;
                if (hit != 0) {
                    at += Long.numberOfTrailingZeros(hit) >>> 3;
                    break;
                }
                at += 8;
            }
            if (at >= limit) {
                return incomplete();
            }
            int c = b[at];
            if (c == '"') {
                return at;
            }
            if (c == '\\') {
                escaped = true;
                at = escape(at + 1);
            } else if (c < 0) {
                at = Utf8.next(b, at, limit);
                if (at == Utf8.TRUNCATED) {
                    return incomplete();
                }
                if (at == Utf8.MALFORMED) {
                    return invalid("A string is not valid UTF-8");
                }
            } else if (c < 0x20) {
                return invalid("A string holds a control character that is not escaped");
            } else {
                at++;
            }
            if (at < 0) {
                return at;
            }
        }
    }

    /** The position of the next quote or backslash, or {@code limit}; eight bytes at a time, as in {@link #string}. */
    static int skipToQuoteOrSlash(byte[] b, int from, int limit) {
        int at = from;
        while (at + 8 <= limit) {
            long v = (long) LONG.get(b, at);
            long quote = v ^ 0x2222222222222222L;
            long slash = v ^ 0x5c5c5c5c5c5c5c5cL;
            long hit = ((quote - ONES) & ~quote | (slash - ONES) & ~slash) & HIGH;
            if (hit != 0) {
                return at + (Long.numberOfTrailingZeros(hit) >>> 3);
            }
            at += 8;
        }
        while (at < limit && b[at] != '"' && b[at] != '\\') {
            at++;
        }
        return at;
    }

    /** Reads an escape from the byte after its backslash. Surrogates must come in pairs. */
    private int escape(int at) {
        if (at >= limit) {
            return incomplete();
        }
        switch (in[at]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
                return at + 1;
            }
            case 'u' -> {
                int unit = hex(at + 1);
                if (unit < 0) {
                    return unit;
                }
                if (!Character.isSurrogate((char) unit)) {
                    return at + 5;
                }
                if (Character.isLowSurrogate((char) unit)) {
                    return invalid("A string holds half a surrogate pair");
                }
                for (int i = 5; i <= 6; i++) {
                    if (at + i >= limit) {
                        return incomplete();
                    }
                    if (in[at + i] != (i == 5 ? '\\' : 'u')) {
                        return invalid("A string holds half a surrogate pair");
                    }
                }
                int low = hex(at + 7);
                if (low < 0) {
                    return low;
                }
                return Character.isLowSurrogate((char) low) ? at + 11 : invalid("A string holds half a surrogate pair");
            }
            default -> {
                return invalid("A string holds an unknown escape");
            }
        }
    }

    private int hex(int at) {
        int unit = 0;
        for (int i = at; i < at + 4; i++) {
            if (i >= limit) {
                return incomplete();
            }
            int digit = Character.digit(in[i], 16);
            if (digit < 0 || in[i] < 0) {
                return invalid("A string holds an unknown escape");
            }
            unit = unit << 4 | digit;
        }
        return unit;
    }

    private int skipSpace(int start) {
        int at = start;
        while (at < limit) {
            int c = in[at];
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                return at;
            }
            at++;
        }
        return incomplete();
    }

    private int incomplete() {
        outcome = INCOMPLETE;
        return INCOMPLETE;
    }

    private int invalid(String why) {
        outcome = INVALID;
        reason = why;
        return INVALID;
    }

    private boolean no(String why) {
        invalid(why);
        return false;
    }

    /** The policy of the last scan as text. Allocates; for logs and refusals, not for routing. */
    public String policyText() {
        return new String(fields.policy, fields.policyStart, fields.policyEnd - fields.policyStart,
                StandardCharsets.UTF_8);
    }
}
