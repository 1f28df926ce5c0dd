package io.revproc.wire;

import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream of bytes into messages. A message ends where its top-level object closes; one read may hold half a message
 * or several. Pull style, so that a caller may stop between two messages (back-pressure):
 *
 * <pre>{@code
 * framer.offer(bytes, 0, n);
 * while (framer.poll() == MessageFramer.Event.MESSAGE) {
 *     handle(framer.array(), framer.start(), framer.end());
 * }
 * framer.park();   // keeps what is left; the caller may use its array again
 * }</pre>
 *
 * Most messages come whole, so the {@link MessageScanner} looks first: one pass frames, checks and reads the routing fields.
 * Only where the message is incomplete or malformed does a tolerant pass, which remembers its place between reads, look for
 * the end; then the strict scan has the last word. Both agree on the end of whatever the strict scan accepts.
 *
 * <p>A byte order mark at the very beginning of the stream is skipped, and so is white space between messages: in a row as many bytes as a
 * message may have, at least 64 KiB.
 *
 * <p>Not thread-safe. The scanner may be shared by the framers of one thread. Between messages a framer holds no buffer, so
 * an idle connection costs nothing here.
 */
public final class MessageFramer {
    /** The results of {@link #poll()}. */
    public enum Event {
        /** A well-formed message lies in {@link #array()} from {@link #start()} to {@link #end()}. */
        MESSAGE,
        /** Nothing more until further bytes come. */
        NEED_MORE,
        /** A malformed message, see {@link #reason()}; its end is known, the next poll goes on after it. */
        BAD_MESSAGE,
        /** Not a message, and no telling where it ends, see {@link #reason()}. Every further poll says so again. */
        FRAMING_LOST,
        /** A message over the size limit. Every further poll says so again. */
        TOO_LARGE
    }

    /** The largest limit: a message and as much again fit into an array. */
    public static final int MAX_SIZE = 1 << 29;

    /** The {@link #start()} of something that the scanner's fields do not belong to. */
    public static final int UNKNOWN = -1;

    /** So much white space in a row is taken however small the limit of a message is. */
    private static final int LEAST_BLANK = 64 * 1024;

    private static final byte[] NOTHING = new byte[0];
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private final MessageScanner scanner;
    private final FramingArrays arrays;
    private final int maxMessageSize;
    private final int mostBlank;

    private byte[] bytes = NOTHING;
    /** Whether {@link #bytes} is ours to write to. */
    private boolean own;
    /** Where the next message begins, and where the bytes end. */
    private int next;
    private int limit;

    private int start;
    private int end;
    private String reason = "";
    private boolean lost;
    private boolean tooLarge;
    /** Whether something was found or skipped, so that a byte order mark would be in the middle of the stream. */
    private boolean begun;
    /** How much white space came since the last message. */
    private int blank;
    /** Bytes of a message given up that may still be dropped; 0: none is being dropped. */
    private long droppable;

    /** The tolerant pass: how far it came (counted from {@link #next}), and what is open there. */
    private int seen;
    private int depth;
    private long objects;
    private boolean inString;
    private boolean afterSlash;
    /** What the strict pass knows of the long string that the message at hand has ended in so far. */
    private @Nullable ReadString read;

    /** @param maxMessageSize the most bytes that one message may have, 2 to {@value #MAX_SIZE} */
    public MessageFramer(int maxMessageSize) {
        this(maxMessageSize, new MessageScanner());
    }

    /**
     * @param maxMessageSize the most bytes that one message may have, 2 to {@value #MAX_SIZE}
     * @param scanner        shared by the framers of one thread
     */
    public MessageFramer(int maxMessageSize, MessageScanner scanner) {
        this(maxMessageSize, scanner, new FramingArrays(0));
    }

    /**
     * @param maxMessageSize the most bytes that one message may have, 2 to {@value #MAX_SIZE}
     * @param scanner        shared by the framers of one thread
     * @param arrays         shared by the framers of one thread
     */
    public MessageFramer(int maxMessageSize, MessageScanner scanner, FramingArrays arrays) {
        if (maxMessageSize < 2 || maxMessageSize > MAX_SIZE) {
            throw new IllegalArgumentException("a message size limit is 2 to " + MAX_SIZE + " bytes");
        }
        this.maxMessageSize = maxMessageSize;
        this.mostBlank = Math.max(maxMessageSize, LEAST_BLANK);
        this.scanner = scanner;
        this.arrays = arrays;
    }

    /** Gives further bytes. They are not copied if nothing waits: the array must not change until {@link #park()}. */
    public void offer(byte[] more, int from, int to) {
        int rest = limit - next;
        if (rest == 0) {
            bytes = more;
            own = false;
            next = from;
            limit = to;
            return;
        }
        int added = to - from;
        System.arraycopy(more, from, writableArray(added), limit, added);
        limit += added;
    }

