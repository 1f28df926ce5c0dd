package io.revproc.wire;

/**
 * Where the fields that the proxy reads lie in a message: positions in the scanned array, -1 where a field is missing. The
 * holder of a {@link MessageScanner} reads them; nobody else writes them. Values with {@code Start} and {@code End} include
 * the quotes of a string only where it says so.
 */
public final class MessageFields {
    static final int TYPE = 1;
    static final int SRC_ID = 2;
    static final int PRIV_POLI_ID = 3;
    static final int PAYLOAD_SIZE = 4;
    static final int PAYLOAD = 5;
    static final int MSG_ID = 6;
    static final int IDEMPOTENT = 7;
    static final int DEADLINE = 8;
    static final int TRACEPARENT = 9;
    static final int RECEIPT = 10;
    static final int DEST_ID = 11;
    static final int ERROR = 12;
    static final int CODE = 13;
    static final int RETRYABLE = 14;

    private int seen;

    int type;
    byte[] policy = new byte[0];
    int policyStart;
    int policyEnd;
    int srcIdStart;
    int srcIdEnd;
    boolean hasPayloadSize;
    int payloadStart;
    int payloadEnd;
    boolean payloadEscaped;
    int msgIdKey;
    int msgIdStart;
    int msgIdEnd;
    boolean idempotent;
    boolean receipt;
    int deadlineMillis;
    int traceparentStart;
    int traceparentEnd;
    int destIdStart;
    int destIdEnd;
    int errorStart;
    int errorEnd;
    int codeStart;
    int codeEnd;
    boolean retryable;
    int start;
    private int cutStart;
    private int cutEnd;

    MessageFields() {}

    void clear(int from) {
        start = from;
        seen = 0;
        type = MessageScanner.NO_TYPE;
        policyStart = -1;
        policyEnd = -1;
        srcIdStart = -1;
        srcIdEnd = -1;
        hasPayloadSize = false;
        payloadStart = -1;
        payloadEnd = -1;
        payloadEscaped = false;
        msgIdKey = -1;
        msgIdStart = -1;
        msgIdEnd = -1;
        idempotent = false;
        receipt = false;
        deadlineMillis = 0;
        traceparentStart = -1;
        traceparentEnd = -1;
        destIdStart = -1;
        destIdEnd = -1;
        errorStart = -1;
        errorEnd = -1;
        codeStart = -1;
        codeEnd = -1;
        retryable = false;
    }

    /** Notes that a key was seen; false if it was seen before. */
    boolean first(int key) {
        int bit = 1 << key;
        boolean first = (seen & bit) == 0;
        seen |= bit;
        return first;
    }

    /** Which of the known keys these bytes are; 0 if none. */
    static int keyOf(byte[] b, int from, int to) {
        return switch (to - from) {
            case 4 -> is(b, from, "type") ? TYPE : is(b, from, "code") ? CODE : 0;
            case 5 -> is(b, from, "srcid")
                    ? SRC_ID
                    : is(b, from, "msgId") ? MSG_ID : is(b, from, "Error") ? ERROR : 0;
            case 6 -> is(b, from, "destid") ? DEST_ID : 0;
            case 7 -> is(b, from, "payload") ? PAYLOAD : is(b, from, "receipt") ? RECEIPT : 0;
            case 9 -> is(b, from, "retryable") ? RETRYABLE : 0;
            case 10 -> is(b, from, "privPoliId")
                    ? PRIV_POLI_ID
                    : is(b, from, "idempotent") ? IDEMPOTENT : is(b, from, "deadlineMs") ? DEADLINE : 0;
            case 11 -> is(b, from, "payloadsize") ? PAYLOAD_SIZE : is(b, from, "traceparent") ? TRACEPARENT : 0;
            default -> 0;
        };
    }

    private static boolean is(byte[] b, int from, String word) {
        for (int i = 0; i < word.length(); i++) {
            if (b[from + i] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The array that holds the policy: the scanned one, or the scanner's own where the name had escapes. */
    public byte[] policyArray() {
        return policy;
    }

    /** First byte of the policy's text (no quotes), in {@link #policyArray()}. */
    public int policyStart() {
        return policyStart;
    }

    public int policyEnd() {
        return policyEnd;
    }

    /** The {@code srcid} as JSON, with its quotes if it is a string. */
    public int srcIdStart() {
        return srcIdStart;
    }

    public int srcIdEnd() {
        return srcIdEnd;
    }

    public boolean hasPayloadSize() {
        return hasPayloadSize;
    }

    /** The payload's characters as they stand in the message, without quotes. */
    public int payloadStart() {
        return payloadStart;
    }

    public int payloadEnd() {
        return payloadEnd;
    }

    /** Whether the payload holds escapes, so that its characters differ from its bytes. */
    public boolean payloadEscaped() {
        return payloadEscaped;
    }

    public boolean hasMsgId() {
        return msgIdStart >= 0;
    }

    /** The opening quote of the key {@code msgId}. */
    public int msgIdKey() {
        return msgIdKey;
    }

    /** The {@code msgId} as JSON, with its quotes if it is a string. */
    public int msgIdStart() {
        return msgIdStart;
    }

    public int msgIdEnd() {
        return msgIdEnd;
    }

    /**
     * Finds what to leave out so that the message is the same without its {@code msgId}: the member with one comma and the
     * space that follows it. Nothing if there is no {@code msgId}.
     *
     * @param bytes the scanned array
     */
    public void cutMsgId(byte[] bytes) {
        cutStart = start;
        cutEnd = start;
        if (msgIdStart < 0) {
            return;
        }
        int after = skipSpace(bytes, msgIdEnd);
        if (bytes[after] == ',') {
            cutStart = msgIdKey;
            cutEnd = skipSpace(bytes, after + 1);
        } else {
            int before = msgIdKey - 1;
            while (bytes[before] != ',' && bytes[before] != '{') {
                before--;
            }
            cutStart = bytes[before] == ',' ? before : before + 1;
            cutEnd = msgIdEnd;
        }
    }

    private static int skipSpace(byte[] bytes, int from) {
        int at = from;
        while (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t') {
            at++;
        }
        return at;
    }

    /** First byte that {@link #cutMsgId} leaves out. */
    public int cutStart() {
        return cutStart;
    }

    public int cutEnd() {
        return cutEnd;
    }

    public boolean idempotent() {
        return idempotent;
    }

    /** Whether the client asked for a signed receipt. */
    public boolean receipt() {
        return receipt;
    }

    /** Milliseconds that the client waits; 0 if it did not say. */
    public int deadlineMillis() {
        return deadlineMillis;
    }

    /** The {@code traceparent} without quotes, as the client wrote it: not checked. */
    public int traceparentStart() {
        return traceparentStart;
    }

    public int traceparentEnd() {
        return traceparentEnd;
    }

    /** The {@code destid} as JSON, with its quotes if it is a string. */
    public int destIdStart() {
        return destIdStart;
    }

    public int destIdEnd() {
        return destIdEnd;
    }

    /** The sentence of a refusal as it stands in the message, without quotes; it may hold escapes. */
    public int errorStart() {
        return errorStart;
    }

    public int errorEnd() {
        return errorEnd;
    }

    /** The {@code code} of a refusal as it stands in the message, without quotes. */
    public int codeStart() {
        return codeStart;
    }

    public int codeEnd() {
        return codeEnd;
    }

    /** Whether the message carries {@code "retryable": true}. */
    public boolean retryable() {
        return retryable;
    }

    /** The message's opening brace. */
    public int start() {
        return start;
    }
}
