package io.revproc.wire;

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
 * Not thread-safe. Between messages it holds no buffer, so an idle connection costs nothing here.
 */
public final class MessageFramer {
    /** What {@link #poll()} found. */
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

    /** @param maxMessageSize the most bytes that one message may have, at least 2 */
    public MessageFramer(int maxMessageSize) {}

    /** Gives further bytes. They are not copied: the array must not change until {@link #park()}. */
    public void offer(byte[] bytes, int from, int to) {}

    /** Looks for the next message. */
    public Event poll() {
        return Event.NEED_MORE;
    }

    /** Takes a copy of what was offered and not yet polled, so that the caller may use its array again. */
    public void park() {}

    /** The bytes of the last polled message; valid until the next {@link #offer} or {@link #park()}. */
    public byte[] array() {
        return new byte[0];
    }

    public int start() {
        return 0;
    }

    public int end() {
        return 0;
    }

    /** Whether the beginning of a message waits for its end. */
    public boolean hasPartial() {
        return false;
    }

    /** A sentence on the last bad message. */
    public String reason() {
        return "";
    }
}
