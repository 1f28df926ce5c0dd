package io.revproc.proxy.forward;

/** The place of a message in a recorded trace. */
public interface Trace {
    /** The W3C {@code traceparent} that the message's next hop gets: 55 ASCII characters without anything to escape. */
    String traceparent();
}
