package io.revproc.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Reads one message's routing fields in a single strict pass over its bytes, without building anything: positions only. It
 * takes what every JSON parser takes and reads the same way (RFC 8259, valid UTF-8, no lone surrogates, nesting of at most
 * {@value #MAX_DEPTH}), and nothing else. Stricter than a JSON parser with numbers that some parsers fail on (over {@value Json#MAX_NUMBER} characters,
 * or beyond a double), and with the top level's known keys, which are {@link Field}s: one that comes twice, is spelt with escapes,
 * or only looks like one (letter case, a NUL) is refused, and so is a value that does not fit its field. Other keys may come twice;
 * nothing reads them.
 *
 * <p>One instance is reused for many messages, best for those of one kind of sender: what they have in common is
 * {@linkplain RecentMember remembered}, and does not change any answer. Answers hold until the next {@link #scan}. Not thread-safe. A scan
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

    private static final Field[] FIELDS = Field.ALL;
    private static final int TYPE = Field.TYPE.ordinal();
    private static final int DEADLINE = Field.DEADLINE.ordinal();
    private static final int PRIV_POLI_ID = Field.PRIV_POLI_ID.ordinal();
    /** So many of a message's members are looked for in the next message. */
    private static final int REMEMBERED = 8;
    /** A whole number up to here is within a double's range. */
    private static final int MAX_PLAIN_DIGITS = 300;
    private static final int UNKNOWN = -1;
    private static final int REFUSED = -2;
    /** A string that goes on after so many bytes is a long one. */
    private static final int SHORT = 64;
    /** Bytes of a long string that are looked at together. */
    private static final int BLOCK = 512;

    private byte[] in = new byte[0];
    private int limit;
    private String reason = "";
    private int outcome;
    /** The string of the top level that the bytes ended in, and how far it is good, if the scan was {@link #INCOMPLETE} there. */
    private int openString;
    private int openAt;
    /** What an earlier scan of this message knows of one of its strings, and where that one's quote is; else {@link #UNKNOWN}. */
    private @Nullable ReadString known;
    private int knownQuote = UNKNOWN;

    private final MessageFields fields = new MessageFields();
    /** By their place in the message. */
    private final RecentMember[] recent = new RecentMember[REMEMBERED];
    /** The policy, if it was written with escapes. */
    private final byte[] decoded = new byte[4 * Ident.MAX_LENGTH];
    /** A key in small letters. */
    private final byte[] folded = new byte[Field.MAX_NAME_LENGTH];

    /** Set by {@link #string}: whether the string just read holds an escape. */
    private boolean escaped;
    /** Set by {@link #string}: whether it holds more than ASCII. */
    private boolean beyondAscii;
    /** The kind of the value just read, one of {@link Json}'s kinds. */
    private int kind;

    /** Makes a scanner that has seen no message yet. */
    public MessageScanner() {
        Arrays.setAll(recent, place -> new RecentMember());
    }

    /**
     * Scans the message that starts at {@code from}, with its opening brace.
     *
     * @return the position after its last byte, {@link #INCOMPLETE} or {@link #INVALID}
     */
    public int scan(byte[] bytes, int from, int to) {
        in = bytes;
        limit = to;
        outcome = 0;
        openString = UNKNOWN;
        fields.clear(from);
        if (from >= to) {
            return INCOMPLETE;
        }
        if (bytes[from] != '{') {
            invalid("A message is a JSON object.");
            return outcome;
        }
        int at = topLevel(from + 1);
        return at < 0 ? outcome : at;
    }

    /**
     * Scans a message of which more has come, without reading the string again that {@link #readString} told of. Notes there how far
     * that one is read now.
     */
    int scan(byte[] bytes, int from, int to, ReadString read) {
        known = read;
        knownQuote = from + read.quote;
        int end = scan(bytes, from, to);
        knownQuote = UNKNOWN;
        known = null;
        return end;
    }

    /**
     * Returns what the last scan, {@link #INCOMPLETE}, knows of the string of the top level that the bytes ended in; null if they ended
     * elsewhere, if the string is too short to be worth it, or if so much stands before it that it would be read again and again.
     */
    @Nullable
    ReadString readString(int from) {
        boolean worthIt = outcome == INCOMPLETE && openString != UNKNOWN && openAt - openString >= ReadString.SHORTEST
                && openString - from <= ReadString.MAX_BEFORE;
        return worthIt ? new ReadString(openString - from, openAt - from, escaped, beyondAscii) : null;
    }

    /** Returns whether the bytes ended in that string when it was last scanned. */
    boolean endedIn(ReadString read, int from) {
        return outcome == INCOMPLETE && openString == from + read.quote;
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
            return "type must be 0 in a client's message.";
        }
        return fields.hasDataOfOneKey() ? null : unusualDataProblem();
    }

    private @Nullable String unusualDataProblem() {
        for (Field field : MessageFields.NEEDED) {
            if (!fields.has(field)) {
                return field.missing;
            }
        }
        // A server may read the other key: then the message would be under a policy that the proxy did not route on.
        return Json.sameText(in, fields.start(Field.PRIV_POLI_ID), fields.end(Field.PRIV_POLI_ID), in,
                fields.start(Field.PRIV_POLY_ID), fields.end(Field.PRIV_POLY_ID)) ? null : Field.TWO_POLICIES;
    }

    /**
     * Checks that the scanned message is a server's answer to a client's message: type 2, with the fields that clients need,
     * addressed to that client, and without what only the proxy may say. Allocates nothing.
     *
     * @param srcId the client's {@code srcid} as JSON
     * @return null if it is, else what is wrong; names no value
     */
    public @Nullable String answerProblem(byte[] srcId) {
        if (fields.type != 2) {
            return "it is not of type 2";
        }
        if (!fields.hasAnswer()) {
            return !fields.has(Field.SRC_ID)
                    ? "it has no srcid"
                    : !fields.has(Field.DEST_ID)
                            ? "it has no destid"
                            : !fields.has(Field.PAYLOAD)
                                    ? "it has no payload"
                                    : "it carries Error, code, retryable or receipt, which only the proxy may say";
        }
        return Json.sameText(in, fields.start(Field.DEST_ID), fields.end(Field.DEST_ID), srcId, 0, srcId.length)
                ? null
                : "its destid is not the srcid of the message";
    }

    /**
     * Returns whether the scanned message refuses another: it has a sentence under the key {@code Error}, and no type but that of a
     * refusal. An answer (type 2) with that key is none.
     */
    public boolean isRefusal() {
        return fields.isText(Field.ERROR) && (fields.type == NO_TYPE || fields.type == MessageReader.REFUSAL_TYPE);
    }

    /**
     * Returns the code of a refusal, {@link ErrorCode#SERVER_FAILED} if it has none that is known. Allocates; call only where
     * {@link #isRefusal()}.
     */
    public ErrorCode refusalCode() {
        return ErrorCode.of(text(fields.codeStart(), fields.codeEnd()));
    }

    /** Returns the sentence of a refusal. Allocates; call only where {@link #isRefusal()}. */
    public String refusalSentence() {
        return text(fields.errorStart(), fields.errorEnd());
    }

    /** Returns the {@code token}, which is a secret. Allocates; call only where {@link MessageFields#hasToken()}. */
    public String token() {
        return text(fields.tokenStart(), fields.tokenEnd());
    }

    /** The characters of a string that lies here without its quotes; empty if there is none. */
    String text(int from, int to) {
        if (from < 0) {
            return "";
        }
        // no escape is shorter than what it stands for
        byte[] out = new byte[to - from];
        return new String(out, 0, JsonEscapes.decode(in, from, to, out), StandardCharsets.UTF_8);
    }

    private int topLevel(int from) {
        byte[] b = in;
        int end = limit;
        int at = skipSpace(from);
        if (at < 0) {
            return at;
        }
        if (b[at] == '}') {
            return at + 1;
        }
        for (int place = 0;; place++) {
            int next = place < REMEMBERED ? again(recent[place], at) : UNKNOWN;
            if (next >= 0) {
                at = next;
                continue;
            }
            int start = at;
            if (b[at] != '"') {
                return invalid("A key of an object must be a string.");
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
                key = field(keyStart, keyEnd);
                if (key == REFUSED) {
                    return outcome;
                }
            }
            // most messages have nothing or one space behind a colon and a comma: look for that first
            int valueStart = tokenAfter(':', keyEnd + 1);
            if (valueStart < 0) {
                valueStart = behindColon(keyEnd + 1);
                if (valueStart < 0) {
                    return valueStart;
                }
            }
            int valueEnd = valueStart == knownQuote ? knownString(valueStart) : value(valueStart, 1);
            if (valueEnd < 0) {
                openString = b[valueStart] == '"' ? valueStart : UNKNOWN;
                return valueEnd;
            }
            if (key >= 0 && !take(key, keyStart, valueStart, valueEnd)) {
                return outcome;
            }
            at = tokenAfter(',', valueEnd);
            if (at >= 0) {
                if (key >= 0 && place < REMEMBERED) {
                    recent[place].remember(b, start, at, key, valueStart, valueEnd, kind);
                }
            } else {
                at = skipSpace(valueEnd);
                if (at < 0) {
                    return at;
                }
                if (b[at] == '}') {
                    return fields.hasEither(Field.DEST_ID, Field.RECEIPT) ? whole(at + 1) : at + 1;
                }
                if (b[at] != ',') {
                    return invalid("A ',' or '}' is missing after a value.");
                }
                at = skipSpace(at + 1);
                if (at < 0) {
                    return at;
                }
            }
        }
    }

    /**
     * Takes a member that is the same, byte for byte, as one that was read before.
     *
     * @return where the next key starts; {@link #UNKNOWN} if the member has to be read
     */
    private int again(RecentMember member, int at) {
        int next = member.nextKey(in, at, limit);
        if (next < 0 || fields.has(member.field)) {
            return UNKNOWN;
        }
        kind = member.kind;
        note(member.field, at + 1, at + member.valueStart, at + member.valueEnd);
        return next;
    }

    /** Returns where the next token starts, if the separator and at most one space stand before it; else {@link #UNKNOWN}. */
    private int tokenAfter(char separator, int at) {
        byte[] b = in;
        if (at + 2 >= limit || b[at] != separator) {
            return UNKNOWN;
        }
        int next = b[at + 1] == ' ' ? at + 2 : at + 1;
        return b[next] > ' ' ? next : UNKNOWN;
    }

    /** Reads the rest of a string that an earlier scan has begun. */
    private int knownString(int quote) {
        ReadString read = Objects.requireNonNull(known);
        int from = quote - read.quote;
        escaped = read.escaped;
        beyondAscii = read.beyondAscii;
        int end = restOfString(from + read.good);
        kind = escaped ? Json.ESCAPED : Json.STRING;
        read.good = (end < 0 ? openAt : end) - from;
        read.escaped = escaped;
        read.beyondAscii = beyondAscii;
        return end < 0 ? end : end + 1;
    }

    /** Reads the colon behind a key; answers where the value starts. */
    private int behindColon(int at) {
        int colon = skipSpace(at);
        if (colon < 0) {
            return colon;
        }
        if (in[colon] != ':') {
            return invalid("A ':' is missing after a key.");
        }
        return skipSpace(colon + 1);
    }

    /** Looks at what fits or not depending on the other fields; the whole message has been read. */
    private int whole(int end) {
        if (fields.kind(Field.DEST_ID) == Json.NULL && !fields.has(Field.ERROR)) {
            return invalid(Field.DEST_ID.wrong);
        }
        if (fields.isText(Field.RECEIPT) && fields.type != 2) {
            return invalid(Field.RECEIPT.wrong);
        }
        return end;
    }

    /** The ordinal of the field with this key, {@link #UNKNOWN}, or {@link #REFUSED} if it only looks like one. */
    private int field(int from, int to) {
        Field field = escaped || beyondAscii
                ? KnownKeys.folded(in, from, to, folded)
                : Field.ofAnyCase(in, from, to);
        if (field == null) {
            return UNKNOWN;
        }
        if (field.is(in, from, to)) {
            return field.ordinal();
        }
        invalid(escaped && Json.sameText(in, from, to, field.bytes, 0, field.bytes.length)
                ? field.escaped
                : field.confusable);
        return REFUSED;
    }

    /** Notes a known field; false if it came twice or does not fit. */
    private boolean take(int key, int keyStart, int start, int end) {
        Field field = FIELDS[key];
        if (fields.has(key)) {
            return no(field.twice);
        }
        if (!fitsAtSight(field, start, end) && !field.fits(in, start, end, kind)) {
            return no(field.wrong);
        }
        note(key, keyStart, start, end);
        return true;
    }

    private void note(int key, int keyStart, int start, int end) {
        fields.note(key, keyStart, start, end, kind);
        if (key == TYPE) {
            fields.type = end - start == 1 ? in[start] - '0' : number(start, end);
        } else if (key == DEADLINE) {
            fields.deadlineMillis = number(start, end);
        } else if (key == PRIV_POLI_ID) {
            policy(start, end);
        }
    }

    /** Recognises the most common values by a few bytes; false means that the value has to be read in full. */
    private boolean fitsAtSight(Field field, int start, int end) {
        if ((field.taken & 1 << kind) != 0) {
            return true;
        }
        if (kind == Json.WHOLE) {
            int first = in[start] - '0';
            return end - start == 1
                    ? field.takenDigits > 0 && first >= field.min && first <= field.max
                    : first > 0 && end - start <= field.takenDigits;
        }
        return kind == Json.STRING && field.name && isShortName(start + 1, end - 1);
    }

    /** Returns whether a string without escapes has 1 to 16 characters, all of them printable ASCII. */
    private boolean isShortName(int from, int to) {
        int length = to - from;
        if (length < 1 || length > 16 || from + 8 > in.length) {
            return false;
        }
        long v = (long) Words.LONG.get(in, from);
        long odd = v | (v & ~Words.HIGH) + Words.ONES;
        if (length <= 8) {
            return (odd & Words.HIGH & -1L >>> 64 - 8 * length) == 0;
        }
        v = (long) Words.LONG.get(in, to - 8);
        return ((odd | v | (v & ~Words.HIGH) + Words.ONES) & Words.HIGH) == 0;
    }

    private int number(int start, int end) {
        return (int) (kind == Json.STRING ? Json.whole(in, start + 1, end - 1) : Json.whole(in, start, end));
    }

    private void policy(int start, int end) {
        if (kind == Json.ESCAPED) {
            fields.policy = decoded;
            fields.policyStart = 0;
            fields.policyEnd = JsonEscapes.decode(in, start + 1, end - 1, decoded);
        } else {
            int quote = kind == Json.STRING ? 1 : 0;
            fields.policy = in;
            fields.policyStart = start + quote;
            fields.policyEnd = end - quote;
        }
    }

    /** Reads a value; leaves what it is in {@link #kind}. */
    private int value(int at, int depth) {
        switch (in[at]) {
            case '"' -> {
                int end = string(at + 1);
                kind = escaped ? Json.ESCAPED : Json.STRING;
                return end < 0 ? end : end + 1;
            }
            case '{' -> {
                int end = nested(at, depth);
                kind = Json.NESTED;
                return end;
            }
            case '[' -> {
                int end = nested(at, depth);
                kind = Json.NESTED;
                return end;
            }
            case 't' -> {
                kind = Json.TRUE;
                return literal(at, "true");
            }
            case 'f' -> {
                kind = Json.FALSE;
                return literal(at, "false");
            }
            case 'n' -> {
                kind = Json.NULL;
                return literal(at, "null");
            }
            default -> {
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
                    return invalid("Objects and arrays nest at most " + MAX_DEPTH + " deep.");
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
                    return invalid("A ',' or a closing bracket is missing after a value.");
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
            return invalid("A key of an object must be a string.");
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
                return invalid("A value is not JSON.");
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
            return invalid("A value is not JSON.");
        }
        at = first == '0' ? at + 1 : digits(at + 1);
        kind = Json.WHOLE;
        return at < limit && in[at] == ',' && at - start < MAX_PLAIN_DIGITS ? at : restOfNumber(start, at);
    }

    private int restOfNumber(int start, int digitsEnd) {
        int at = fraction(digitsEnd);
        if (at < 0) {
            return at;
        }
        if (at - start > Json.MAX_NUMBER) {
            return invalid("A number has at most " + Json.MAX_NUMBER + " characters.");
        }
        if ((at - start >= MAX_PLAIN_DIGITS || kind == Json.DECIMAL) && Json.isBeyondDouble(in, start, at)) {
            return invalid("A number is too large: it must be within the range of a double.");
        }
        return at;
    }

    /** Reads what may follow a number's digits, and looks at what follows the number: a number with more behind it is none. */
    private int fraction(int start) {
        int at = start;
        if (at < limit && in[at] == '.') {
            kind = Json.DECIMAL;
            int end = digits(at + 1);
            if (end == at + 1) {
                return end < limit ? invalid("A number needs a digit after its point.") : incomplete();
            }
            at = end;
        }
        if (at < limit && (in[at] == 'e' || in[at] == 'E')) {
            kind = Json.DECIMAL;
            at++;
            if (at < limit && (in[at] == '+' || in[at] == '-')) {
                at++;
            }
            int end = digits(at);
            if (end == at) {
                return end < limit ? invalid("A number needs a digit in its exponent.") : incomplete();
            }
            at = end;
        }
        if (at >= limit) {
            return incomplete();
        }
        if (in[at] >= '0' && in[at] <= '9') {
            return invalid("A number has no leading zeros.");
        }
        return endsNumber(in[at]) ? at : invalid("A value is not JSON.");
    }

    private static boolean endsNumber(byte b) {
        return b == ',' || b == '}' || b == ']' || isSpace(b);
    }

    private int digits(int at) {
        int i = at;
        while (i < limit && in[i] >= '0' && in[i] <= '9') {
            i++;
        }
        return i;
    }

    /**
     * Reads a string from the byte after its opening quote; answers the position of its closing quote. Short and plain ones, which most
     * are, are read here: the compiler copies this to each place that reads a string, and not what reads the others.
     */
    private int string(int start) {
        byte[] b = in;
        int end = limit;
        int at = start;
        escaped = false;
        beyondAscii = false;
        while (at + 8 <= end && at < start + SHORT) {
            long hit = special((long) Words.LONG.get(b, at));
            if (hit != 0) {
                at += Long.numberOfTrailingZeros(hit) >>> 3;
                return b[at] == '"' ? at : restOfString(at);
            }
            at += 8;
        }
        return restOfString(at);
    }

    /**
     * Reads on in a string from where one of its characters begins. Eight bytes at a time while they are plain ASCII, and 32 once it is
     * known to be no short one. Leaves in {@link #openAt} how far it is good, if the bytes end before it does.
     */
    private int restOfString(int start) {
        byte[] b = in;
        int at = start;
        while (true) {
            int wide = at + 32;
            while (at + 8 <= limit) {
                long hit = special((long) Words.LONG.get(b, at));
                if (hit != 0) {
                    at += Long.numberOfTrailingZeros(hit) >>> 3;
                    break;
                }
                at += 8;
                if (at == wide) {
                    at = skipPlain(b, at, limit);
                }
            }
            openAt = at;
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
                beyondAscii = true;
                at = Utf8.next(b, at, limit);
                if (at == Utf8.TRUNCATED) {
                    return incomplete();
                }
                if (at == Utf8.MALFORMED) {
                    return invalid("A string is not valid UTF-8.");
                }
            } else if (c < 0x20) {
                return invalid("A string holds a control character that is not escaped.");
            } else {
                at++;
            }
            if (at < 0) {
                return at;
            }
        }
    }

    /**
     * Returns a bit at the top of each of the eight bytes that is a quote, a backslash, a control character or no ASCII; those above the
     * lowest such byte may be wrong. After the zero-byte test of "Bit Twiddling Hacks", S. E. Anderson: a byte with one bit turned is
     * below 0x21 if it was a quote or a control character.
     */
    private static long special(long v) {
        return (v | (v ^ 0x5c5c5c5c5c5c5c5cL) - Words.ONES | (v ^ 0x0202020202020202L) - 0x2121212121212121L)
                & Words.HIGH;
    }

    /**
     * Skips 32 bytes at a time while none of them is {@link #special}, and {@value #BLOCK} in a text that is known to be long: not in one
     * with escapes here and there, where the look at a whole block would be for nothing each time.
     */
    private static int skipPlain(byte[] b, int from, int limit) {
        int at = skipWide(b, from, Math.min(limit, from + BLOCK));
        if (at < from + BLOCK) {
            return at;
        }
        while (at + BLOCK <= limit && isPlainBlock(b, at)) {
            at += BLOCK;
        }
        return skipWide(b, at, limit);
    }

    /** Looks at all of a block before it answers: of a loop that can't end early the compiler makes vector instructions. */
    private static boolean isPlainBlock(byte[] b, int from) {
        long found = 0;
        for (int i = 0; i < BLOCK; i += 8) {
            found |= special((long) Words.LONG.get(b, from + i));
        }
        return found == 0;
    }

    private static int skipWide(byte[] b, int from, int limit) {
        int at = from;
        while (at + 32 <= limit && (special((long) Words.LONG.get(b, at)) | special((long) Words.LONG.get(b, at + 8))
                | special((long) Words.LONG.get(b, at + 16)) | special((long) Words.LONG.get(b, at + 24))) == 0) {
            at += 32;
        }
        return at;
    }

    /** The position of the next quote or backslash, or {@code limit}; eight bytes at a time, as in {@link #restOfString}. */
    static int skipToQuoteOrSlash(byte[] b, int from, int limit) {
        int at = from;
        while (at + 8 <= limit) {
            long v = (long) Words.LONG.get(b, at);
            long quote = v ^ 0x2222222222222222L;
            long slash = v ^ 0x5c5c5c5c5c5c5c5cL;
            long hit = ((quote - Words.ONES) & ~quote | (slash - Words.ONES) & ~slash) & Words.HIGH;
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
                    return invalid("A string holds half a surrogate pair.");
                }
                for (int i = 5; i <= 6; i++) {
                    if (at + i >= limit) {
                        return incomplete();
                    }
                    if (in[at + i] != (i == 5 ? '\\' : 'u')) {
                        return invalid("A string holds half a surrogate pair.");
                    }
                }
                int low = hex(at + 7);
                if (low < 0) {
                    return low;
                }
                return Character.isLowSurrogate((char) low)
                        ? at + 11
                        : invalid("A string holds half a surrogate pair.");
            }
            default -> {
                return invalid("A string holds an unknown escape.");
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
                return invalid("A string holds an unknown escape.");
            }
            unit = unit << 4 | digit;
        }
        return unit;
    }

    private int skipSpace(int start) {
        int at = start;
        while (at < limit) {
            if (!isSpace(in[at])) {
                return at;
            }
            at++;
        }
        return incomplete();
    }

    static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
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