    /**
     * Returns where further bytes can be put straight away, behind the beginning of a message that waits here: an array, from
     * {@link #writableAt()} on. {@link #advance} says that they are there. Only while {@link #hasPartial()}.
     *
     * @param more how many bytes at most
     */
    public byte[] writableArray(int more) {
        int rest = limit - next;
        if (!own || bytes.length - limit < more) {
            byte[] into = own && bytes.length >= rest + more ? bytes : arrays.take(capacity(rest + more));
            System.arraycopy(bytes, next, into, 0, rest);
            replace(into, rest);
        }
        return bytes;
    }

    /** Returns where in the {@link #writableArray} the bytes go. */
    public int writableAt() {
        return limit;
    }

    /** Takes so many bytes that were put into the {@link #writableArray}. */
    public void advance(int more) {
        limit += more;
    }

    /** The beginning that waits here lies in this array now, from 0 on. */
    private void replace(byte[] array, int rest) {
        if (own && bytes != array) {
            arrays.giveBack(bytes);
        }
        bytes = array;
        own = true;
        next = 0;
        limit = rest;
    }

    private int capacity(int needed) {
        // Doubling keeps the copying linear; a message over the limit is refused before the array grows much beyond it.
        return Math.max(needed, Math.min(2 * needed, maxMessageSize + 1));
    }

    /** Looks for the next message. */
    public Event poll() {
        if (lost) {
            return lost(UNKNOWN, reason);
        }
        if (tooLarge) {
            return tooLarge(UNKNOWN);
        }
        if (droppable > 0) {
            Event event = drop();
            if (event != null) {
                return event;
            }
        }
        if (seen == 0) {
            if (!begun && !begin()) {
                return Event.NEED_MORE;
            }
            int from = next;
            while (next < limit && isSpace(bytes[next])) {
                next++;
            }
            blank += next - from;
            if (blank > mostBlank) {
                return lost(UNKNOWN, "More than " + mostBlank
                        + " bytes of white space came where a message belongs; the connection is closed. Connect again and send messages");
            }
            if (next == limit) {
                return Event.NEED_MORE;
            }
            int found = scanner.scan(bytes, next, scanLimit(maxMessageSize));
            if (found >= 0) {
                return found(found, Event.MESSAGE);
            }
            read = scanner.readString(next);
            skipRead();
            // The scanner may be shared: only if it looked at this message just now are its fields of this message.
            return tolerant(next);
        }
        if (read != null) {
            int found = scanner.scan(bytes, next, scanLimit(maxMessageSize), read);
            if (found >= 0) {
                return found(found, Event.MESSAGE);
            }
            read = scanner.endedIn(read, next) ? read : null;
            skipRead();
        }
        return tolerant(UNKNOWN);
    }

    /** The tolerant pass need not look at what the strict one knows: a string of the top level, which has not ended. */
    private void skipRead() {
        if (read != null) {
            seen = read.good;
            depth = 1;
            objects = 1;
            inString = true;
            afterSlash = false;
        }
    }

    /** Skips a byte order mark, which some programs put before all that they write; false if it may still be one. */
    private boolean begin() {
        int have = Math.min(limit - next, BYTE_ORDER_MARK.length);
        for (int i = 0; i < have; i++) {
            if (bytes[next + i] != BYTE_ORDER_MARK[i]) {
                begun = true;
                return true;
            }
        }
        if (have < BYTE_ORDER_MARK.length) {
            return false;
        }
        next += have;
        begun = true;
        return true;
    }

    private Event found(int messageEnd, Event event) {
        start = next;
        end = messageEnd;
        seen = 0;
        blank = 0;
        read = null;
        next = end;
        return event;
    }

    private Event tolerant(int scanned) {
        int at = next + seen;
        if (seen == 0) {
            depth = 0;
            objects = 0;
            inString = false;
            afterSlash = false;
            if (bytes[at] != '{') {
                return lost(scanned, "A message is a JSON object; the connection is closed");
            }
        }
        // Not beyond the size limit: what is found must not depend on how the bytes were cut into reads.
        int stop = scanLimit(maxMessageSize + 1);
        at = advance(at, stop);
        if (at < 0) {
            return lost(scanned, reason);
        }
        if (depth == 0 && at - next <= maxMessageSize) {
            return framed(at);
        }
        seen = at - next;
        if (seen > maxMessageSize) {
            return tooLarge(scanned);
        }
        return Event.NEED_MORE;
    }

