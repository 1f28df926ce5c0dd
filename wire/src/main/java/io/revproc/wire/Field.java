package io.revproc.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * The fields that the protocol knows, each declared once: name, kinds, bounds, and what a person reads where a value does not
 * fit. {@link MessageScanner} finds and checks them; every reader of messages is built on it.
 *
 * <p>Most fields are checked in every message, whatever its type. The last ones mean something only in some messages, and
 * are common words: there the message that has a use for them checks them, and elsewhere they are as any unknown key.
 */
enum Field {
    TYPE("type", Kind.WHOLE_OR_TEXT, -1, 8),
    SRC_ID("srcid", Kind.NAME, 1, Ident.MAX_LENGTH),
    /** Null only in a refusal of the proxy, which did not know the client's id. */
    DEST_ID("destid", Kind.NAME_OR_NULL, 1, Ident.MAX_LENGTH),
    ID("id", Kind.NAME, 1, Ident.MAX_LENGTH),
    PRIV_POLI_ID("privPoliId", Kind.NAME, 1, Ident.MAX_LENGTH),
    PRIV_POLY_ID("privPolyId", Kind.NAME, 1, Ident.MAX_LENGTH),
    PAYLOAD("payload", Kind.STRING, 0, Integer.MAX_VALUE),
    PAYLOAD_SIZE("payloadsize", Kind.WHOLE_OR_TEXT, 0, Integer.MAX_VALUE),
    LISTEN_PORT("listenport", Kind.WHOLE_OR_TEXT, 1, 65_535),
    MSG_ID("msgId", Kind.NAME, 1, 64),
    DEADLINE("deadlineMs", Kind.WHOLE, 1, 86_400_000),
    IDEMPOTENT("idempotent", Kind.FLAG, 0, 0),
    /** A string only in an answer. */
    RECEIPT("receipt", Kind.FLAG_OR_STRING, 0, Field.LONG_TEXT),
    MUX("mux", Kind.FLAG, 0, 0),
    TLS("tls", Kind.FLAG, 0, 0),
    LEASE("lease", Kind.TEXT, 1, Field.LONG_TEXT),
    TOKEN("token", Kind.TEXT_OR_NULL, 1, Field.LONG_TEXT),
    EVIDENCE("evidence", Kind.TEXT_OR_NULL, 1, Field.LONG_TEXT),
    TRACEPARENT("traceparent", Kind.STRING, 0, Field.LONG_TEXT),
    ZONE("zone", Kind.TEXT_OR_NULL, 1, 128),

    PROTO("proto", Kind.WHOLE, 1, 2, Field.WHERE_USED),
    WEIGHT("weight", Kind.WHOLE, 1, 1_000, Field.WHERE_USED),
    REGION("region", Kind.TEXT_OR_NULL, 1, Field.LABEL, Field.WHERE_USED),
    PURPOSES("purposes", Kind.TEXTS_OR_NULL, 1, Field.LABEL, Field.WHERE_USED),
    WIDER("wider", Kind.FLAG, 0, 0, Field.WHERE_USED),
    ALSO_SERVES("alsoServes", Kind.TEXTS_OR_NULL, 1, 4 * Ident.MAX_LENGTH, Field.WHERE_USED),
    MAX_IN_FLIGHT("maxInFlight", Kind.WHOLE, 0, 1_000_000, Field.WHERE_USED),
    HEARTBEAT_MILLIS("heartbeatMs", Kind.WHOLE, 1, 86_400_000, Field.WHERE_USED),
    TTL_MILLIS("ttlMs", Kind.WHOLE, 1, 86_400_000, Field.WHERE_USED),
    IN_FLIGHT("inFlight", Kind.WHOLE, 0, Integer.MAX_VALUE, Field.WHERE_USED),
    EVENT("event", Kind.STRING, 0, Integer.MAX_VALUE, Field.WHERE_USED),
    STATUS("Status", Kind.STRING, 0, Integer.MAX_VALUE, Field.WHERE_USED),
    ERROR("Error", Kind.STRING, 0, Integer.MAX_VALUE, Field.WHERE_USED),
    CODE("code", Kind.STRING, 0, Integer.MAX_VALUE, Field.WHERE_USED),
    RETRYABLE("retryable", Kind.FLAG, 0, 0, Field.WHERE_USED);

