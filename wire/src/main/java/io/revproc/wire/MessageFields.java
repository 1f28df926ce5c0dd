package io.revproc.wire;

import java.util.List;

/**
 * Where the fields that the proxy reads lie in a message: positions in the scanned array, -1 where a field is missing. The
 * holder of a {@link MessageScanner} reads them; nobody else writes them. Values with {@code Start} and {@code End} include
 * the quotes of a string only where it says so.
 */
public final class MessageFields {
    /** The fields that an answer must have, and those that only the proxy may add. */
    private static final long ANSWER = bit(Field.TYPE) | bit(Field.SRC_ID) | bit(Field.DEST_ID) | bit(Field.PAYLOAD);
    private static final long NO_ANSWER = bit(Field.ERROR) | bit(Field.CODE) | bit(Field.RETRYABLE)
            | bit(Field.RECEIPT);
    private static final long DATA = bit(Field.TYPE) | bit(Field.SRC_ID) | bit(Field.PRIV_POLI_ID)
            | bit(Field.PAYLOAD);
    private static final long DATA_AND_OTHER_KEY = DATA | bit(Field.PRIV_POLY_ID);
    /** The fields that a client's message needs besides its type, in the order in which they are checked. */
    static final List<Field> NEEDED = List.of(Field.SRC_ID, Field.PRIV_POLI_ID, Field.PAYLOAD);

    /** One bit for each field that was read; what the arrays hold of the others is of some older message. */
    private long seen;
    private final long[] spans = new long[Field.ALL.length];
    /** Of each the place of its key times 16 plus its kind. */
    private final long[] keys = new long[Field.ALL.length];

    int type;
    byte[] policy = new byte[0];
    int policyStart;
    int policyEnd;
    int deadlineMillis;
    int start;
    private int cutStart;
    private int cutEnd;

    MessageFields() {}

    void clear(int from) {
        start = from;
        seen = 0;
        type = MessageScanner.NO_TYPE;
    }

    private static long bit(Field field) {
        return 1L << field.ordinal();
    }

    boolean has(Field field) {
        return (seen & bit(field)) != 0;
    }

    boolean hasEither(Field field, Field other) {
        return (seen & (bit(field) | bit(other))) != 0;
    }

    /** Returns whether all is there that a client's message needs, and the policy under one key only. */
    boolean hasDataOfOneKey() {
        return (seen & DATA_AND_OTHER_KEY) == DATA;
    }

    /** Returns whether all is there that an answer needs, and nothing that a server has no business to say. */
    boolean hasAnswer() {
        return (seen & (ANSWER | NO_ANSWER)) == ANSWER;
    }

    /** Notes a field: its value lies from {@code from} to {@code to}, with its quotes if it is a string. */
    void note(int field, int key, int from, int to, int kind) {
        seen |= 1L << field;
        spans[field] = (long) from << 32 | to;
        keys[field] = (long) key << 4 | kind;
    }

    boolean has(int field) {
        return (seen & 1L << field) != 0;
    }

    /** Returns the kind of the field's value, one of {@link Json}'s kinds; 0 if it is missing. */
    int kind(Field field) {
        return has(field) ? (int) keys[field.ordinal()] & 0xf : 0;
    }

    /** Returns where the value starts, with its quote; -1 if it is missing. */
    int start(Field field) {
        return has(field) ? (int) (spans[field.ordinal()] >>> 32) : -1;
    }

    int end(Field field) {
        return has(field) ? (int) spans[field.ordinal()] : -1;
    }

    boolean isText(Field field) {
        int kind = kind(field);
        return kind == Json.STRING || kind == Json.ESCAPED;
    }

    private int textStart(Field field) {
        return isText(field) ? (int) (spans[field.ordinal()] >>> 32) + 1 : -1;
    }

    private int textEnd(Field field) {
        return isText(field) ? (int) spans[field.ordinal()] - 1 : -1;
    }

    /** The array that holds the policy: the scanned one, or the scanner's own where the name had escapes. */
    public byte[] policyArray() {
        return policy;
    }

    /** First byte of the policy's text (no quotes), in {@link #policyArray()}. */
    public int policyStart() {
        return has(Field.PRIV_POLI_ID) ? policyStart : -1;
    }

    public int policyEnd() {
        return has(Field.PRIV_POLI_ID) ? policyEnd : -1;
    }

    /** The {@code srcid} as JSON, with its quotes if it is a string. */
    public int srcIdStart() {
        return start(Field.SRC_ID);
    }

    public int srcIdEnd() {
        return end(Field.SRC_ID);
    }

    public boolean hasPayloadSize() {
        return has(Field.PAYLOAD_SIZE);
    }

    /** The payload's characters as they stand in the message, without quotes. */
    public int payloadStart() {
        return textStart(Field.PAYLOAD);
    }