    /**
     * Looks for the message's end.
     *
     * @return the position after it if {@link #depth} is 0 now, else {@code stop}; negative if it has no end
     */
    private int advance(int from, int stop) {
        int at = from;
        while (at < stop) {
            if (inString && !afterSlash) {
                at = MessageScanner.skipToQuoteOrSlash(bytes, at, stop);
                if (at == stop) {
                    break;
                }
            }
            byte b = bytes[at++];
            if (inString) {
                if (afterSlash) {
                    afterSlash = false;
                } else if (b == '\\') {
                    afterSlash = true;
                } else if (b == '"') {
                    inString = false;
                }
            } else if (b == '"') {
                inString = true;
            } else if (b == '{' || b == '[') {
                if (++depth > MessageScanner.MAX_DEPTH) {
                    reason = "Objects and arrays nest at most " + MessageScanner.MAX_DEPTH + " deep";
                    return -1;
                }
                objects = objects << 1 | (b == '{' ? 1 : 0);
            } else if (b == '}' || b == ']') {
                if ((objects & 1) != (b == '}' ? 1 : 0)) {
                    reason = "The brackets of a message do not match";
                    return -1;
                }
                objects >>>= 1;
                if (--depth == 0) {
                    return at;
                }
            }
        }
        return at;
    }

    /**
     * Gives up the message that was {@link Event#TOO_LARGE} or is incomplete: what came of it is forgotten, what comes is dropped until
     * it ends, and the next {@link #poll()} goes on behind it. For those who answer one message of many on a connection. Until
     * the next poll {@link #scanner()} has the fields of its beginning, and {@link #start()} says where that lies.
     *
     * @param most how many more bytes it may have, above 0; beyond them it is {@link Event#FRAMING_LOST}
     */
    public void skip(long most) {
        scanner.scan(bytes, next, limit);
        start = next;
        end = UNKNOWN;
        next += seen;
        seen = 0;
        blank = 0;
        read = null;
        tooLarge = false;
        droppable = depth == 0 ? 0 : most;
    }

    /** Puts the last polled message back: the next poll finds it again. Only straight after that poll. */
    public void again() {
        next = start;
        seen = 0;
        read = null;
    }

    /** Returns whether the end of a message given up by {@link #skip} is still to come. */
    public boolean skipping() {
        return droppable > 0;
    }

    /** Drops what is there of a message given up; null once it has ended. */
    private @Nullable Event drop() {
        int at = advance(next, (int) Math.min(limit, next + droppable));
        if (at < 0) {
            return lost(UNKNOWN, reason);
        }
        droppable -= at - next;
        next = at;
        if (depth == 0) {
            droppable = 0;
            return null;
        }
        return droppable == 0
                ? lost(UNKNOWN, "The message is far over the size limit; the connection is closed")
                : Event.NEED_MORE;
    }

    /** The end of what came, or of this many bytes of the message at hand. */
    private int scanLimit(int bytesOfMessage) {
        return limit - next > bytesOfMessage ? next + bytesOfMessage : limit;
    }

    private Event framed(int messageEnd) {
        int found = scanner.scan(bytes, next, messageEnd);
        if (found == messageEnd) {
            return found(found, Event.MESSAGE);
        }
        reason = scanner.reason();
        return found(messageEnd, Event.BAD_MESSAGE);
    }

    private Event lost(int scanned, String why) {
        lost = true;
        reason = why;
        start = scanned;
        end = scanned;
        return Event.FRAMING_LOST;
    }

    private Event tooLarge(int scanned) {
        tooLarge = true;
        start = scanned;
        end = scanned;
        return Event.TOO_LARGE;
    }

    /** Takes a copy of what was offered and not yet polled, so that the caller may use its array again. */
    public void park() {
        if (next == limit || lost || tooLarge) {
            close();
        } else if (!own) {
            int rest = limit - next;
            byte[] into = arrays.take(rest);
            System.arraycopy(bytes, next, into, 0, rest);
            replace(into, rest);
        }
    }

    /** Drops what waits here. For a connection that is gone. */
    public void close() {
        if (own) {
            arrays.giveBack(bytes);
        }
        bytes = NOTHING;
        own = false;
        next = 0;
        limit = 0;
    }

    /** The bytes of the last polled message; valid until the next {@link #offer} or {@link #park()}. */
    public byte[] array() {
        return bytes;
    }

    /**
     * Returns where the last polled message starts. After {@link Event#FRAMING_LOST} and {@link Event#TOO_LARGE}: where the beginning
     * starts that {@link #scanner()} has read, or {@link #UNKNOWN} if its fields are of some other message.
     */
    public int start() {
        return start;
    }

    public int end() {
        return end;
    }

    /**
     * The routing fields of the last polled message; after a bad one, what was read before the fault. They are of this framer's
     * message only until the next poll of any framer that shares the scanner, and only if {@link #start()} is known.
     */
    public MessageScanner scanner() {
        return scanner;
    }

    /** Returns whether bytes wait here: the beginning of a message, or whole messages not yet polled. */
    public boolean hasPartial() {
        return next < limit;
    }

    /** The bytes that wait here. */
    public int waiting() {
        return limit - next;
    }

    /** The bytes of memory that this framer keeps, or will after {@link #park()}; 0 between messages. */
    public int held() {
        if (next == limit || lost || tooLarge) {
            return 0;
        }
        return own ? bytes.length : limit - next;
    }

    /** A sentence on the last bad message; quotes none of it. */
    public String reason() {
        return reason;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }
}