    /** The kinds of a value. A whole number has at most 15 digits, no leading zero, and a sign only where the bounds allow it. */
    enum Kind {
        /** A whole number; the bounds are its value's. */
        WHOLE,
        /** The same, or a string of it: Part 1's programs write both. */
        WHOLE_OR_TEXT,
        /** A whole number without a sign, or a string without control characters; the bounds are its characters'. */
        NAME,
        NAME_OR_NULL,
        /** Any string; the bounds are the bytes of its text in UTF-8. */
        STRING,
        /** A string without control characters; the same bounds. */
        TEXT,
        TEXT_OR_NULL,
        /** A list of 1 to {@value Field#MAX_TEXTS} such strings; the bounds are each one's. */
        TEXTS_OR_NULL,
        /** True or false. */
        FLAG,
        FLAG_OR_STRING
    }

    private static final int LONG_TEXT = 8 * 1024;
    /** The most bytes of what names a region or a purpose. */
    private static final int LABEL = 64;
    /** The most strings of a list. */
    static final int MAX_TEXTS = 32;
    private static final boolean WHERE_USED = false;
    /** The sentence for a message that names two different policies in the two spellings of the key. */
    static final String TWO_POLICIES = "privPolyId and privPoliId name different policies; give one of them, or the same twice.";
    /** The most characters of a field's name. */
    static final int MAX_NAME_LENGTH = 11;
    static final Field[] ALL = values();

    private static final Field[][] BY_LENGTH = byLength();

    /** The key as it stands in a message. */
    final String key;
    final Kind kind;
    final int min;
    final int max;
    /** One bit for each kind of value that is not to be looked at: it fits, or only the message that has a use for it can tell. */
    final int taken;
    /** Nor is a whole number that starts with 1 to 9 and has two to so many digits; 0 if it may be no number. */
    final int takenDigits;
    /** Whether a string may be a name. */
    final boolean name;
    private final boolean everywhere;
    /** The sentence for a value that does not fit. */
    final String wrong;
    final String missing;
    final String twice;
    final String escaped;
    final String confusable;
    final byte[] bytes;
    /** The first and the last eight bytes of the key, in small letters. */
    private final long smallStart;
    private final long smallEnd;

    Field(String key, Kind kind, int min, int max) {
        this(key, kind, min, max, true);
    }

    Field(String key, Kind kind, int min, int max, boolean everywhere) {
        this.key = key;
        this.kind = kind;
        this.min = min;
        this.max = max;
        this.everywhere = everywhere;
        this.taken = everywhere ? taken() : -1;
        this.takenDigits = takenDigits();
        this.name = kind == Kind.NAME || kind == Kind.NAME_OR_NULL;
        this.bytes = key.getBytes(StandardCharsets.US_ASCII);
        this.smallStart = Words.of(key, 0) | Words.SMALL;
        this.smallEnd = Words.of(key, Math.max(0, key.length() - 8)) | Words.SMALL;
        this.wrong = key + " must be " + kinds() + ".";
        this.missing = key + " is missing; add it.";
        this.twice = key + " is given twice; give it once.";
        this.escaped = key + " must be written without escapes.";
        this.confusable = "A key is " + key
                + " in another case, or up to a NUL character; name it differently, or write "
                + key + ".";
    }

    private int taken() {
        return switch (kind) {
            case FLAG, FLAG_OR_STRING -> 1 << Json.TRUE | 1 << Json.FALSE;
            case STRING -> max == Integer.MAX_VALUE ? 1 << Json.STRING | 1 << Json.ESCAPED : 0;
            default -> 0;
        };
    }

    private int takenDigits() {
        return switch (kind) {
            case WHOLE, WHOLE_OR_TEXT -> Math.max(1, Integer.toString(max).length() - 1);
            case NAME, NAME_OR_NULL -> Json.MAX_DIGITS;
            default -> 0;
        };
    }

    /** Returns whether a value was checked when it was read, whatever the message's type. */
    boolean everywhere() {
        return everywhere;
    }

