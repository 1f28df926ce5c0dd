package io.revproc.wire;

/**
 * Remembers a member of a message that was read and found good: its key, its value, and what stands before the next key. The messages of
 * one program, and often of many, name the same type, client and policy in the same order. A member that comes again, byte for byte, is
 * known by two to four comparisons of eight bytes and need not be read again: whether it is good by itself depends on nothing but its bytes.
 * That no key comes twice, and that it fits the other members, is still checked. Not thread-safe.
 */
final class RecentMember {
    /** The shortest member that is remembered, and the longest. */
    private static final int SHORTEST = Long.BYTES;
    private static final int LONGEST = 4 * Long.BYTES;
    /** The fields that are others in every message, and those that are secrets. */
    private static final long PASSING = bit(Field.PAYLOAD) | bit(Field.MSG_ID) | bit(Field.TOKEN) | bit(Field.LEASE)
            | bit(Field.EVIDENCE);
    private static final int PLAIN = 1 << Json.STRING | 1 << Json.WHOLE | 1 << Json.TRUE | 1 << Json.FALSE
            | 1 << Json.NULL;

    /** Bytes up to the next key; 0: nothing is remembered. */
    private int length;
    private long first;
    private long second;
    private long third;
    /** The eight bytes before the next key, some of which may be in the others. */
    private long last;

    /** The ordinal of its field. */
    int field;
    /** Where its value starts and ends, counted from the member's start. */
    int valueStart;
    int valueEnd;
    /** The kind of its value, one of {@link Json}'s kinds. */
    int kind;

    /**
     * Remembers a member instead of what was remembered, unless it is too short, too long, or hardly comes again.
     *
     * @param start  the opening quote of its key
     * @param next   the opening quote of the next key
     * @param field  the ordinal of its field
     * @param from   where its value starts
     * @param to     where its value ends
     * @param kind   its value's kind
     */
    void remember(byte[] in, int start, int next, int field, int from, int to, int kind) {
        int size = next - start;
        if (size < SHORTEST || size > LONGEST || (1L << field & PASSING) != 0 || (1 << kind & PLAIN) == 0) {
            return;
        }
        length = size;
        first = word(in, start);
        second = size > 2 * Long.BYTES ? word(in, start + Long.BYTES) : 0;
        third = size > 3 * Long.BYTES ? word(in, start + 2 * Long.BYTES) : 0;
        last = word(in, next - Long.BYTES);
        this.field = field;
        valueStart = from - start;
        valueEnd = to - start;
        this.kind = kind;
    }

    /**
     * Returns the opening quote of the key behind this member, if the member stands at {@code at} and a key behind it; else a negative
     * number. Reads nothing from {@code limit} on.
     */
    int nextKey(byte[] in, int at, int limit) {
        int size = length;
        if (size == 0 || size >= limit - at) {
            return -1;
        }
        int next = at + size;
        if (word(in, at) != first || word(in, next - Long.BYTES) != last
                || size > 2 * Long.BYTES && word(in, at + Long.BYTES) != second
                || size > 3 * Long.BYTES && word(in, at + 2 * Long.BYTES) != third) {
            return -1;
        }
        return in[next] == '"' ? next : -1;
    }

    private static long bit(Field field) {
        return 1L << field.ordinal();
    }

    private static long word(byte[] in, int at) {
        return (long) Words.LONG.get(in, at);
    }
}