    public int payloadEnd() {
        return textEnd(Field.PAYLOAD);
    }

    /** Returns whether the payload holds escapes, so that its characters differ from its bytes. */
    public boolean payloadEscaped() {
        return kind(Field.PAYLOAD) == Json.ESCAPED;
    }

    public boolean hasMsgId() {
        return has(Field.MSG_ID);
    }

    /** The opening quote of the key {@code msgId}. */
    public int msgIdKey() {
        return has(Field.MSG_ID) ? key(Field.MSG_ID) : -1;
    }

    /** The {@code msgId} as JSON, with its quotes if it is a string. */
    public int msgIdStart() {
        return start(Field.MSG_ID);
    }

    public int msgIdEnd() {
        return end(Field.MSG_ID);
    }

    /**
     * Finds what to leave out so that the message is the same without its {@code msgId}: the member with one comma and the
     * space that follows it. Nothing if there is no {@code msgId}.
     *
     * @param bytes the scanned array
     */
    public void cutMsgId(byte[] bytes) {
        cut(Field.MSG_ID, bytes);
    }

    /** Finds, in the same way, what to leave out so that the message is the same without its {@code token}. */
    public void cutToken(byte[] bytes) {
        cut(Field.TOKEN, bytes);
    }

    private void cut(Field field, byte[] bytes) {
        cutStart = start;
        cutEnd = start;
        if (!has(field)) {
            return;
        }
        int key = key(field);
        int valueEnd = end(field);
        int after = skipSpace(bytes, valueEnd);
        if (bytes[after] == ',') {
            cutStart = key;
            cutEnd = skipSpace(bytes, after + 1);
        } else {
            int before = key - 1;
            while (bytes[before] != ',' && bytes[before] != '{') {
                before--;
            }
            cutStart = bytes[before] == ',' ? before : before + 1;
            cutEnd = valueEnd;
        }
    }

    /** Returns the opening quote of a key that is there. */
    private int key(Field field) {
        return (int) (keys[field.ordinal()] >>> 4) - 1;
    }

    private static int skipSpace(byte[] bytes, int from) {
        int at = from;
        while (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t') {
            at++;
        }
        return at;
    }

    /** First byte that {@link #cutMsgId} or {@link #cutToken}, whichever came last, leaves out. */
    public int cutStart() {
        return cutStart;
    }

    public int cutEnd() {
        return cutEnd;
    }

    /** Returns whether the message carries a {@code token}; null is none. */
    public boolean hasToken() {
        return has(Field.TOKEN) && isText(Field.TOKEN);
    }

    /** The {@code token} as it stands in the message, without quotes; it may hold escapes. -1 if there is none. */
    public int tokenStart() {
        return textStart(Field.TOKEN);
    }

    public int tokenEnd() {
        return textEnd(Field.TOKEN);
    }

    public boolean idempotent() {
        return kind(Field.IDEMPOTENT) == Json.TRUE;
    }

    /** Returns whether the client asked for a signed receipt. */
    public boolean receipt() {
        return kind(Field.RECEIPT) == Json.TRUE;
    }

    /** The signed receipt in an answer, without quotes; -1 if there is none. */
    public int receiptStart() {
        return textStart(Field.RECEIPT);
    }

    public int receiptEnd() {
        return textEnd(Field.RECEIPT);
    }

    /** Milliseconds that the client waits; 0 if it did not say. */
    public int deadlineMillis() {
        return has(Field.DEADLINE) ? deadlineMillis : 0;
    }

    /** The {@code traceparent} without quotes, as the client wrote it: not checked. */
    public int traceparentStart() {
        return kind(Field.TRACEPARENT) == Json.STRING ? textStart(Field.TRACEPARENT) : -1;
    }

    public int traceparentEnd() {
        return kind(Field.TRACEPARENT) == Json.STRING ? textEnd(Field.TRACEPARENT) : -1;
    }

    /** The {@code destid} as JSON, with its quotes if it is a string. */
    public int destIdStart() {
        return start(Field.DEST_ID);
    }

    public int destIdEnd() {
        return end(Field.DEST_ID);
    }

    /** The sentence of a refusal as it stands in the message, without quotes; it may hold escapes. */
    public int errorStart() {
        return textStart(Field.ERROR);
    }

    public int errorEnd() {
        return textEnd(Field.ERROR);
    }

    /** The {@code code} of a refusal as it stands in the message, without quotes. */
    public int codeStart() {
        return textStart(Field.CODE);
    }

    public int codeEnd() {
        return textEnd(Field.CODE);
    }

    /** Returns whether the message carries {@code "retryable": true}. */
    public boolean retryable() {
        return kind(Field.RETRYABLE) == Json.TRUE;
    }

    /** The message's opening brace. */
    public int start() {
        return start;
    }
}