    private String kinds() {
        String text = "a string of 1 to " + max + (kind == Kind.NAME || kind == Kind.NAME_OR_NULL
                ? " characters"
                : " bytes") + " without control characters";
        return switch (kind) {
            case WHOLE, WHOLE_OR_TEXT -> "a whole number from " + min + " to " + max;
            case NAME, NAME_OR_NULL -> text + ", or a whole number of at most 15 digits without a sign";
            case STRING -> max == Integer.MAX_VALUE ? "a string" : "a string of at most " + max + " bytes";
            case TEXT, TEXT_OR_NULL -> text;
            case TEXTS_OR_NULL -> "a list of 1 to " + MAX_TEXTS + " strings of 1 to " + max
                    + " bytes without control characters";
            case FLAG -> "true or false";
            case FLAG_OR_STRING -> "true or false, or in an answer a string of at most " + max + " bytes";
        };
    }

    private static Field[][] byLength() {
        Field[][] fields = new Field[MAX_NAME_LENGTH + 1][];
        for (int length = 0; length <= MAX_NAME_LENGTH; length++) {
            int wanted = length;
            fields[length] = Arrays.stream(ALL).filter(field -> field.key.length() == wanted)
                    .toArray(Field[]::new);
        }
        return fields;
    }

    /** The field whose key this is but for the case of its ASCII letters; null if there is none. */
    static @Nullable Field ofAnyCase(byte[] in, int from, int to) {
        if (to - from > MAX_NAME_LENGTH) {
            return null;
        }
        for (Field field : BY_LENGTH[to - from]) {
            if (field.isInAnyCase(in, from)) {
                return field;
            }
        }
        return null;
    }

    /** For letters the bit is their case; what else it makes equal is in no field's name. Eight bytes at once where they are there. */
    private boolean isInAnyCase(byte[] in, int from) {
        int length = bytes.length;
        if (from + 8 <= in.length) {
            long start = (long) Words.LONG.get(in, from) | Words.SMALL;
            return length < 8
                    ? (start ^ smallStart) << 64 - 8 * length == 0
                    : start == smallStart && ((long) Words.LONG.get(in, from + length - 8) | Words.SMALL) == smallEnd;
        }
        for (int i = 0; i < length; i++) {
            if ((bytes[i] | 0x20) != (in[from + i] | 0x20)) {
                return false;
            }
        }
        return true;
    }

    /** Returns whether this is the key as it is to be written. */
    boolean is(byte[] in, int from, int to) {
        return Arrays.equals(in, from, to, bytes, 0, bytes.length);
    }

    /** Returns whether a value of this kind, which lies here with its quotes, fits. Allocates nothing but for a list. */
    boolean fits(byte[] in, int from, int to, int value) {
        return switch (kind) {
            case WHOLE -> value == Json.WHOLE && inBounds(Json.whole(in, from, to));
            case WHOLE_OR_TEXT -> value == Json.WHOLE && inBounds(Json.whole(in, from, to))
                    || value == Json.STRING && inBounds(Json.whole(in, from + 1, to - 1));
            case NAME -> isName(in, from, to, value);
            case NAME_OR_NULL -> value == Json.NULL || isName(in, from, to, value);
            case STRING -> isString(value) && to - 2 - from <= max
                    || value == Json.ESCAPED && Json.bytes(in, from + 1, to - 1) <= max;
            case TEXT -> isText(in, from, to, value);
            case TEXT_OR_NULL -> value == Json.NULL || isText(in, from, to, value);
            case TEXTS_OR_NULL -> value == Json.NULL || value == Json.NESTED && JsonTexts.fit(in, from, to, min, max);
            case FLAG -> isFlag(value);
            case FLAG_OR_STRING -> isFlag(value) || isString(value) && Json.bytes(in, from + 1, to - 1) <= max;
        };
    }

    private boolean inBounds(long number) {
        return number >= min && number <= max;
    }

    private boolean isName(byte[] in, int from, int to, int value) {
        if (value == Json.WHOLE) {
            return to - from <= Json.MAX_DIGITS && in[from] != '-';
        }
        int characters = isString(value) ? Json.characters(in, from + 1, to - 1) : 0;
        return characters > 0 && characters <= max;
    }

    private boolean isText(byte[] in, int from, int to, int value) {
        if (!isString(value) || Json.characters(in, from + 1, to - 1) <= 0) {
            return false;
        }
        return Json.bytes(in, from + 1, to - 1) <= max;
    }

    private static boolean isString(int value) {
        return value == Json.STRING || value == Json.ESCAPED;
    }

    private static boolean isFlag(int value) {
        return value == Json.TRUE || value == Json.FALSE;
    }
}
